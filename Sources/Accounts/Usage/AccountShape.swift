import Units

/// The charging tree as flat arrays, for the loops that run at each start and at each plan.
struct AccountShape: Hashable, Sendable {
  /// By account: the number of the one above it; -1 for the root.
  let parents: [Int32]

  /// By account: its member's place in `members`; 0, the root's, for the root itself.
  let places: [Int32]

  /// The root, then the accounts at the first level in order of their numbers.
  let members: [AccountID]

  /// By account: where its children begin in `children`; one more entry ends the last.
  let firstChild: [Int32]

  /// The accounts below each one, in order of their numbers.
  let children: [UInt16]

  /// By account: how many leaves there are below it; 1 for a leaf.
  let leaves: [UInt32]

  init(_ tree: AccountTree) {
    let count = tree.count
    var parents = [Int32](repeating: -1, count: count)
    var places = [Int32](repeating: 0, count: count)
    var members = [AccountID.root]
    var firstChild: [Int32] = [0]
    var children: [UInt16] = []
    var leaves = [UInt32](repeating: 0, count: count)
    for (number, account) in tree.accounts.enumerated() {
      children += tree.children[number].map(\.number)
      firstChild.append(Int32(children.count))
      guard let parent = account.parent else { continue }
      parents[number] = Int32(parent.number)
      if parent == .root {
        places[number] = Int32(members.count)
        members.append(AccountID(UInt16(number)))
      } else {
        places[number] = places[Int(parent.number)]
      }
    }
    for number in stride(from: count - 1, through: 0, by: -1) {
      if tree.children[number].isEmpty { leaves[number] = 1 }
      if parents[number] >= 0 { leaves[Int(parents[number])] += leaves[number] }
    }
    self.parents = parents
    self.places = places
    self.members = members
    self.firstChild = firstChild
    self.children = children
    self.leaves = leaves
  }

  /// How many accounts there are.
  var count: Int { parents.count }

  /// Where an account's children lie in `children`.
  func childRange(_ account: Int) -> Range<Int> {
    Int(firstChild[account])..<Int(firstChild[account + 1])
  }
}
