import Accounts
import Testing
import Units

@Suite struct `A tree that takes the place of another` {
  /// Before, after, and then: each account by its number, closed ones in brackets.
  private static let table: [(before: AccountSketch, after: AccountSketch, then: String)] = [
    ("all\n  uni\n  firm", "all\n  firm\n  uni", "all uni firm"),
    ("all\n  uni\n  firm", "all\n  new\n  firm\n  uni", "all uni firm new"),
    ("all\n  uni\n    ada\n  firm", "all\n  firm", "all (uni) (uni/ada) firm"),
    (
      "all\n  uni\n    ada\n  firm", "all\n  firm\n    ada\n  uni",
      "all uni (uni/ada) firm firm/ada"
    ),
    ("all\n  uni", "everybody\n  uni", "everybody uni"),
  ]

  private func drawn(_ tree: AccountTree) -> String {
    tree.accounts.indices.map { number in
      let id = AccountID(UInt16(number))
      return tree[id].isClosed ? "(\(tree.path(of: id)))" : tree.path(of: id)
    }.joined(separator: " ")
  }

  @Test(arguments: table.indices) func `keeps the numbers of its accounts`(row: Int) throws {
    let (before, after, then) = Self.table[row]
    let (tree, numbers) = try #require(before.tree.succeeded(by: after.tree))
    #expect(drawn(tree) == then)
    for number in after.tree.accounts.indices {
      let id = AccountID(UInt16(number))
      #expect(id == .root || tree.path(of: numbers[number]) == after.tree.path(of: id))
    }
    // And back again: nobody has another number than before.
    let (again, _) = try #require(tree.succeeded(by: before.tree))
    #expect(again.accounts.prefix(before.tree.count) == before.tree.accounts[...])
  }

  @Test func `takes closed accounts for none below the others`() throws {
    let before: AccountSketch = "all\n  uni\n    ada"
    let after: AccountSketch = "all\n  uni"
    let (tree, _) = try #require(before.tree.succeeded(by: after.tree))
    #expect(tree.isLeaf(AccountID(1)))
    #expect(tree.isClosed(AccountID(2)) && !tree.isClosed(AccountID(1)))
  }
}

@Suite struct `A book whose rules change` {
  /// A book in which much was held, and what is held still.
  private func history(
    _ seed: UInt64
  ) -> (RandomConsortium, AccountBook, [AccountBook.Hold], Instant) {
    var consortium = RandomConsortium(seed: seed)
    let tree = consortium.tree()
    var book = consortium.book(tree)
    var running: [AccountBook.Hold] = []
    var now = Instant(milliseconds: 0)
    for _ in 0..<40 {
      now = now + TimeSpan(milliseconds: Int64(consortium.generator.below(2_000_000)))
      if running.count > 4 || consortium.generator.below(3) == 0, !running.isEmpty {
        book.release(running.remove(at: consortium.generator.below(running.count)), at: now)
      } else {
        let hold = consortium.hold(in: tree)
        book.hold(hold, at: now)
        running.append(hold)
      }
    }
    return (consortium, book, running, now)
  }

  private func rules(_ book: AccountBook, halfLife: TimeSpan) -> AccountBook.Rules {
    AccountBook.Rules(
      tree: book.tree, models: book.models, chargeMilli: book.chargeMilli,
      capacityMilli: book.capacityMilli, inServiceMilli: book.inServiceMilli, halfLife: halfLife)
  }

  private func changed(
    _ book: AccountBook, _ running: [AccountBook.Hold], by rules: AccountBook.Rules,
    at now: Instant
  ) -> AccountBook {
    var book = book
    for hold in running { book.release(hold, at: now) }
    book.succeed(by: rules, at: now)
    for hold in running.reversed() { book.hold(hold, at: now) }
    book.checkInvariants()
    return book
  }

  @Test func `to the same is the same book, over 300 seeds`() {
    for seed in 0..<300 as Range<UInt64> {
      let (_, book, running, now) = history(seed)
      let same = changed(book, running, by: rules(book, halfLife: .seconds(1024)), at: now)
      #expect(same == book, "seed \(seed)")
    }
  }

  @Test func `goes on with what was used, charged and lent, over 300 seeds`() throws {
    for seed in 0..<300 as Range<UInt64> {
      var (consortium, book, running, now) = history(seed)
      var rules = rules(book, halfLife: .seconds(1024 << Int64(consortium.generator.below(6))))
      (rules.tree, _) = try #require(book.tree.succeeded(by: book.tree))
      rules.tree.add(consortium.account(named: "new", below: .root, of: 3))
      rules.models.append("new")
      rules.chargeMilli = [400, 1500, 1000]
      rules.capacityMilli = [80_000, 24_000, 8000]
      rules.inServiceMilli = [72_000, 24_000, 8000]
      let next = changed(book, running, by: rules, at: now)
      let members = [.root] + book.tree.children[0]
      for number in book.tree.accounts.indices {
        let id = AccountID(UInt16(number))
        #expect(next.charged(id, at: now) == book.charged(id, at: now), "seed \(seed)")
        for model in book.models.indices {
          #expect(next.used(id, model: model, at: now) == book.used(id, model: model, at: now))
          #expect(next.heldMilli(id, model: model) == book.heldMilli(id, model: model))
        }
      }
      for lender in members {
        for borrower in members {
          for model in book.models.indices {
            #expect(
              next.lent(from: lender, to: borrower, model: model, at: now)
                == book.lent(from: lender, to: borrower, model: model, at: now), "seed \(seed)")
          }
        }
      }
    }
  }

  @Test func `keeps its ranks when the half-life changes, and decays by the new one from then on`()
    throws
  {
    for seed in 0..<300 as Range<UInt64> {
      let (_, book, running, now) = history(seed)
      var still = book
      for hold in running { still.release(hold, at: now) }
      let slower = changed(still, [], by: rules(book, halfLife: .seconds(8192)), at: now)
      #expect(slower.ranks(at: now) == still.ranks(at: now), "seed \(seed)")
      // Nothing is held: the weight of all that was used is the same at each instant, in one unit.
      let later = now + .seconds(8192)
      let (before, after) = (
        slower.decayedUsage(.root, at: now).all, still.decayedUsage(.root, at: now).all
      )
      #expect(before <= after && after / (1 << 9) <= before, "seed \(seed)")
      #expect(slower.ranks(at: later) == slower.ranks(at: now))
    }
  }

  /// Budgets before, of which 50 are paid, and after; and what is left then.
  private static let budgets: [(before: AccountSketch, after: AccountSketch, left: [Int64])] = [
    ("all\n  uni budget:100", "all\n  uni budget:200", [150]),
    ("all\n  uni budget:100", "all\n  uni budget:20", [0]),
    ("all\n  uni budget:100 from:0 until:9", "all\n  uni budget:100 from:0 until:50", [50]),
    ("all\n  uni budget:100 from:0 until:9", "all\n  uni budget:100 from:3 until:9", [50]),
    ("all\n  uni budget:100 from:0 until:9", "all\n  uni budget:100 from:10 until:20", [100]),
    (
      "all\n  uni budget:100 from:0 until:9",
      "all\n  uni budget:70 from:0 until:5 budget:90 from:5 until:9 budget:80 from:0 until:9",
      [70, 90, 30]
    ),
    ("all\n  uni budget:100", "all\n  uni", []),
  ]

  @Test(arguments: budgets.indices) func `knows budgets by their dates`(row: Int) throws {
    let (before, after, left) = Self.budgets[row]
    let now = Instant(milliseconds: 4)
    var books = SketchedBook(before)
    let uni = books.id("uni")
    books.book.reserveBudget(of: uni, cost: 60, at: now)
    books.book.settleBudget(of: uni, reserved: 60, spent: 50, reservedAt: now)
    var rules = rules(books.book, halfLife: .seconds(1024))
    (rules.tree, _) = try #require(books.book.tree.succeeded(by: after.tree))
    books.book.succeed(by: rules, at: now)
    #expect(books.book.purses(of: uni).map(\.left) == left)
    books.book.checkInvariants()
  }

  @Test func `lets what was set aside be paid from a budget that was cut below it`() {
    var purse = Purse(amount: 100)
    purse.reserve(60)
    purse = purse.succeeded(by: 10)
    #expect(purse.left == 0)
    purse.settle(reserved: 60, spent: 5)
    #expect(purse.left == 5 && purse.spent == 5)
  }
}
