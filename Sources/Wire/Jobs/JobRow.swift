/// A job as `gqueue` lists it.
public struct JobRow: Hashable, Codable, Sendable {
  /// Where it stands.
  public enum State: String, Codable, CaseIterable, Sendable {
    /// It waits.
    case pending
    /// It waits, and somebody holds it back.
    case held
    /// Its tasks are being started.
    case starting
    /// It runs.
    case running
    /// It runs, and has been told to go.
    case evicting
    /// It ended well.
    case completed
    /// It ended, and not well.
    case failed
    /// Somebody took it back.
    case cancelled
    /// It was ended at its time limit.
    case timedOut = "timed_out"
    /// It was lost with a node.
    case nodeFailed = "node_failed"
    /// It was ended because it took more memory than it had asked for.
    case outOfMemory = "out_of_memory"

    /// Whether nothing more will come of it.
    public var isOver: Bool {
      switch self {
      case .pending, .held, .starting, .running, .evicting: false
      case .completed, .failed, .cancelled, .timedOut, .nodeFailed, .outOfMemory: true
      }
    }
  }

  /// Its number.
  public var job: UInt32
  /// The first job of its array, and its index in it.
  public var array: UInt32?
  /// Its index in its array.
  public var arrayIndex: UInt32?
  /// What it is called.
  public var name: String
  /// Who submitted it.
  public var user: String
  /// Who is charged.
  public var account: String
  /// On which terms it runs.
  public var mode: String
  /// Where it stands.
  public var state: State
  /// How many members it has.
  public var members: Int
  /// How many accelerators it asks for, or holds; a part of one counts as its part.
  public var accelerators: Double
  /// When it was submitted.
  public var submitted: Moment
  /// When its last attempt started.
  public var started: Moment?
  /// When it was over.
  public var ended: Moment?
  /// When it is expected to start, where that is promised.
  public var promised: Moment?
  /// How long it may run.
  public var timeLimitMs: Int64
  /// How often it was started.
  public var attempt: Int
  /// A hostlist of where it runs, or ran last.
  public var nodes: String?
  /// Why it waits, in a few words.
  public var reason: String?
  /// What its last process to end left behind, as a shell has it: 128 and the signal's number.
  public var exitCode: Int?

  /// A job that waits.
  public init(
    job: UInt32, name: String, user: String, account: String, mode: String, submitted: Moment
  ) {
    self.job = job
    self.name = name
    self.user = user
    self.account = account
    self.mode = mode
    self.submitted = submitted
    state = .pending
    members = 1
    accelerators = 0
    timeLimitMs = 0
    attempt = 0
  }
}

/// Which jobs are listed: the query of `Route.jobs`; what is nil does not matter.
public struct JobQuery: Hashable, Sendable {
  /// These jobs alone; empty: all.
  public var jobs: [UInt32] = []
  /// Those of the array whose first job this is.
  public var array: UInt32?
  /// Those of one user.
  public var user: String?
  /// Those of an account, and of all below it.
  public var account: String?
  /// Those that stand so; empty: all that are not over.
  public var states: [JobRow.State] = []

  /// All that are not over.
  public init() {}

  /// The query as it stands behind the address, in order; the values are not escaped yet.
  public var items: [(name: String, value: String)] {
    var items: [(name: String, value: String)] = []
    if !jobs.isEmpty { items.append(("jobs", jobs.map(String.init).joined(separator: ","))) }
    if let array { items.append(("array", "\(array)")) }
    if let user { items.append(("user", user)) }
    if let account { items.append(("account", account)) }
    if !states.isEmpty {
      items.append(("states", states.map(\.rawValue).joined(separator: ",")))
    }
    return items
  }
}

/// What is to become of a job.
public enum JobChange: Hashable, Codable, Sendable {
  /// It is taken back, waiting or running.
  case cancel
  /// Its tasks are sent a signal, such as `USR1`.
  case signal(name: String)
  /// It may not start until it is released.
  case hold
  /// It may start again.
  case release
}

/// Why a job waits, as `gwhy` says it.
public struct JobWhy: Hashable, Codable, Sendable {
  /// A way to have it start now.
  public struct Suggestion: Hashable, Codable, Sendable {
    /// The words that kind of change is known by.
    public var code: String
    /// In words.
    public var text: String

    /// A suggestion.
    public init(code: String, text: String) {
      self.code = code
      self.text = text
    }
  }

  /// The job.
  public var job: JobRow
  /// All of it, as a person reads it.
  public var text: String
  /// The causes that bind, each by its word and in words.
  public var causes: [Suggestion]
  /// Changes that would start it now, the cheapest first.
  public var suggestions: [Suggestion]
  /// When it is expected to start.
  public var estimate: Moment?

  /// Why a job waits.
  public init(job: JobRow, text: String, causes: [Suggestion], suggestions: [Suggestion]) {
    self.job = job
    self.text = text
    self.causes = causes
    self.suggestions = suggestions
  }
}

/// Which part of a job's output is asked for: the query of `Route.output`.
public struct OutputQuery: Hashable, Sendable {
  /// Which of a task's streams.
  public enum Stream: String, Codable, Sendable {
    /// What it prints.
    case output
    /// What it complains of; its output, where both go to one file.
    case errors
  }

  /// Whose.
  public var member = 0
  /// Of which stream.
  public var stream = Stream.output
  /// From which byte on; negative: so many bytes before the end.
  public var offset: Int64 = 0
  /// How long to wait for more, in milliseconds.
  public var waitMs = 0

  /// All that the first member has printed so far.
  public init() {}

  /// The query as it stands behind the address.
  public var items: [(name: String, value: String)] {
    [
      ("member", "\(member)"), ("stream", stream.rawValue), ("offset", "\(offset)"),
      ("wait_ms", "\(waitMs)"),
    ]
  }
}
