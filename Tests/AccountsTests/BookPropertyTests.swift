import Accounts
import Testing
import Units

@Suite struct `Over 600 histories` {
  @Test func `what was used is what was held times how long, and what was charged times the rates`()
  {
    for seed in 0..<600 as Range<UInt64> {
      var history = RandomHistory(seed: seed)
      for _ in 0..<20 {
        history.wait()
        history.step()
      }
      history.wait()
      let (book, now) = (history.book, history.now)
      for (number, id) in history.accounts.enumerated() {
        let used = [0, 1].map { book.used(id, model: $0, at: now) }
        #expect(used == history.used[number], "seed \(seed), account \(number)")
        let charged = history.charged[number] / 1_000_000
        #expect(book.charged(id, at: now) == charged, "seed \(seed), account \(number)")
      }
    }
  }

  @Test func `what was lent adds up to what was borrowed, by borrower and model`() {
    for seed in 0..<600 as Range<UInt64> {
      var history = RandomHistory(seed: seed)
      for _ in 0..<20 {
        history.wait()
        history.step()
        history.book.checkInvariants()
      }
      history.wait()
      let (book, now) = (history.book, history.now)
      for borrower in history.members.dropFirst() {
        let lent = [0, 1].map { model in
          history.members.reduce(Int128(0)) {
            $0 + book.lent(from: $1, to: borrower, model: model, at: now)
          }
        }
        #expect(lent == history.borrowed[Int(borrower.number)], "seed \(seed), \(borrower)")
      }
    }
  }

  @Test func `a trial leaves everybody the room that the book would`() {
    for seed in 0..<600 as Range<UInt64> {
      var history = RandomHistory(seed: seed)
      for _ in 0..<20 { history.step() }
      var trial = history.book
      trial.isTrial = true
      for _ in 0..<5 {
        let hold = history.consortium.hold(in: history.book.tree)
        history.book.hold(hold, at: history.now)
        trial.hold(hold, at: history.now)
      }
      #expect(rooms(trial) == rooms(history.book), "seed \(seed)")
      #expect(borrowed(by: trial) == borrowed(by: history.book), "seed \(seed)")
    }
  }

  @Test func `no start that has room makes room for anybody`() {
    for seed in 0..<600 as Range<UInt64> {
      var history = RandomHistory(seed: seed)
      for _ in 0..<20 { history.step() }
      for _ in 0..<3 {
        var hold = history.consortium.hold(in: history.book.tree)
        let room = history.book.roomWithBorrowing(
          hold.account, model: hold.model, alwaysBorrowed: hold.alwaysBorrowed)
        hold.milli = min(hold.milli, room.milli)
        let before = rooms(history.book)
        history.book.hold(hold, at: history.now)
        let hasGrown = zip(before, rooms(history.book)).contains { $0 < $1 }
        #expect(!hasGrown, "seed \(seed): \(hold)")
      }
    }
  }

  /// What room each account has, of all kinds.
  private func rooms(_ book: AccountBook) -> [Int] {
    book.tree.accounts.indices.flatMap { number in
      (0..<2).flatMap { model in
        let id = AccountID(UInt16(number))
        return [
          book.roomWithinEntitlement(id, model: model),
          book.roomWithBorrowing(id, model: model).milli,
          book.roomWithBorrowing(id, model: model, alwaysBorrowed: true).milli,
          book.roomWhenAllIsIdle(id, model: model),
          book.roomWhenAllIsIdle(id, model: model, alwaysBorrowed: true),
        ]
      }
    }
  }

  /// What each account borrows.
  private func borrowed(by book: AccountBook) -> [Int] {
    book.tree.accounts.indices.flatMap { number in
      (0..<2).map { book.borrowedMilli(AccountID(UInt16(number)), model: $0) }
    }
  }

  @Test func `children are never entitled to more than their parent, nor hold more than it`() {
    for seed in 0..<600 as Range<UInt64> {
      var history = RandomHistory(seed: seed)
      for _ in 0..<20 {
        history.step()
        #expect(overfull(history.book) == [], "seed \(seed)")
      }
    }
  }

  /// The accounts whose children are entitled to more than they are, or hold more.
  private func overfull(_ book: AccountBook) -> [AccountID] {
    book.tree.accounts.indices.map { AccountID(UInt16($0)) }.filter { parent in
      let children = book.tree.children[Int(parent.number)]
      return (0..<2).contains { model in
        let entitled = children.reduce(0) { $0 + book.entitledMilli($1, model: model) }
        let held = children.reduce(0) { $0 + book.heldMilli($1, model: model) }
        return entitled > book.entitledMilli(parent, model: model)
          || held > book.heldMilli(parent, model: model)
      }
    }
  }

  @Test func `what is in service is shared as the whole fleet is, to the thousandth`() {
    for seed in 0..<600 as Range<UInt64> {
      var consortium = RandomConsortium(seed: seed)
      let tree = consortium.tree()
      let whole = consortium.book(tree)
      var book = whole
      let some = RandomConsortium.capacityMilli.map { consortium.generator.below($0 + 1) }
      book.setInService(some, at: Instant(milliseconds: 5))
      for number in 0..<tree.count {
        let id = AccountID(UInt16(number))
        for model in 0..<2 {
          let exact = whole.entitledMilli(id, model: model) * some[model]
          let left = exact - book.entitledMilli(id, model: model) * whole.capacityMilli[model]
          #expect(left >= 0 && left < whole.capacityMilli[model], "seed \(seed), \(id)")
        }
      }
    }
  }

  @Test func `looking in between changes no bit`() {
    for seed in 0..<600 as Range<UInt64> {
      var history = RandomHistory(seed: seed, halfLife: .seconds(300))
      var looked = history.book
      for _ in 0..<20 {
        let before = history
        history.wait()
        let half = (history.now - before.now).milliseconds / 2
        looked.advance(to: before.now + TimeSpan(milliseconds: half))
        history.step()
        // What happened is read off the difference, so that both books live through the same.
        follow(history, since: before, into: &looked)
      }
      history.book.advance(to: history.now)
      #expect(history.book == looked, "seed \(seed)")
    }
  }

  /// Repeats a step in another book, with something held and given back at once before it.
  private func follow(
    _ history: RandomHistory, since before: RandomHistory, into book: inout AccountBook
  ) {
    let now = history.now
    let passing = AccountBook.Hold(account: history.accounts.last!, model: 1, milli: 7000)
    if history.accounts.count == book.tree.count {
      book.hold(passing, at: now)
      book.release(passing, at: now)
    } else {
      book.adopt(history.book.tree, at: now)
    }
    book.setInService(history.book.inServiceMilli, at: now)
    if history.running.count > before.running.count {
      book.hold(history.running.last!, at: now)
    } else if history.running.count < before.running.count {
      let place = before.running.indices.first {
        $0 == history.running.count || before.running[$0] != history.running[$0]
      }!
      book.release(before.running[place], at: now)
    }
  }

  @Test func `all that an account has room for keeps within every limit on its path`() {
    for seed in 0..<600 as Range<UInt64> {
      var history = RandomHistory(seed: seed)
      for _ in 0..<20 {
        history.step()
        var hold = history.consortium.hold(in: history.book.tree)
        let room = history.book.roomWithBorrowing(
          hold.account, model: hold.model, alwaysBorrowed: hold.alwaysBorrowed)
        #expect(room.milli >= 0)
        let most = history.book.roomWhenAllIsIdle(
          hold.account, model: hold.model, alwaysBorrowed: hold.alwaysBorrowed)
        #expect(most >= room.milli, "seed \(seed): \(hold)")
        hold.milli = room.milli
        var full = history.book
        full.hold(hold, at: history.now)
        expectWithinLimits(full, history, hold, isBorrowing: borrows(hold, history.book))
        let none = full.roomWithBorrowing(
          hold.account, model: hold.model, alwaysBorrowed: hold.alwaysBorrowed)
        #expect(none.milli == 0, "seed \(seed): \(hold)")
      }
    }
  }

  /// Whether a member would borrow for it.
  private func borrows(_ hold: AccountBook.Hold, _ book: AccountBook) -> Bool {
    let member = book.tree.member(of: hold.account)
    var after = book
    after.hold(hold, at: Instant(milliseconds: 0))
    return after.borrowedMilli(member, model: hold.model)
      > book.borrowedMilli(member, model: hold.model)
  }

  /// No account borrows more than it did and than its limit says; nobody is asked for more than it
  /// lends, but the root for what is promised to nobody.
  private func expectWithinLimits(
    _ full: AccountBook, _ history: RandomHistory, _ hold: AccountBook.Hold, isBorrowing: Bool
  ) {
    let (book, model) = (history.book, hold.model)
    for account in history.path(of: hold.account).dropFirst().map({ AccountID(UInt16($0)) }) {
      guard case .accelerators(let limit)? = book.tree[account].borrowLimit else { continue }
      let scaled = limit * 1000 * book.inServiceMilli[model] / book.capacityMilli[model]
      let most = max(scaled, book.borrowedMilli(account, model: model))
      #expect(full.borrowedMilli(account, model: model) <= most)
    }
    guard isBorrowing, hold.account != .root else { return }
    let members = history.members
    let entitled = members.dropFirst().reduce(0) { $0 + full.entitledMilli($1, model: model) }
    let below = members.dropFirst().reduce(0) { $0 + full.heldMilli($1, model: model) }
    let direct = full.heldMilli(.root, model: model) - below
    let idle = max(0, full.inServiceMilli[model] - entitled - direct)
    let asked = members.dropFirst().reduce(0) {
      $0 + full.lendingMilli(from: .root, to: $1, model: model)
    }
    #expect(asked <= idle || full.heldMilli(hold.account, model: model) == 0)
  }
}
