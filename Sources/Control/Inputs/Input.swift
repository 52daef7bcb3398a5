public import Cluster
public import Fleet
public import Jobs
public import Policy
public import Units

/// What the world tells the machine; the journal keeps each with the instant it came at.
public enum Input: Hashable, Sendable {
  /// Somebody asks to run a job.
  case submit(JobRequest)
  /// Somebody asks to run so many jobs alike, as an array.
  case submitArray(JobRequest, count: Int)
  /// Somebody takes a job back, waiting or running.
  case cancel(JobID)
  /// Somebody holds a waiting job back, or releases it; what operators hold they alone release.
  case hold(JobID, Bool, byOperator: Bool = false)
  /// A job says that its work so far is kept.
  case checkpointed(JobID, AttemptNumber)
  /// The agents say that an elastic gang holds no more than it was told to by the resize of this
  /// number.
  case resized(JobID, AttemptNumber, number: UInt32)
  /// Agents or operators say something of nodes.
  case noted([NodeID], NodeNote)
  /// The agents say that an attempt's tasks are gone, on all nodes.
  case tasksGone(JobID, AttemptNumber, TaskExit)
  /// An agent says that the tasks of the member on its node are gone, and what they left behind.
  case memberEnded(JobID, AttemptNumber, NodeID, TaskExit, code: UInt8)
  /// Agents are not heard of any more, or are again.
  case agentsChanged([NodeID], isHeardOf: Bool)
  /// The rules are to be others, as a policy file describes them: its numbers don't count.
  indirect case policyChanged(ClusterPolicy)
  /// The fleet is to be another, as a fleet file describes it: its ids don't count.
  case fleetChanged(Topology)
  /// The instant has come that the machine asked to be woken at.
  case tick
  /// A controller goes on with what another left: nobody has listened for agents meanwhile.
  case resumed
  /// The same, from an old copy of the journal: what was decided since is not known.
  case restored
}

extension Input {
  /// A node comes into service, or leaves it, and nobody says why.
  public static func nodeChanged(_ node: NodeID, _ condition: NodeCondition) -> Input {
    .noted([node], .wanted(condition, reason: ""))
  }
}
