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
  public static let version = 1

  /// The version that it speaks.
  public var version = AgentRegistration.version
  /// What the process is called: the node's name, or that of an emulated fleet.
  public var name: String
  /// Its nodes.
  public var nodes: [Node]
  /// The members that it still has tasks of, or whose end it has not been able to report.
  public var members: [MemberName]

  /// An agent's nodes.
  public init(name: String, nodes: [Node], members: [MemberName] = []) {
    self.name = name
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
    session: String, epoch: UInt64, heartbeatMs: Int64, fenceMs: Int64, refused: [Refusal] = []
  ) {
    self.session = session
    self.epoch = epoch
    self.heartbeatMs = heartbeatMs
    self.fenceMs = fenceMs
    self.refused = refused
  }
}
