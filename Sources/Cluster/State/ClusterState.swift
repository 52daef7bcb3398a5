public import Fleet
import Jobs
public import Units

/// The truth about the cluster: a fold over the events since its beginning.
public struct ClusterState: Sendable {
  /// What is free.
  public private(set) var occupancy: Occupancy

  /// The live jobs.
  public private(set) var jobs = JobTable()

  /// The requests seen so far.
  public private(set) var mix: RequestMix

  /// How many events were applied: a plan names the version it was made for.
  public private(set) var version: UInt64 = 0

  /// The number that the next job gets.
  public private(set) var nextJob = JobID(1)

  /// An idle cluster.
  public init(topology: Topology) {
    occupancy = Occupancy(topology: topology)
    mix = RequestMix(topology: topology)
  }

  /// The fleet.
  public var topology: Topology { occupancy.topology }

  /// Lets an event happen.
  ///
  /// - Precondition: the event follows from this state; anything else is a bug of the machine.
  public mutating func apply(_ event: Event) {
    version += 1
    switch event {
    case .submitted(let id, let request, let at):
      precondition(id == nextJob, "job \(id.number) instead of \(nextJob.number)")
      nextJob = JobID(id.number + 1)
      mix.note(request.shape, on: occupancy)
      jobs.insert(Job(request: request, submitted: at), as: id)
    case .promised(let id, let reservation):
      jobs.update(id) { $0.lifecycle.promised(reservation) }
    case .promiseDropped(let id):
      jobs.update(id) { $0.lifecycle.promiseDropped() }
    case .started(let id, let attempt, let allocation, let at):
      occupancy.take(allocation)
      jobs.update(id) {
        $0.lifecycle.started(JobLifecycle.Run(attempt, from: at, on: allocation))
      }
    case .ended(let id, let outcome, _):
      let run = jobs.update(id) { $0.lifecycle.ended(outcome) }
      occupancy.giveBack(run.allocation)
      jobs.remove(id)
    }
  }
}
