public import Accounts
public import Units
public import Wire

/// Who may do what to whose: the one place that knows.
///
/// Which roles an address is open to stands in `Endpoint`; here stands what they may do to the one
/// thing that they name.
///
/// | | user | coordinator | operator | administrator | agent |
/// |---|---|---|---|---|---|
/// | charge | own accounts, projects | below theirs too | all | all | – |
/// | see, change jobs | own | below theirs too | all | all | – |
/// | make tokens | own, by socket | own, by socket | all but operators' and higher | all | – |
/// | see, revoke tokens | own | own | the same | all | – |
/// | speak for nodes | – | – | – | all | its own |
public enum Permissions {
  /// Something that not everybody may do to everything.
  public enum Deed: Hashable, Sendable {
    /// Sees or changes a job, by who owns it and which account is charged.
    case reachJob(owner: String, account: AccountID)
    /// Makes a token; privileged: for root, or for the daemon's own user.
    case issueToken(subject: String, role: Role, isPrivileged: Bool)
    /// Sees or revokes a token.
    case reachToken(subject: String, role: Role)
    /// Speaks for nodes, by name.
    case speak(forNodes: [String])
  }

  /// Why somebody may not ask for something at all; nil: they may.
  public static func refusal(of endpoint: Endpoint, by caller: Caller) -> Refusal? {
    guard !endpoint.roles.contains(caller.role) else { return nil }
    let who = "'\(caller.name)', \(caller.role.rawValue),"
    guard caller.role != .agent else {
      return Refusal(
        "not-permitted", "\(who) may speak for its nodes alone", where: "Authorization",
        fix: "ask with a token of your own")
    }
    guard !endpoint.roles.contains(.agent) else {
      return Refusal(
        "not-permitted", "\(who) may not speak for nodes", where: "Authorization",
        fix: "let their agent do it, with a token that 'gctl token --node' makes")
    }
    let helper = endpoint.roles.contains(.operator) ? "an operator" : "an administrator"
    return Refusal(
      "not-permitted", "\(who) may not \(endpoint.deed)", fix: "ask \(helper) to do it")
  }

  /// Why somebody may not do something; nil: they may.
  public static func refusal(
    of deed: Deed, by caller: Caller, in tree: AccountTree
  ) -> Refusal? {
    guard !isAllowed(deed, caller, tree) else { return nil }
    let who = "'\(caller.name)', \(caller.role.rawValue),"
    switch deed {
    case .reachJob(let owner, _):
      return Refusal(
        "not-permitted", "\(who) may not reach a job of '\(owner)'", fix: "ask its owner to do it")
    case .issueToken(let subject, let role, _):
      let isOwn = subject == caller.name && role == .user
      return Refusal(
        "not-permitted", "\(who) may not make a token for '\(subject)' as \(role.rawValue)",
        where: isOwn ? "connection" : "subject",
        fix: isOwn
          ? "ask over the daemon's Unix socket, where the kernel says who you are"
          : "ask an administrator to do it")
    case .reachToken(let subject, _):
      return Refusal(
        "not-permitted", "\(who) may not reach tokens of '\(subject)'",
        fix: "ask an administrator to do it")
    case .speak(let nodes):
      return Refusal(
        "not-permitted", "\(who) may not speak for \(nodes.first ?? "nodes")", where: "nodes",
        fix: "ask their agent to do it")
    }
  }

  private static func isAllowed(_ deed: Deed, _ caller: Caller, _ tree: AccountTree) -> Bool {
    switch (caller.role, deed) {
    case (.administrator, _): true
    case (.agent, .speak(let nodes)): nodes.allSatisfy { caller.nodes.contains($0) }
    case (.agent, _), (_, .speak): false
    case (.operator, .reachJob): true
    case (.user, .reachJob(let owner, _)): owner == caller.name
    case (.coordinator, .reachJob(let owner, let account)):
      owner == caller.name || isBelow(account, caller, tree)
    case (.operator, .issueToken(_, let role, let isPrivileged)):
      !isPrivileged && isGivenByOperators(role)
    case (.operator, .reachToken(let subject, let role)):
      isGivenByOperators(role) || subject == caller.name
    case (_, .issueToken(let subject, let role, _)):
      // A token that was stolen must not be good for another one.
      subject == caller.name && role == .user && caller.proof == .kernel
    case (_, .reachToken(let subject, let role)): subject == caller.name && role != .agent
    }
  }

  private static func isGivenByOperators(_ role: Role) -> Bool {
    switch role {
    case .user, .coordinator, .agent: true
    case .operator, .administrator: false
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
