public import Fleet
import Jobs
public import Traces
import Units

/// What to do with a job that ran longer than it had asked for.
public enum Overruns: String, CaseIterable, Sendable {
  /// Take it that it asked for its run time.
  case raise
  /// End it at its time limit.
  case kill
}

/// Turns a trace's jobs into requests to a fleet.
///
/// A job of p processors becomes one member of p accelerators up to what a node has, above that
/// members of whole nodes and one rest; cores stand in on a fleet without accelerators. Where the
/// trace has no requested time, the run time stands in.
public struct RequestMapping: Sendable {
  private let unitsPerNode: Int
  private let countsCores: Bool
  private let overruns: Overruns

  /// A mapping onto a fleet; its largest nodes set how a job is split.
  public init(topology: Topology, overruns: Overruns) {
    countsCores = topology.acceleratorCount == 0
    unitsPerNode =
      countsCores
      ? topology.nodeTypes.reduce(0) { max($0, $1.host.cores) } : topology.mostAcceleratorsPerNode
    self.overruns = overruns
  }

  /// The job as a user of that fleet would submit it.
  public func job(_ job: TraceJob) -> SimulatedJob {
    let size = Int(job.size)
    let shape: GangShape =
      countsCores
      ? .cores(size, perNode: unitsPerNode) : .accelerators(size, perNode: unitsPerNode)
    var limit = job.requestedTime ?? job.runTime
    switch overruns {
    case .raise: limit = max(limit, job.runTime)
    case .kill: break
    }
    return SimulatedJob(
      submitted: job.submitted, request: JobRequest(shape: shape, timeLimit: limit),
      runTime: job.runTime)
  }
}
