import Accounts
import Cluster
public import Control
public import Fleet
import Jobs
public import Policy
import PolicyFiles
public import Units

/// Measures how a policy shares a fleet: by account, in fairness, in evictions and in energy.
///
/// It reads the machine's events and nothing that a plan says of itself. It knows one policy and
/// one fleet: when either changes it stops measuring.
public struct PolicyMetrics: ReplayObserver, Sendable {
  /// What each account held, borrowed, lent, and how long it waited.
  public private(set) var accounts: AccountMetrics

  /// How long guarantees took.
  public private(set) var guarantees: GuaranteeDelays

  /// What preemption cost.
  public private(set) var preemption: PreemptionMetrics

  /// What was drawn.
  public private(set) var energy: EnergyMetrics

  /// The names of the sites, in the order of `EnergyMetrics`.
  public let sites: [String]

  private var jobs = LiveJobs()
  private var isOver = false
  private let topology: Topology
  private let modes: [AccessMode]
  private let charging: Charging

  /// Nothing measured yet.
  ///
  /// - Parameter until: when accounts' usage is no longer measured; nil: with the last job's end.
  public init(topology: Topology, policy: ClusterPolicy, until: Instant? = nil) {
    let state = ClusterState(topology: topology, policy: policy)
    self.topology = topology
    modes = policy.modes
    charging = state.holdings.charging
    accounts = AccountMetrics(state: state, until: until)
    guarantees = GuaranteeDelays(
      accounts: policy.accounts.count, models: charging.models.count,
      mostMilli: topology.mostAcceleratorsPerNode * 1000)
    preemption = PreemptionMetrics(policy: policy)
    energy = EnergyMetrics(state: state)
    let roots = topology.domains(at: .site).map { topology.domains[$0].name }
    sites = roots.isEmpty ? [topology.name] : roots
  }

  /// Power costs and emits so much from now on.
  mutating func price(_ curves: [SiteCurves]) { energy.price(curves, sites: sites) }

  /// Whether a policy has rules of which there is something to say here.
  public static func concern(_ policy: ClusterPolicy) -> Bool {
    policy.accounts.count > 1 || policy.preemption != nil || !policy.power.isEmpty
  }

  /// Takes note of what the machine did.
  public mutating func performed(_ effect: Effect, at now: Instant) {
    guard case .append(let event) = effect, !isOver else { return }
    accounts.advance(to: now)
    if event.isChangeOfRules {
      isOver = true
      return
    }
    preemption.happened(event, jobs)
    follow(event, at: now)
  }

  /// All that follows from an input has happened.
  public mutating func settled(_ machine: ControlMachine, at now: Instant) {
    guard !isOver else { return }
    preemption.settle()
    guarantees.settle(machine.state.holdings, at: now)
  }

  /// All jobs are over.
  public mutating func finish() { accounts.finish() }

  private mutating func follow(_ event: Event, at now: Instant) {
    switch event {
    case .submitted(let first, let request, let count, let at):
      for id in first.upwards(count) {
        jobs[id] = LiveJob(request: request, submitted: at)
        waits(id, 1)
      }
    case .heldBack(let id, let isHeldBack, _):
      waits(id, isHeldBack ? -1 : 1)
    case .cancelled(let id, _):
      waits(id, -1)
      jobs[id] = nil
    case .started(let id, _, let allocation, let at):
      waits(id, -1)
      guard let job = jobs[id] else { return }
      jobs[id]?.waited += (at - job.waitingSince).milliseconds
      jobs[id]?.run = LiveJob.Run(started: at, since: at, allocation: allocation)
      enter(allocation, job, holds: true, at: at)
    case .checkpointed(let id, let at):
      jobs[id]?.run?.checkpoint = at
    case .resized(let id, let allocation, let at):
      leave(id, at: at)
      guard let job = jobs[id] else { return }
      jobs[id]?.run?.allocation = allocation
      jobs[id]?.run?.since = at
      enter(allocation, job, holds: true, at: at)
    case .evicted(let id, let at), .lost(let id, let at):
      leave(id, at: at)
      jobs[id]?.run = nil
      jobs[id]?.waitingSince = at
      waits(id, 1)
    case .ended(let id, _, let at):
      leave(id, at: at)
      guard let job = jobs[id] else { return }
      accounts.ended(
        job.request.account, submitted: job.submitted,
        waited: TimeSpan(milliseconds: job.waited), held: job.held, at: at)
      jobs[id] = nil
    case .conditionChanged, .agentsChanged, .restored:
      guarantees.allChanged()
    case .cancelRequested, .promised, .promiseDropped, .claimed, .memberEnded, .dissolved,
      .letGo, .noted,
      .policyChanged,
      .fleetChanged:
      break
    }
  }

  /// A job no longer holds what it held.
  private mutating func leave(_ id: JobID, at now: Instant) {
    guard let job = jobs[id], let run = job.run else { return }
    let span = now - run.since
    let milli = charging.amounts(of: run.allocation, on: topology).reduce(0) { $0 + $1.milli }
    jobs[id]?.held += Int128(milli) * Int128(span.milliseconds)
    energy.held(
      run.allocation, for: span, until: now, by: Int(job.request.account.number), on: topology)
    enter(run.allocation, job, holds: false, at: now)
  }

  private mutating func enter(
    _ allocation: Allocation, _ job: LiveJob, holds: Bool, at now: Instant
  ) {
    accounts.enter(allocation, job.request, holds: holds, at: now)
    guarantees.holdChanged(of: accounts.tree.member(of: job.request.account))
  }

  /// A job begins to wait, or waits no more, for nothing but room.
  private mutating func waits(_ id: JobID, _ more: Int) {
    guard let request = jobs[id]?.request, request.account != .root,
      modes[Int(request.mode.number)].borrowing != .always,
      request.terms.map(\.asksForCheckpointsAlone) ?? true
    else { return }
    let (models, milli) = (charging.models(of: request.shape), charging.milli(of: request.shape))
    guard models.count == 1, milli > 0 else { return }
    guarantees.waits(
      more, request, milli: milli, of: accounts.tree.member(of: request.account), model: models[0])
  }
}

/// A job that is not over yet, as its events tell of it.
struct LiveJob: Sendable {
  struct Run: Sendable {
    var started: Instant
    /// Since when it holds what it holds.
    var since: Instant
    var allocation: Allocation
    /// When it last reported a checkpoint.
    var checkpoint: Instant?
  }

  var request: JobRequest
  var submitted: Instant
  var waitingSince: Instant
  /// Milliseconds that it has waited before its starts.
  var waited: Int64 = 0
  /// What it has held, in thousandths of accelerators × milliseconds.
  var held = Int128(0)
  var run: Run?

  init(request: JobRequest, submitted: Instant) {
    self.request = request
    self.submitted = submitted
    waitingSince = submitted
  }
}

/// The jobs that are not over yet.
typealias LiveJobs = [JobID: LiveJob]

extension JobTerms {
  /// Whether nothing in it can keep a job from starting.
  fileprivate var asksForCheckpointsAlone: Bool {
    var options = options
    options.checkpoints = nil
    options.leastMembers = nil
    return options == Options()
  }
}
