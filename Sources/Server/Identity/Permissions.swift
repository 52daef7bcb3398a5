public import Accounts
public import Units
public import Wire

/// Who may do what to whose: the one place that knows.
///
/// | | user | coordinator | operator | administrator | agent |
/// |---|---|---|---|---|---|
/// | submit | own accounts | below theirs too | all | all | – |
/// | see, change jobs | own | below theirs too | all | all | – |
/// | see nodes, accounts, policy, fleet | yes | yes | yes | yes | – |
/// | change nodes | – | – | yes | yes | – |
/// | change policy, fleet, make tokens | – | – | – | yes | – |
/// | speak for nodes | – | – | – | yes | its own |
public enum Permissions {
  /// Something that not everybody may do.
  public enum Deed: Hashable, Sendable {
    /// Looks at what the cluster is like: nodes, accounts, policy and fleet.
    case look
    /// Submits jobs, and asks what would become of them.
    case submit
    /// Sees or changes a job, by who owns it and which account is charged.
    case reachJob(owner: String, account: AccountID)
    /// Takes nodes out of service, and back.
    case changeNodes
    /// Changes policy, fleet, accounts or tokens.
    case changeRules
    /// Speaks for nodes, by name.
    case speak(forNodes: [String])
  }

  /// Why somebody may not do something; nil: they may.
  public static func refusal(
    of deed: Deed, by caller: Caller, in tree: AccountTree
  ) -> Refusal? {
    guard !isAllowed(deed, caller, tree) else { return nil }
    let (what, place, role): (String, String?, String) =
      switch deed {
      case .look, .submit: ("may not do this", nil, "a user")
      case .reachJob(let owner, _): ("may not reach a job of '\(owner)'", nil, "its owner")
      case .changeNodes: ("may not change nodes", nil, "an operator")
      case .changeRules: ("may not change the rules", nil, "an administrator")
      case .speak(let nodes):
        ("may not speak for \(nodes.first ?? "nodes")", "nodes", "their agent")
      }
    return Refusal(
      "not-permitted", "'\(caller.name)', \(caller.role.rawValue), \(what)", where: place,
      fix: "ask \(role) to do it")
  }

  private static func isAllowed(_ deed: Deed, _ caller: Caller, _ tree: AccountTree) -> Bool {
    switch (caller.role, deed) {
    case (.administrator, _): true
    case (.agent, .speak(let nodes)):
      // A hostlist was spelled out when the caller was made out.
      nodes.allSatisfy { node in caller.name.split(separator: ",").contains { $0 == node } }
    case (.agent, _), (_, .speak), (_, .changeRules): false
    case (_, .look), (_, .submit): true
    case (.operator, .changeNodes), (.operator, .reachJob): true
    case (_, .changeNodes): false
    case (.user, .reachJob(let owner, _)): owner == caller.name
    case (.coordinator, .reachJob(let owner, let account)):
      owner == caller.name || isBelow(account, caller, tree)
    }
  }

  /// Why somebody may not charge an account; nil: they may.
  ///
  /// An account that stands for a person is that person's alone; one that stands for a project is
  /// open to all, and what a project's members are is its coordinator's business.
  static func refusalToCharge(
    _ account: AccountID, of tree: AccountTree, by caller: Caller
  ) -> Refusal? {
    switch caller.role {
    case .administrator, .operator: return nil
    case .agent: break
    case .coordinator where isBelow(account, caller, tree): return nil
    case .user, .coordinator:
      guard tree[account].kind == .user, tree[account].name != caller.name else { return nil }
    }
    return Refusal(
      "not-permitted", "'\(caller.name)' may not charge '\(tree.path(of: account))'",
      where: "account", fix: "leave the account away, or name one of your own")
  }

  private static func isBelow(
    _ account: AccountID, _ caller: Caller, _ tree: AccountTree
  ) -> Bool {
    guard let path = caller.account else { return false }
    let top = path == tree[.root].name ? AccountID.root : tree.account(path: path)
    return top.map { chain(of: account, in: tree).contains($0) } ?? false
  }

  /// An account and all above it.
  static func chain(of account: AccountID, in tree: AccountTree) -> [AccountID] {
    guard Int(account.number) < tree.count else { return [] }
    var chain = [account]
    while let parent = tree[chain[chain.count - 1]].parent { chain.append(parent) }
    return chain
  }
}
