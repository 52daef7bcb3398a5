import Accounts
import Units

/// A charging tree as indented text, one account a line.
///
/// After the name: what it is entitled to of each model (`60%`, or `8` accelerators), of one model
/// (`h200:25%`), `weight:3`, `lend:10%`, `borrow:4`, and `budget:100` accelerator-milliseconds with
/// `from:` and `until:` in milliseconds after it.
struct AccountSketch: ExpressibleByStringLiteral {
  let tree: AccountTree

  init(stringLiteral text: String) {
    let lines = text.split(separator: "\n")
    var tree = AccountTree(root: String(lines[0]))
    var path = [AccountID.root]
    for line in lines.dropFirst() {
      let depth = line.prefix { $0 == " " }.count / 2
      let words = line.split(separator: " ").map(String.init)
      path.removeLast(path.count - depth)
      let kind: Account.Kind = depth == 1 ? .member : depth == 2 ? .project : .user
      var account = Account(name: words[0], kind: kind, parent: path[depth - 1])
      for word in words.dropFirst() { Self.read(word, into: &account) }
      path.append(tree.add(account))
    }
    self.tree = tree
  }

  private static func read(_ word: String, into account: inout Account) {
    let parts = word.split(separator: ":").map(String.init)
    let last = parts[parts.count - 1]
    switch parts.count == 1 ? "" : parts[0] {
    case "": account.entitlement.ofEach = amount(last)
    case "weight": account.weight = Int(last)!
    case "lend": account.lendLimit = amount(last)
    case "borrow": account.borrowLimit = amount(last)
    case "budget": account.budgets.append(Budget(acceleratorMilliseconds: Int64(last)!))
    case "soft":
      account.budgets.append(Budget(acceleratorMilliseconds: Int64(last)!, stopsHard: false))
    case "from":
      account.budgets[account.budgets.count - 1].from = Instant(milliseconds: Int64(last)!)
    case "until":
      account.budgets[account.budgets.count - 1].until = Instant(milliseconds: Int64(last)!)
    case let model:
      account.entitlement.ofModels.append(
        Entitlement.OfModel(model: model, amount: amount(last)))
    }
  }

  private static func amount(_ text: String) -> AccountAmount {
    text.hasSuffix("%")
      ? .fraction(Int(text.dropLast())! * 10_000) : .accelerators(Int(text)!)
  }
}

/// A book over a sketched tree, spoken to in whole accelerators, seconds and paths.
struct SketchedBook {
  var book: AccountBook
  private var now = Instant(milliseconds: 0)

  init(
    _ sketch: AccountSketch, accelerators: [Int] = [100], charge: [Int] = [1000],
    halfLife: TimeSpan = .seconds(604_800)
  ) {
    book = AccountBook(
      tree: sketch.tree, models: Array(["h200", "mi300", "gb200"].prefix(accelerators.count)),
      chargeMilli: charge, capacityMilli: accelerators.map { $0 * 1000 }, halfLife: halfLife,
      at: now)
  }

  var time: Instant { now }

  func id(_ path: String) -> AccountID {
    path == "" ? .root : book.tree.account(path: path)!
  }

  mutating func wait(seconds: Int64) { now = now + .seconds(seconds) }

  mutating func hold(
    _ path: String, _ accelerators: Int, model: Int = 0, charge: Int = 1000, always: Bool = false
  ) {
    book.hold(gang(path, accelerators, model, charge, always), at: now)
    book.checkInvariants()
  }

  mutating func release(
    _ path: String, _ accelerators: Int, model: Int = 0, charge: Int = 1000, always: Bool = false
  ) {
    book.release(gang(path, accelerators, model, charge, always), at: now)
    book.checkInvariants()
  }

  mutating func inService(_ accelerators: Int...) {
    book.setInService(accelerators.map { $0 * 1000 }, at: now)
    book.checkInvariants()
  }

  func entitled(_ paths: String..., model: Int = 0) -> [Int] {
    paths.map { book.entitledMilli(id($0), model: model) }
  }

  func borrowed(_ paths: String..., model: Int = 0) -> [Int] {
    paths.map { book.borrowedMilli(id($0), model: model) / 1000 }
  }

  func roomWithin(_ path: String, model: Int = 0) -> Int {
    book.roomWithinEntitlement(id(path), model: model) / 1000
  }

  /// The room, and the path of who limits it: `6 by uni`.
  func room(_ path: String, model: Int = 0, always: Bool = false) -> String {
    let room = book.roomWithBorrowing(id(path), model: model, alwaysBorrowed: always)
    return "\(room.milli / 1000) by \(book.tree.path(of: room.boundBy!))"
  }

  /// Accelerator-seconds that one has lent to another.
  func lent(_ lender: String, _ borrower: String, model: Int = 0) -> Int128 {
    book.lent(from: id(lender), to: id(borrower), model: model, at: now) / 1_000_000
  }

  /// The leaves in the order of the walk.
  var order: String {
    let ranks = book.ranks(at: now)
    let leaves = (0..<book.tree.count).map { AccountID(UInt16($0)) }.filter(book.tree.isLeaf)
    return leaves.sorted { ranks[Int($0.number)] < ranks[Int($1.number)] }
      .map { book.tree[$0].name }.joined(separator: " ")
  }

  private func gang(
    _ path: String, _ accelerators: Int, _ model: Int, _ charge: Int, _ always: Bool
  ) -> AccountBook.Hold {
    AccountBook.Hold(
      account: id(path), model: model, milli: accelerators * 1000, chargeMilli: charge,
      alwaysBorrowed: always)
  }
}
