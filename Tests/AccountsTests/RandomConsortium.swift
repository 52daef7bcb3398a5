import Accounts
import Units

/// Trees and histories that follow from a seed.
struct RandomConsortium {
  static let models = ["h200", "mi300"]
  static let chargeMilli = [1000, 400]
  static let capacityMilli = [64_000, 24_000]

  var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  /// A tree of up to 40 accounts and four levels; siblings all have a weight, or none.
  mutating func tree() -> AccountTree {
    var tree = AccountTree(root: "all")
    var parents = [AccountID.root]
    while !parents.isEmpty && tree.count < 40 {
      let parent = parents.removeFirst()
      let depth = tree.depths[Int(parent.number)]
      let count = depth == 0 ? 2 + generator.below(4) : generator.below(5)
      let isWeighted = generator.below(2) == 0
      for place in 0..<count {
        var child = account(named: "\(parent.number)-\(place)", below: parent, of: count)
        if isWeighted { child.weight = generator.below(5) }
        let id = tree.add(child)
        if depth < 3 { parents.append(id) }
      }
    }
    return tree
  }

  mutating func account(
    named name: String, below parent: AccountID, of count: Int
  ) -> Account {
    var account = Account(name: name, kind: .project, parent: parent)
    switch generator.below(4) {
    case 0: break
    case 1: account.entitlement.ofEach = .accelerators(generator.below(20))
    default: account.entitlement.ofEach = .fraction(generator.below(1_200_000) / count)
    }
    if generator.below(3) == 0 { account.borrowLimit = .accelerators(generator.below(12)) }
    if generator.below(4) == 0 { account.lendLimit = .fraction(generator.below(400_000)) }
    return account
  }

  func book(_ tree: AccountTree, halfLife: TimeSpan = .seconds(1024)) -> AccountBook {
    AccountBook(
      tree: tree, models: Self.models, chargeMilli: Self.chargeMilli,
      capacityMilli: Self.capacityMilli, halfLife: halfLife, at: Instant(milliseconds: 0))
  }

  mutating func leaf(of tree: AccountTree) -> AccountID {
    while true {
      let id = AccountID(UInt16(generator.below(tree.count)))
      if tree.isLeaf(id) { return id }
    }
  }

  mutating func hold(in tree: AccountTree) -> AccountBook.Hold {
    AccountBook.Hold(
      account: leaf(of: tree), model: generator.below(2), milli: 125 * generator.below(64),
      chargeMilli: 250 * generator.below(6), alwaysBorrowed: generator.below(5) == 0)
  }
}

/// A book that lives through random events, beside sums that are kept the long way.
struct RandomHistory {
  var consortium: RandomConsortium
  var book: AccountBook
  var now = Instant(milliseconds: 0)
  var running: [AccountBook.Hold] = []

  /// By account, then model: what is held in the running gangs' list, times how long.
  var used: [[Int128]]
  /// By account: the same, times both charges, in millionths.
  var charged: [Int128]
  /// By account, then model: what the book says is borrowed, times how long.
  var borrowed: [[Int128]]

  init(seed: UInt64, halfLife: TimeSpan = .seconds(1024)) {
    consortium = RandomConsortium(seed: seed)
    let tree = consortium.tree()
    book = consortium.book(tree, halfLife: halfLife)
    used = Array(repeating: [0, 0], count: tree.count)
    charged = Array(repeating: 0, count: tree.count)
    borrowed = used
  }

  /// Time passes, up to 20 minutes of it.
  mutating func wait() {
    let span = Int64(consortium.generator.below(1_200_000))
    for hold in running {
      for account in path(of: hold.account) {
        used[account][hold.model] += Int128(hold.milli) * Int128(span)
        charged[account] +=
          Int128(hold.milli * hold.chargeMilli * RandomConsortium.chargeMilli[hold.model])
          * Int128(span)
      }
    }
    for account in borrowed.indices {
      for model in 0..<2 {
        let milli = book.borrowedMilli(AccountID(UInt16(account)), model: model)
        borrowed[account][model] += Int128(milli) * Int128(span)
      }
    }
    now = now + TimeSpan(milliseconds: span)
  }

  /// Something happens.
  mutating func step() {
    switch consortium.generator.below(8) {
    case 0...3: start()
    case 4, 5: if !running.isEmpty { end() }
    case 6: outage()
    default: if book.tree.count < 48 { grow() }
    }
  }

  mutating func start() {
    let hold = consortium.hold(in: book.tree)
    running.append(hold)
    book.hold(hold, at: now)
  }

  mutating func end() {
    book.release(running.remove(at: consortium.generator.below(running.count)), at: now)
  }

  mutating func outage() {
    let milli = RandomConsortium.capacityMilli.map { $0 - 1000 * consortium.generator.below(20) }
    book.setInService(milli, at: now)
  }

  mutating func grow() {
    let parent = AccountID(UInt16(consortium.generator.below(book.tree.count)))
    let name = "late \(book.tree.count)"
    book.add(consortium.account(named: name, below: parent, of: 4), at: now)
    used.append([0, 0])
    borrowed.append([0, 0])
    charged.append(0)
  }

  func path(of account: AccountID) -> [Int] {
    let above = book.tree[account].parent.map(path(of:)) ?? []
    return above + [Int(account.number)]
  }

  var accounts: [AccountID] { book.tree.accounts.indices.map { AccountID(UInt16($0)) } }

  /// The root and the first level.
  var members: [AccountID] { [.root] + book.tree.children[0] }
}
