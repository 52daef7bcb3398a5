public import Cluster
public import Fleet
public import Jobs
public import Scheduling
public import Units

/// What the machine wants done; its driver does it, in order.
public enum Effect: Hashable, Sendable {
  /// Keep this event: later effects wait until it is durable.
  case append(Event)
  /// Tell the decision log.
  case record(Decision)
  /// Answer the one who submitted: this is the job's number.
  case accepted(JobID)
  /// Answer the one who submitted an array: these are its jobs' numbers, from the first on.
  case acceptedArray(JobID, count: Int)
  /// Answer the one who submitted: the job could never run.
  case rejected(JobRejection)
  /// Answer the one who changed the rules or the fleet: they stay as they are.
  case refused(ChangeRefusal)
  /// Have the agents start a gang's tasks.
  case launch(JobID, AttemptNumber, Allocation)
  /// Have the agents tell a gang to make a checkpoint: it is about to be ended.
  case signal(JobID, AttemptNumber)
  /// Have the agents let an elastic gang go on with these accelerators, and report when it does by
  /// the number of this resize.
  case resize(JobID, AttemptNumber, Allocation, number: UInt32)
  /// Have the agents end a gang's tasks: its time limit is over, or others have a claim.
  case terminate(JobID, AttemptNumber)
  /// Give `tick` at this instant, instead of at the one asked for before.
  case wake(at: Instant)
}
