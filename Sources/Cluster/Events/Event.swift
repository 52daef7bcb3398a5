public import Fleet
public import Jobs
public import Units

/// What happened, once it is decided: the only way in which `ClusterState` changes.
public enum Event: Hashable, Sendable {
  /// A job was accepted and given the next number.
  case submitted(JobID, JobRequest, at: Instant)
  /// A waiting job was promised a start, or its promise was moved.
  case promised(JobID, Reservation)
  /// A waiting job lost its promise to a job that is ahead of it now.
  case promiseDropped(JobID)
  /// A gang was started, whole.
  case started(JobID, AttemptNumber, Allocation, at: Instant)
  /// A running gang's tasks are gone.
  case ended(JobID, JobOutcome, at: Instant)
}
