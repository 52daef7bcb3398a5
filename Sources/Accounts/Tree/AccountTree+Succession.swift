public import Units

extension AccountTree {
  /// The next version of this tree, as another one describes it: accounts keep their numbers.
  ///
  /// Accounts are known by their paths. Those that this tree has keep their numbers, closed ones
  /// are opened again, and new ones get the next, in the order of `next`. Those that `next` does
  /// not have are closed: they are promised nothing, and keep their budgets' dates.
  ///
  /// - Parameter next: all accounts as they are to be, read from a file; its numbers don't count.
  /// - Returns: the tree, and by number in `next` the number in it; nil where there would be more
  ///   accounts than can be numbered.
  /// - Complexity: O(accounts × siblings)
  public func succeeded(by next: AccountTree) -> (tree: AccountTree, numbers: [AccountID])? {
    var tree = self
    var numbers: [AccountID] = []
    var isNamed = Array(repeating: false, count: count)
    numbers.reserveCapacity(next.count)
    for account in next.accounts {
      var account = account
      let parent = account.parent.map { numbers[Int($0.number)] }
      account.parent = parent
      let known = parent.map { tree.child(named: account.name, of: $0) } ?? .root
      guard let known else {
        guard tree.count < Self.mostAccounts else { return nil }
        numbers.append(tree.add(account))
        continue
      }
      tree.rewrite(known, as: account)
      numbers.append(known)
      isNamed[Int(known.number)] = true
    }
    for number in isNamed.indices where !isNamed[number] {
      let id = AccountID(UInt16(number))
      var closed = Account(name: self[id].name, kind: self[id].kind, parent: self[id].parent)
      closed.memberClass = self[id].memberClass
      closed.budgets = self[id].budgets
      closed.isClosed = true
      tree.rewrite(id, as: closed)
    }
    return (tree, numbers)
  }
}
