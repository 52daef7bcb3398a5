import Control
public import Fleet
public import Policy
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
  }

  private let topology: Topology
  private let policy: ClusterPolicy
  private let mapping: RequestMapping

  /// A replay on a fleet under a policy.
  public init(topology: Topology, policy: ClusterPolicy, overruns: Overruns) {
    self.topology = topology
    self.policy = policy
    mapping = RequestMapping(topology: topology, overruns: overruns)
  }

  /// Runs jobs, which stand in order of submission, to their ends.
  ///
  /// - Parameter progress: told now and then how many jobs are through.
  public func run(
    _ jobs: ArraySlice<TraceJob>, log: DecisionLog, progress: (Int) -> Void = { _ in }
  ) -> Result {
    withoutActuallyEscaping(progress) { progress in
      var observer = Observer(
        metrics: ReplayMetrics(topology: topology), log: log, topology: topology,
        progress: progress)
      var cluster = VirtualCluster(topology: topology, policy: policy)
      cluster.run(jobs.lazy.map { mapping.job($0) }, observer: &observer)
      return Result(metrics: observer.metrics, plans: cluster.machine.planCount)
    }
  }

  private struct Observer: ReplayObserver {
    var metrics: ReplayMetrics
    let log: DecisionLog
    let topology: Topology
    let progress: (Int) -> Void
    var untold = 0

    mutating func performed(_ effect: Effect, at now: Instant) {
      if case .record(let decision) = effect { log.append(decision, at: now, topology) }
      metrics.performed(effect, at: now)
    }

    mutating func settled(_ machine: ControlMachine, at now: Instant) {
      untold += 1
      guard untold == 2048 else { return }
      untold = 0
      progress(metrics.waits.count + metrics.counts.rejected)
    }
  }
}
