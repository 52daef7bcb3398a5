import Accounts
import Cluster
public import Control
public import Fleet
import Jobs
public import Policy
public import PolicyFiles
public import Traces
public import Units

/// The users of a scenario: those of its trace, its workloads and its streams.
///
/// At one instant the trace's jobs come first, then the workloads' and the streams', each in the
/// order of the file.
public struct ScenarioUsers: SimulatedUsers, Sendable {
  /// When it begins: when it says, or else at its trace's first job, or at zero.
  public let beginning: Instant

  /// When the last job may come; nil: when the trace ends.
  public let end: Instant?

  /// Slow places and failures; nil where the scenario has neither.
  public let surroundings: Surroundings?

  /// What power costs and emits.
  let curves: [SiteCurves]

  private var recorded: RecordedUsers
  private var modelled: [ModelledUsers]
  private var streams: [StreamUsers]

  /// By job, less one: the stream it came from; -1: another user.
  private var owners: [Int32] = []
  private var submitter: Int32 = -1

  /// The users of a scenario on a fleet.
  ///
  /// - Parameters:
  ///   - policy: has all accounts and modes that the scenario names: `ScenarioFile.check`.
  ///   - trace: the jobs of its trace, in order of submission.
  ///   - mapping: what these ask for; who pays for them where the scenario has no shares.
  public init(
    _ scenario: Scenario, topology: Topology, policy: ClusterPolicy, trace: [TraceJob],
    mapping: RequestMapping
  ) {
    let tree = policy.accounts
    let perNode = topology.mostAcceleratorsPerNode
    let first = trace.first?.submitted ?? scenario.start ?? Instant(milliseconds: 0)
    beginning = scenario.start ?? first
    let shift = beginning - first
    let trace = shift == .zero ? trace : trace.map { $0.shifted(by: shift) }
    end = scenario.span.map { [beginning] in beginning + $0 }
    surroundings = Surroundings(
      scenario, on: topology,
      within: beginning..<(end ?? trace.last?.submitted ?? .distantFuture))
    curves = scenario.sites
    let names = ScenarioNames(policy: policy)
    var recording = mapping
    if !(scenario.trace?.shares.isEmpty ?? true) { recording.owners = nil }
    recorded = RecordedUsers(
      scenario, mapping: recording, names: names, jobs: trace, until: end)
    modelled = scenario.workloads.map { [beginning, end] workload in
      ModelledUsers(
        workload, of: scenario, on: topology, names: names, overruns: mapping.overruns,
        within: beginning..<(end ?? .distantFuture))
    }
    streams = scenario.streams.map { [beginning, end] stream in
      let account = names.account(stream.account)
      let idle = scenario.idle.filter { period in
        tree.isAtOrBelow(account, names.account(period.account))
      }
      return StreamUsers(
        stream, on: account, under: names.mode(stream.mode),
        idle: idle.map { beginning + $0.from..<beginning + $0.until },
        within: beginning..<(end ?? .distantFuture), (perNode, scenario.seed))
    }
  }

  /// When the next of all users submits; nil when none ever will.
  public var nextSubmission: Instant? {
    var next = recorded.nextSubmission ?? .distantFuture
    for users in modelled { next = min(next, users.nextSubmission ?? .distantFuture) }
    for stream in streams { next = min(next, stream.nextSubmission ?? .distantFuture) }
    return next < .distantFuture ? next : nil
  }

  /// The job that is submitted then.
  public mutating func submit() -> SimulatedJob {
    guard let now = nextSubmission else { preconditionFailure("nobody submits anything more") }
    if recorded.nextSubmission == now {
      submitter = -1
      return recorded.submit()
    }
    if let index = modelled.firstIndex(where: { $0.nextSubmission == now }) {
      submitter = -1
      return modelled[index].submit()
    }
    guard let index = streams.firstIndex(where: { $0.nextSubmission == now }) else {
      preconditionFailure("nobody submits anything at \(now.milliseconds)")
    }
    submitter = Int32(index)
    return streams[index].submit(at: now)
  }

  /// Hears what came of jobs: who keeps some waiting submits another.
  public mutating func learn(_ effect: Effect, at now: Instant) {
    switch effect {
    case .accepted: break
    case .rejected:
      if submitter >= 0 { streams[Int(submitter)].refused() }
    case .append(.submitted(_, _, let count, _)):
      owners += repeatElement(submitter, count: count)
    case .append(.started(let id, _, _, _)): waits(id, -1, at: now)
    case .append(.cancelled(let id, _)): waits(id, -1, at: now)
    case .append(.evicted(let id, _)), .append(.lost(let id, _)): waits(id, 1, at: now)
    default: break
    }
  }

  private mutating func waits(_ id: JobID, _ more: Int, at now: Instant) {
    let owner = owners[Int(id.number) - 1]
    if owner >= 0 { streams[Int(owner)].waits(more, at: now) }
  }
}

extension TraceJob {
  /// The same job, so much later.
  fileprivate func shifted(by span: TimeSpan) -> TraceJob {
    var job = self
    job.submitted = submitted + span
    return job
  }
}

/// The accounts and modes that a scenario names, in a policy.
struct ScenarioNames {
  let policy: ClusterPolicy

  func account(_ path: String?) -> AccountID {
    guard let path, path != policy.accounts[.root].name else { return .root }
    guard let account = policy.accounts.account(path: path) else {
      preconditionFailure("policy \(policy.name) has no account \(path)")
    }
    return account
  }

  func mode(_ name: String?) -> ModeID {
    guard let name else { return policy.defaultMode }
    guard let index = policy.modes.firstIndex(where: { $0.name == name }) else {
      preconditionFailure("policy \(policy.name) has no mode \(name)")
    }
    return ModeID(UInt8(index))
  }
}

/// The users of a scenario's trace, on the accounts that they were drawn onto.
struct RecordedUsers: Sendable {
  private struct Way: Sendable {
    var account: AccountID
    var mode: ModeID
  }

  private let trace: RecordedJobs?
  private let tree: AccountTree
  /// When an account, with all below it, submits nothing.
  private let idle: [(account: AccountID, period: Range<Instant>)]
  private let mapping: RequestMapping
  private let jobs: [TraceJob]
  private let end: Instant?
  private let seed: UInt64
  private let ways: [Way]
  private let weights: [Int]
  private let terms: JobTerms?
  private var keep: SeededGenerator
  private var way: SeededGenerator
  private var checkpoints: SeededGenerator
  private var estimates: SeededGenerator
  private var index = 0
  private var next: SimulatedJob?

  init(
    _ scenario: Scenario, mapping: RequestMapping, names: ScenarioNames, jobs: [TraceJob],
    until end: Instant?
  ) {
    trace = scenario.trace
    self.mapping = mapping
    self.jobs = jobs
    self.end = end
    seed = scenario.seed
    let beginning = jobs.first?.submitted ?? Instant(milliseconds: 0)
    let shares = trace.map { $0.shares.isEmpty ? [RecordedJobs.Share(weight: 1)] : $0.shares } ?? []
    weights = shares.map(\.weight)
    ways = shares.map { share in
      Way(account: names.account(share.account), mode: names.mode(share.mode))
    }
    tree = names.policy.accounts
    idle = scenario.idle.map {
      (names.account($0.account), beginning + $0.from..<beginning + $0.until)
    }
    terms = trace?.checkpoints.map(JobTerms.init(checkpoints:))
    keep = SeededGenerator(seed: seed, for: "keep")
    way = SeededGenerator(seed: seed, for: "shares")
    checkpoints = SeededGenerator(seed: seed, for: "checkpoints")
    estimates = SeededGenerator(seed: seed, for: "estimates")
    advance()
  }

  var nextSubmission: Instant? { next?.submitted }

  mutating func submit() -> SimulatedJob {
    guard let job = next else { preconditionFailure("the trace is over") }
    advance()
    return job
  }

  /// Draws all that is drawn for each job, kept or not: keeping fewer changes no other draw.
  private mutating func advance() {
    next = nil
    guard let trace else { return }
    while next == nil, index < jobs.count {
      var job = jobs[index]
      index += 1
      if let end, job.submitted >= end { return }
      if let model = trace.estimates {
        job.requestedTime = model.requestedTime(for: job.runTime, from: &estimates)
      }
      let isKept = keep.below(1000) < trace.keepMilli
      let way = way(of: job, trace.per)
      let isSafe = checkpoints.below(1000) < trace.checkpoints?.jobsMilli ?? 0
      guard isKept else { continue }
      var simulated = mapping.job(job)
      if mapping.owners == nil {
        simulated.request.account = way.account
        simulated.request.mode = way.mode
      }
      guard !isIdle(simulated.request.account, at: job.submitted) else { continue }
      if isSafe { simulated.request.terms = terms }
      next = simulated
    }
  }

  private func isIdle(_ account: AccountID, at now: Instant) -> Bool {
    idle.contains { $0.period.contains(now) && tree.isAtOrBelow(account, $0.account) }
  }

  private mutating func way(of job: TraceJob, _ unit: RecordedJobs.Unit) -> Way {
    switch unit {
    case .job: return ways[way.index(byWeight: weights)]
    case .user:
      var draw = SeededGenerator(seed: seed, for: "user \(job.user)")
      return ways[draw.index(byWeight: weights)]
    }
  }
}
