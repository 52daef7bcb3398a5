/// What an agent is to do, in order; each has the next number of its session.
public struct CommandBatch: Hashable, Codable, Sendable {
  /// The number of the first.
  public var first: UInt64
  /// The commands.
  public var commands: [AgentCommand]

  /// Commands from a number on.
  public init(first: UInt64, commands: [AgentCommand]) {
    self.first = first
    self.commands = commands
  }
}

/// What an agent is to do; it obeys each once, however often it comes.
///
/// Commands are about all members of an attempt on the nodes of this agent.
public enum AgentCommand: Hashable, Codable, Sendable {
  /// Start members.
  case launch(GangLaunch)
  /// Send a signal, such as `USR2`, to all their tasks.
  case signal(job: UInt32, attempt: UInt16, name: String)
  /// End their tasks: politely at first, and after the grace without mercy.
  case terminate(job: UInt32, attempt: UInt16, graceMs: Int64)
  /// Go on with these members, those that are new among them; end those that leave, by their
  /// numbers, and report each when it is gone. The signal tells those that stay.
  case resize(GangLaunch, leaving: [Int], signal: String?)
  /// All that was reported of an attempt is durable: its traces may go.
  case forget(job: UInt32, attempt: UInt16)
  /// Send a part of an output file.
  case readOutput(OutputQuestion)
}

/// The part of a gang that one agent starts.
public struct GangLaunch: Hashable, Codable, Sendable {
  /// A member that this agent starts.
  public struct Member: Hashable, Codable, Sendable {
    /// Its place in the gang.
    public var member: Int
    /// The node, by name.
    public var node: String
    /// Its accelerators on that node; parts of one count as it.
    public var devices: [Int]
    /// How much of each of them: `1`, a fraction such as `0.5`, or a profile such as `1g.18gb`.
    public var share: String
    /// Thousandths of cores that it may use; 0: what nobody else does.
    public var milliCores: Int
    /// Memory that it may use, in MiB; 0: what nobody else does.
    public var memoryMib: Int

    /// A member on a node.
    public init(member: Int, node: String, devices: [Int], share: String = "1") {
      self.member = member
      self.node = node
      self.devices = devices
      self.share = share
      milliCores = 0
      memoryMib = 0
    }
  }

  /// The job.
  public var job: UInt32
  /// Which try.
  public var attempt: UInt16
  /// The controller's number.
  public var epoch: UInt64
  /// The job's name.
  public var name: String
  /// As whom it runs.
  public var user: TaskUser
  /// The first job of its array, and its index in it.
  public var array: UInt32?
  /// Its index in its array.
  public var arrayIndex: UInt32?
  /// The node of each member of the whole gang, in order, as a hostlist.
  public var nodes: String
  /// How many members the gang has.
  public var memberCount: Int
  /// Where the first member is reached.
  public var masterAddress: String
  /// The port that its members meet at.
  public var masterPort: Int
  /// Which members this agent starts.
  public var members: [Member]
  /// How much of its time limit is left as this is sent, so that no calendar counts; nil: it has
  /// none.
  public var timeLeftMs: Int64?
  /// What runs.
  public var task: TaskSpec

  /// A gang of nobody yet.
  public init(job: UInt32, attempt: UInt16, epoch: UInt64, user: TaskUser, task: TaskSpec) {
    self.job = job
    self.attempt = attempt
    self.epoch = epoch
    self.user = user
    self.task = task
    name = ""
    nodes = ""
    memberCount = 0
    masterAddress = ""
    masterPort = 0
    members = []
  }
}

/// A user of the nodes, by number and name.
public struct TaskUser: Hashable, Codable, Sendable {
  /// The user's number.
  public var uid: UInt32
  /// The number of the user's group.
  public var gid: UInt32
  /// The user's name.
  public var name: String

  /// A user.
  public init(uid: UInt32, gid: UInt32, name: String) {
    self.uid = uid
    self.gid = gid
    self.name = name
  }
}

/// A part of an output file that an agent is asked for.
public struct OutputQuestion: Hashable, Codable, Sendable {
  /// The number of the question, which the answer names.
  public var question: UInt64
  /// Whose output.
  public var member: MemberName
  /// Of which stream.
  public var stream: OutputQuery.Stream
  /// From which byte on; negative: so many bytes before the end.
  public var offset: Int64
  /// The most bytes to send.
  public var most: Int

  /// A question for a part of an output.
  public init(
    question: UInt64, member: MemberName, stream: OutputQuery.Stream, offset: Int64, most: Int
  ) {
    self.question = question
    self.member = member
    self.stream = stream
    self.offset = offset
    self.most = most
  }
}
