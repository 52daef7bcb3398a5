/// What an agent says of itself when it comes: all its nodes, and what still runs there.
public struct AgentRegistration: Hashable, Codable, Sendable {
  /// A node as its agent finds it.
  public struct Node: Hashable, Codable, Sendable {
    /// Its name in the fleet file.
    public var name: String
    /// Where other members reach it.
    public var address: String
    /// The model of its accelerators; nil: it has none.
    public var model: String?
    /// How many accelerators it has.
    public var accelerators: Int
    /// Its cores, in thousandths.
    public var milliCores: Int
    /// Its memory in MiB.
    public var memoryMib: Int
    /// What is wrong with it; nil: nothing.
    public var trouble: String?

    /// A node without accelerators.
    public init(name: String, address: String, milliCores: Int, memoryMib: Int) {
      self.name = name
      self.address = address
      self.milliCores = milliCores
      self.memoryMib = memoryMib
      accelerators = 0
    }
  }

  /// The version of this protocol.
  public static let version = 2

  /// The version that it speaks.
  public var version = AgentRegistration.version
  /// What the process is called: the node's name, or that of an emulated fleet.
  public var name: String
  /// The number that was drawn when its folder was new: which agent this is, whatever its name.
  public var instance: UInt64
  /// The cluster that it has served; nil: none yet.
  public var cluster: String?
  /// The last controller of that cluster that it has obeyed, by its number; 0: none yet.
  public var epoch: UInt64 = 0
  /// Whether somebody says that no other agent of these nodes lives, nor anything that it started.
  public var takesOver = false
  /// Its nodes.
  public var nodes: [Node]
  /// The members that it still has tasks of, or whose end it has not been able to report.
  public var members: [MemberName]

  /// An agent's nodes.
  public init(name: String, instance: UInt64, nodes: [Node], members: [MemberName] = []) {
    self.name = name
    self.instance = instance
    self.nodes = nodes
    self.members = members
  }
}

/// A member of one attempt at a job.
public struct MemberName: Hashable, Codable, Sendable {
  /// The job.
  public var job: UInt32
  /// Which try.
  public var attempt: UInt16
  /// Which member: its place in the gang.
  public var member: Int

  /// A member of an attempt.
  public init(job: UInt32, attempt: UInt16, member: Int) {
    self.job = job
    self.attempt = attempt
    self.member = member
  }
}

/// What an agent is told when it comes.
public struct AgentSession: Hashable, Codable, Sendable {
  /// The name of the session: part of the addresses that the agent uses from now on.
  public var session: String
  /// The cluster.
  public var cluster: String
  /// The controller's number; launches of an older one are not obeyed.
  public var epoch: UInt64
  /// How often it must be heard of.
  public var heartbeatMs: Int64
  /// After how long without the controller it ends its tasks.
  public var fenceMs: Int64
  /// Nodes that may not serve, and why: the fleet has no such node, or it is otherwise.
  public var refused: [Refusal]

  /// A session.
  public init(
    session: String, cluster: String, epoch: UInt64, heartbeatMs: Int64, fenceMs: Int64,
    refused: [Refusal] = []
  ) {
    self.session = session
    self.cluster = cluster
    self.epoch = epoch
    self.heartbeatMs = heartbeatMs
    self.fenceMs = fenceMs
    self.refused = refused
  }
}
