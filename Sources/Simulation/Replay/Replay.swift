import Cluster
import Control
public import Fleet
public import Policy
import PolicyFiles
public import Traces
import Units

/// Replays a trace's jobs through the production controller, from an idle fleet to an idle fleet.
public struct Replay: Sendable {
  /// What a replay measured.
  public struct Result: Sendable {
    /// Waits, slowdowns, counts.
    public var metrics: ReplayMetrics
    /// How many plans were made.
    public var plans: UInt64
    /// How the policy shared the fleet; nil where it has no rules of that kind.
    public var sharing: PolicyMetrics?
    /// What slow places and failures did; nil where there are none.
    public var surroundings: Surroundings.Figures?
    /// What became of each job; nil where that was not asked for.
    public var jobs: JobRecords?
    /// What it looked like over time; nil where that was not asked for.
    public var series: ReplaySeries?
  }

  let topology: Topology
  let policy: ClusterPolicy

  /// What a trace's jobs ask for.
  public var mapping: RequestMapping

  /// Whether each job is recorded, in some 50 bytes.
  public var recordsJobs = false

  /// Whether what the policy shares is measured, though it has no rules of that kind.
  public var measuresSharing = false

  /// Whether it is recorded what the replay looks like over time.
  public var recordsSeries = false

  /// A replay on a fleet under a policy.
  ///
  /// - Parameter owners: who pays for a trace's jobs; nil: the root, under the first mode.
  public init(
    topology: Topology, policy: ClusterPolicy, overruns: Overruns, owners: TraceOwners? = nil
  ) {
    self.topology = topology
    self.policy = policy
    mapping = RequestMapping(topology: topology, overruns: overruns)
    mapping.owners = owners
  }

  /// Runs jobs, which stand in order of submission, to their ends.
  ///
  /// - Parameter progress: told now and then how many jobs are through.
  public func run(
    _ jobs: ArraySlice<TraceJob>, log: DecisionLog, progress: (Int) -> Void = { _ in }
  ) -> Result {
    var users = PunctualUsers(jobs.lazy.map { mapping.job($0) })
    return run(&users, until: nil, in: (nil, []), log: log, progress: progress)
  }

  /// Runs the jobs of a scenario's users to their ends.
  ///
  /// - Parameter progress: told now and then how many jobs are through.
  public func run(
    _ users: ScenarioUsers, log: DecisionLog, progress: (Int) -> Void = { _ in }
  ) -> Result {
    var users = users
    return run(
      &users, until: users.end, in: (users.surroundings, users.curves), log: log,
      progress: progress)
  }

  /// Lets the users of a recorded period do again what they did, to the end of their jobs.
  ///
  /// - Parameter progress: told now and then how many jobs are through.
  public func run(
    _ users: HistoryUsers, log: DecisionLog, progress: (Int) -> Void = { _ in }
  ) -> Result {
    var users = users
    return run(&users, until: users.end, in: (nil, []), log: log, progress: progress)
  }

  private func run(
    _ users: inout some SimulatedUsers, until end: Instant?,
    in world: (surroundings: Surroundings?, curves: [SiteCurves]), log: DecisionLog,
    progress: (Int) -> Void
  ) -> Result {
    withoutActuallyEscaping(progress) { progress in
      let concerns =
        measuresSharing || PolicyMetrics.concern(policy) || !world.curves.isEmpty
      var observer = Observer(
        metrics: ReplayMetrics(topology: topology),
        sharing: concerns ? PolicyMetrics(topology: topology, policy: policy, until: end) : nil,
        jobs: recordsJobs ? JobRecords(countsCores: topology.acceleratorCount == 0) : nil,
        series: recordsSeries ? ReplaySeries(topology: topology, policy: policy) : nil,
        log: log, topology: topology, progress: progress)
      var cluster = VirtualCluster(topology: topology, policy: policy)
      cluster.surroundings = world.surroundings
      observer.sharing?.price(world.curves)
      cluster.run(&users, observer: &observer)
      observer.sharing?.finish()
      observer.series?.finish()
      return Result(
        metrics: observer.metrics, plans: cluster.machine.planCount, sharing: observer.sharing,
        surroundings: cluster.surroundings?.figures, jobs: observer.jobs,
        series: observer.series)
    }
  }

  private struct Observer: ReplayObserver {
    var metrics: ReplayMetrics
    var sharing: PolicyMetrics?
    var jobs: JobRecords?
    var series: ReplaySeries?
    let log: DecisionLog
    var topology: Topology
    let progress: (Int) -> Void
    var untold = 0

    mutating func performed(_ effect: Effect, at now: Instant) {
      if case .append(.fleetChanged(let next, _)) = effect { topology = next }
      if case .record(let decision) = effect { log.append(decision, at: now, topology) }
      metrics.performed(effect, at: now)
      sharing?.performed(effect, at: now)
      jobs?.performed(effect)
      series?.performed(effect, at: now)
    }

    mutating func settled(_ machine: ControlMachine, at now: Instant) {
      sharing?.settled(machine, at: now)
      untold += 1
      guard untold == 2048 else { return }
      untold = 0
      progress(metrics.waits.count + metrics.counts.rejected)
    }
  }
}
