public import Jobs
public import Units

/// What the world tells the machine; the journal keeps each with the instant it came at.
public enum Input: Hashable, Sendable {
  /// Somebody asks to run a job.
  case submit(JobRequest)
  /// The agents say that an attempt's tasks are gone, on all nodes.
  case tasksGone(JobID, AttemptNumber, TaskExit)
  /// The instant has come that the machine asked to be woken at.
  case tick
}

/// How an attempt's tasks went.
public enum TaskExit: UInt8, Hashable, Sendable {
  /// They ended by themselves.
  case finished
  /// They were ended because the machine said so.
  case terminated
}
