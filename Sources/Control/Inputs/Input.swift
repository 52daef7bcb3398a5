public import Fleet
public import Jobs
public import Policy
public import Units

/// What the world tells the machine; the journal keeps each with the instant it came at.
public enum Input: Hashable, Sendable {
  /// Somebody asks to run a job.
  case submit(JobRequest)
  /// Somebody takes a job back, waiting or running.
  case cancel(JobID)
  /// Somebody holds a waiting job back, or releases it.
  case hold(JobID, Bool)
  /// A job says that its work so far is kept.
  case checkpointed(JobID, AttemptNumber)
  /// The agents say that an elastic gang holds no more than it was told to.
  case resized(JobID, AttemptNumber)
  /// A node came into service, or left it.
  case nodeChanged(NodeID, NodeCondition)
  /// The agents say that an attempt's tasks are gone, on all nodes.
  case tasksGone(JobID, AttemptNumber, TaskExit)
  /// The rules are to be others, as a policy file describes them: its numbers don't count.
  indirect case policyChanged(ClusterPolicy)
  /// The fleet is to be another, as a fleet file describes it: its ids don't count.
  case fleetChanged(Topology)
  /// The instant has come that the machine asked to be woken at.
  case tick
}

/// How an attempt's tasks went.
public enum TaskExit: UInt8, Hashable, Sendable {
  /// They ended by themselves.
  case finished
  /// They ended by themselves, and not well.
  case failed
  /// They were ended because the machine said so.
  case terminated
}
