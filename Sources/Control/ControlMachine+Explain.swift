public import Scheduling
public import Units

extension ControlMachine {
  /// Why a job waits, who is ahead of it, what would start it now, and when it starts otherwise.
  ///
  /// Changes nothing; see `Planner.explain(_:in:at:)`.
  ///
  /// - Precondition: the instant is not before the last input's.
  public func explain(_ job: JobID, at now: Instant) -> Explanation {
    planner.explain(job, in: state, at: now)
  }
}
