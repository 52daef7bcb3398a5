import Accounts
public import Cluster
import Fleet
public import Jobs
import Policy
import Units
public import Wire

/// Makes a request that the core plans with out of what somebody sent.
///
/// What never could run is refused by the machine; here, names become numbers.
public struct Resolution {
  /// How long a job may run whose user and mode say nothing.
  static let defaultLimit = TimeSpan.seconds(86_400)

  /// A hundred years, in milliseconds.
  static let longestSpan: Int64 = 100 * 365 * 86_400_000

  /// The most jobs of an array.
  static let largestArray = 1_000_000

  /// The greatest index of a job in its array.
  static let largestIndex: UInt32 = 1 << 24

  /// The most processes of a member.
  static let mostTasks = 1024

  /// The fleet and the policy.
  public let state: ClusterState

  /// Names as a state's fleet and policy have them.
  public init(in state: ClusterState) { self.state = state }

  /// The request for each job of a submission.
  ///
  /// - Throws: `Refusal` with the part of the submission that it is about.
  public func request(
    for submission: JobSubmission, by caller: Caller
  ) throws(Refusal) -> JobRequest {
    try check(submission.task)
    let account = try account(submission.account, of: caller)
    let mode = try mode(submission.mode, for: account)
    let shape: GangShape
    do {
      shape = try submission.gang.shape(on: state.topology)
    } catch {
      throw Refusal("bad-gang", "\(error)", where: "gang", fix: "ask for another gang")
    }
    var request = JobRequest(shape: shape, timeLimit: try limit(submission, mode))
    request.account = account
    request.mode = mode
    let terms = try terms(submission)
    if terms.options != JobTerms.Options() { request.terms = terms }
    return request
  }

  /// What an agent could make nothing of.
  private func check(_ task: TaskSpec) throws(Refusal) {
    guard (1...Self.mostTasks).contains(task.tasksPerMember) else {
      throw Refusal(
        "bad-tasks", "\(task.tasksPerMember) tasks of each member", where: "task.tasks_per_member",
        fix: "give 1 to \(Self.mostTasks)")
    }
    for ahead in [task.checkpointSignal?.aheadMs, task.warning?.aheadMs].compactMap({ $0 })
    where !(0...Self.longestSpan).contains(ahead) {
      throw Refusal(
        "bad-signal", "a signal \(ahead) ms before the end", where: "task",
        fix: "give none before the end of time, and none after it")
    }
  }

  private func limit(
    _ submission: JobSubmission, _ mode: ModeID
  ) throws(Refusal) -> TimeSpan {
    guard let limit = submission.timeLimitMs else {
      return state.policy.modes[Int(mode.number)].longestTime ?? Self.defaultLimit
    }
    guard (1...Self.longestSpan).contains(limit) else {
      throw Refusal(
        "bad-time-limit", "a time limit of \(limit) ms", where: "time_limit_ms",
        fix: "give a positive one of at most a hundred years")
    }
    return TimeSpan(milliseconds: limit)
  }

  // MARK: Names

  /// The account that is charged.
  func account(_ path: String?, of caller: Caller) throws(Refusal) -> AccountID {
    let tree = state.policy.accounts
    guard let path else { return try defaultAccount(of: caller) }
    if path == tree[.root].name, tree.isLeaf(.root) { return .root }
    let named = tree.account(path: path).map { [$0] } ?? leaves { $0.name == path }
    guard let account = named.first, named.count == 1 else {
      let known = named.isEmpty ? "" : "; \(list(named)) are called so"
      throw Refusal(
        "no-such-account", "there is no one account '\(path)'\(known)", where: "account",
        fix: "name one as 'gshare' lists it, by its whole path")
    }
    guard tree.isLeaf(account) else {
      throw Refusal(
        "not-an-account", "'\(path)' has others below it", where: "account",
        fix: "name one of \(list(leaves(below: account)))")
    }
    if let refusal = Permissions.refusalToCharge(account, of: tree, by: caller) { throw refusal }
    return account
  }

  private func defaultAccount(of caller: Caller) throws(Refusal) -> AccountID {
    let tree = state.policy.accounts
    if tree.isLeaf(.root) { return .root }
    let own = leaves { $0.name == caller.name }
    guard let account = own.first, own.count == 1 else {
      let what =
        own.isEmpty
        ? "no account is called '\(caller.name)'"
        : "several accounts are called '\(caller.name)': \(list(own))"
      throw Refusal(
        "no-default-account", what, where: "account",
        fix: "name the account to charge, such as \(list(leaves { _ in true }))")
    }
    return account
  }

  private func leaves(where isMeant: (Account) -> Bool) -> [AccountID] {
    let tree = state.policy.accounts
    return (0..<tree.count).map { AccountID(UInt16($0)) }
      .filter { tree.isLeaf($0) && isMeant(tree[$0]) }
  }

  private func leaves(below account: AccountID) -> [AccountID] {
    let tree = state.policy.accounts
    return tree.children[Int(account.number)].flatMap {
      tree.isLeaf($0) ? [$0] : leaves(below: $0)
    }
  }

  /// At most five names, and how many more there are.
  private func list(_ accounts: [AccountID]) -> String {
    let named = accounts.prefix(5).map { "'\(state.policy.accounts.path(of: $0))'" }
    let rest = accounts.count - named.count
    return named.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }

  private func mode(_ name: String?, for account: AccountID) throws(Refusal) -> ModeID {
    let modes = state.policy.modes
    guard let name else {
      let usual = Int(state.policy.defaultMode.number)
      let open = ([usual] + modes.indices).first { index in
        !modes[index].isClosed
          && (modes[index].accounts.isEmpty || isOpen(modes[index], to: account))
      }
      return ModeID(UInt8(open ?? usual))
    }
    guard let index = modes.firstIndex(where: { $0.name == name }) else {
      throw Refusal(
        "no-such-mode", "there is no access mode '\(name)'", where: "mode",
        fix: "ask for one of \(modes.map { "'\($0.name)'" }.joined(separator: ", "))")
    }
    return ModeID(UInt8(index))
  }

  private func isOpen(_ mode: AccessMode, to account: AccountID) -> Bool {
    Permissions.chain(of: account, in: state.policy.accounts)
      .contains { mode.accounts.contains($0) }
  }

  // MARK: Terms

  private func terms(_ submission: JobSubmission) throws(Refusal) -> JobTerms {
    var options = JobTerms.Options()
    let asked = submission.terms
    options.leastMembers = submission.gang.leastMembers
    if let every = asked.checkpointEveryMs {
      guard (1...Self.longestSpan).contains(every) else {
        throw Refusal(
          "bad-checkpoints", "a checkpoint every \(every) ms",
          where: "terms.checkpoint_every_ms", fix: "give a positive time of at most a hundred years"
        )
      }
      options.checkpoints = Checkpoints(every: TimeSpan(milliseconds: every))
    }
    options.begin = asked.begin?.instant
    options.deadline = asked.deadline?.instant
    options.dependencies = asked.dependencies.map { dependency in
      let condition: JobDependency.Condition =
        switch dependency.condition {
        case .afterany: .ended
        case .afterok: .succeeded
        case .afternotok: .failed
        }
      return JobDependency(job: JobID(dependency.job), condition: condition)
    }
    options.window = asked.reservation
    options.isHeldBack = asked.isHeldBack
    if let array = submission.array { options.throttle = try throttle(of: array) }
    return JobTerms(options)
  }

  private func throttle(of array: JobSubmission.ArraySpec) throws(Refusal) -> Int? {
    guard (1...Self.largestArray).contains(array.indices.count) else {
      throw Refusal(
        "bad-array", "an array of \(array.indices.count) jobs", where: "array",
        fix: "give 1 to \(Self.largestArray) indices")
    }
    guard zip(array.indices, array.indices.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw Refusal(
        "bad-array", "the indices of the array are not in order, each once", where: "array",
        fix: "sort them")
    }
    guard (array.indices.last ?? 0) <= Self.largestIndex else {
      throw Refusal(
        "bad-array", "an index of \(array.indices.last ?? 0)", where: "array",
        fix: "give none above \(Self.largestIndex)")
    }
    guard let throttle = array.throttle else { return nil }
    guard throttle > 0 else {
      throw Refusal(
        "bad-array", "\(throttle) jobs of the array at once", where: "array.throttle",
        fix: "give at least 1")
    }
    return throttle
  }
}
