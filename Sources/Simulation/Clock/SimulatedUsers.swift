public import Control
public import Units

/// Those who submit jobs to a simulated cluster: they may wait for what becomes of earlier ones.
public protocol SimulatedUsers {
  /// When they submit the next job, never before the last one; nil: not before they learn more.
  var nextSubmission: Instant? { get }

  /// The job that is due; called at `nextSubmission` alone.
  mutating func submit() -> SimulatedJob

  /// The machine wanted this done: of a job just submitted first that it was accepted or rejected.
  mutating func learn(_ effect: Effect, at now: Instant)
}

/// Users whose jobs come when they come, whatever becomes of the others.
struct PunctualUsers<Jobs: IteratorProtocol<SimulatedJob>>: SimulatedUsers {
  private var jobs: Jobs
  private var next: SimulatedJob?

  init<S: Sequence>(_ jobs: S) where S.Iterator == Jobs {
    self.jobs = jobs.makeIterator()
    next = self.jobs.next()
  }

  var nextSubmission: Instant? { next?.submitted }

  mutating func submit() -> SimulatedJob {
    guard let job = next else { preconditionFailure("nobody submits anything more") }
    next = jobs.next()
    return job
  }

  mutating func learn(_ effect: Effect, at now: Instant) {}
}
