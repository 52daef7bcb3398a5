/// News from an agent, in order; an empty batch says only that it is there.
public struct ReportBatch: Hashable, Codable, Sendable {
  /// The number of the first: each report of a session has the next one, from 1 on.
  public var first: UInt64
  /// The reports.
  public var reports: [Report]
  /// The fence that the agent keeps to, and those of its tasks that outlive it; nil: not known.
  public var fenceMs: Int64?

  /// Reports from a number on.
  public init(first: UInt64, reports: [Report], fenceMs: Int64? = nil) {
    self.first = first
    self.reports = reports
    self.fenceMs = fenceMs
  }
}

/// How far an agent's reports are durable: it may forget them, and repeats the others.
public struct ReportReceipt: Hashable, Codable, Sendable {
  /// The last report that is.
  public var acknowledged: UInt64
  /// The fence in force, which the agent is to keep to from now on; nil: the one it was told.
  public var fenceMs: Int64?

  /// All reports up to one.
  public init(acknowledged: UInt64, fenceMs: Int64? = nil) {
    self.acknowledged = acknowledged
    self.fenceMs = fenceMs
  }
}

/// What happened on an agent's nodes.
public enum Report: Hashable, Codable, Sendable {
  /// A member's tasks run.
  case started(MemberName)
  /// A member's tasks are all gone.
  case ended(MemberName, TaskEnd)
  /// A member could not be started at all.
  case notStarted(MemberName, what: String)
  /// A job says that its work so far is kept.
  case checkpointed(MemberName)
  /// A task says how it fares.
  case status(MemberName, text: String)
  /// A member that was to leave its gang is gone, or was never there.
  case resized(MemberName)
  /// A node is not well, or is again; nil: it is.
  case health(node: String, trouble: String?)
  /// What was asked for of a task's output.
  case output(OutputPart)
}

/// How a member's tasks ended.
public struct TaskEnd: Hashable, Codable, Sendable {
  /// What the first of them to end badly left behind, else 0; as a shell has it.
  public var exitCode: Int
  /// The signal that ended it, without `SIG`; nil: none did.
  public var signal: String?
  /// Whether it took more memory than it had asked for.
  public var isOutOfMemory = false
  /// Whether the agent ended it because the controller said so, or because of the fence.
  public var isTerminated = false
  /// When the last of them was gone.
  public var at: Moment
  /// The time they spent computing, of all their processes.
  public var cpuMs: Int64 = 0
  /// The most memory that they had at once.
  public var mostMemoryMib: Int = 0
  /// What their accelerators drew, where that is known.
  public var energyJoules: Int64?

  /// An end.
  public init(exitCode: Int, at: Moment) {
    self.exitCode = exitCode
    self.at = at
  }
}

/// A part of a task's output, as an agent sends it.
public struct OutputPart: Hashable, Codable, Sendable {
  /// Which question it answers.
  public var question: UInt64
  /// Its first byte's place in the file.
  public var offset: Int64
  /// The bytes, in base 64.
  public var bytes: String
  /// Whether no more will come.
  public var isEnded: Bool
  /// Why there is none: the file can't be read.
  public var trouble: String?

  /// A part of an output.
  public init(question: UInt64, offset: Int64, bytes: String, isEnded: Bool) {
    self.question = question
    self.offset = offset
    self.bytes = bytes
    self.isEnded = isEnded
  }
}
