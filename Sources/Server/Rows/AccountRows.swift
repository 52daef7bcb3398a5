import Accounts
import Cluster
import Policy
import Units
import Wire

/// Makes rows of accounts from the durable state.
enum AccountRows {
  private static let hour = 3_600_000.0 * 1000

  /// All accounts, in the order of a walk through the tree. O(accounts²) where all lend to all.
  static func all(_ state: ClusterState, at now: Instant) -> [AccountRow] {
    let book = state.holdings.book
    let tree = book.tree
    let ranks = book.ranks(at: now)
    let order = tree.leaves.sorted { ranks[Int($0.number)] < ranks[Int($1.number)] }
    var places: [AccountID: Int] = [:]
    for (place, account) in order.enumerated() { places[account] = place + 1 }
    return tree.walk.map { account in
      var row = AccountRow(
        path: tree.path(of: account), depth: Int(tree.depths[Int(account.number)]))
      fill(&row, account, book, at: now)
      row.rank = places[account]
      return row
    }
  }

  private static func fill(
    _ row: inout AccountRow, _ account: AccountID, _ book: AccountBook, at now: Instant
  ) {
    let tree = book.tree
    var (entitled, held, borrowed, lent) = (0, 0, 0, 0)
    let isMember = tree[account].parent == .root
    for model in book.models.indices {
      entitled += book.entitledMilli(account, model: model)
      held += book.heldMilli(account, model: model)
      borrowed += book.borrowedMilli(account, model: model)
      guard isMember else { continue }
      for other in tree.children[0] where other != account {
        lent += book.lendingMilli(from: account, to: other, model: model)
      }
    }
    row.weight = Double(tree[account].weight ?? 1)
    row.entitled = Double(entitled) / 1000
    row.held = Double(held) / 1000
    row.borrowed = Double(borrowed) / 1000
    row.lent = Double(lent) / 1000
    row.usageHours = Double(book.decayedCharge(account, at: now)) / hour
    let open = zip(tree[account].budgets, book.purses(of: account))
      .filter { $0.0.from <= now && now < $0.0.until }
    row.budgetLeftHours = open.first.map { Double($0.1.left) / 3_600_000 }
  }
}

extension AccountTree {
  /// All accounts that have none below them.
  fileprivate var leaves: [AccountID] {
    (0..<count).map { AccountID(UInt16($0)) }.filter { isLeaf($0) }
  }

  /// All accounts, each before those below it.
  fileprivate var walk: [AccountID] {
    var walk: [AccountID] = []
    var next = [AccountID.root]
    while let account = next.popLast() {
      walk.append(account)
      next += children[Int(account.number)].reversed()
    }
    return walk
  }
}
