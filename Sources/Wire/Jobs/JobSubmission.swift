public import Jobs

/// A job as it is submitted: what is asked for, on which terms, and what runs.
public struct JobSubmission: Hashable, Codable, Sendable {
  /// What it is called.
  public var name: String

  /// Who is charged, by the path in the tree; nil: the submitter's own account.
  public var account: String?

  /// The access mode; nil: the first that is open to the account.
  public var mode: String?

  /// The gang.
  public var gang: GangSpec

  /// How long it may run; nil: as long as its mode allows.
  public var timeLimitMs: Int64?

  /// What else is asked for.
  public var terms = Terms()

  /// The array, where it is more than one job.
  public var array: ArraySpec?

  /// What runs.
  public var task: TaskSpec

  /// A job that asks for nothing special.
  public init(name: String, gang: GangSpec, task: TaskSpec) {
    self.name = name
    self.gang = gang
    self.task = task
  }

  /// What only some jobs ask for.
  public struct Terms: Hashable, Codable, Sendable {
    /// How long after one checkpoint it makes the next.
    public var checkpointEveryMs: Int64?
    /// Not to be started before.
    public var begin: Moment?
    /// To be over by then.
    public var deadline: Moment?
    /// The jobs that must have ended before.
    public var dependencies: [Dependency] = []
    /// The reservation it runs in.
    public var reservation: String?
    /// Whether it may not start until it is released.
    public var isHeldBack = false

    /// Nothing is asked for.
    public init() {}
  }

  /// A job that must have ended before.
  public struct Dependency: Hashable, Codable, Sendable {
    /// How it must have ended.
    public enum Condition: String, Codable, Sendable {
      /// In any way.
      case afterany
      /// Well.
      case afterok
      /// Not well.
      case afternotok
    }

    /// Which job.
    public var job: UInt32
    /// How it must have ended.
    public var condition: Condition

    /// After a job.
    public init(_ condition: Condition, _ job: UInt32) {
      self.job = job
      self.condition = condition
    }
  }

  /// The members of an array: `0-99%10`, `1,4,7`, `0-20:5`.
  public struct ArraySpec: Hashable, Codable, Sendable {
    /// The number of each job of it, ascending and distinct.
    public var indices: [UInt32]
    /// How many of them may run at once; nil: all.
    public var throttle: Int?

    /// An array of these.
    public init(indices: [UInt32], throttle: Int? = nil) {
      self.indices = indices
      self.throttle = throttle
    }
  }
}

extension JobSubmission {
  public init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: CodingKeys.self)
    let task = try box.decode(TaskSpec.self, forKey: .task)
    self.init(
      name: try box.decodeIfPresent(String.self, forKey: .name) ?? "job",
      gang: try box.decode(GangSpec.self, forKey: .gang), task: task)
    account = try box.decodeIfPresent(String.self, forKey: .account)
    mode = try box.decodeIfPresent(String.self, forKey: .mode)
    timeLimitMs = try box.decodeIfPresent(Int64.self, forKey: .timeLimitMs)
    terms = try box.decodeIfPresent(Terms.self, forKey: .terms) ?? Terms()
    array = try box.decodeIfPresent(ArraySpec.self, forKey: .array)
  }
}

extension JobSubmission.Terms {
  public init(from decoder: any Decoder) throws {
    self.init()
    let box = try decoder.container(keyedBy: CodingKeys.self)
    checkpointEveryMs = try box.decodeIfPresent(Int64.self, forKey: .checkpointEveryMs)
    begin = try box.decodeIfPresent(Moment.self, forKey: .begin)
    deadline = try box.decodeIfPresent(Moment.self, forKey: .deadline)
    dependencies =
      try box.decodeIfPresent([JobSubmission.Dependency].self, forKey: .dependencies) ?? []
    reservation = try box.decodeIfPresent(String.self, forKey: .reservation)
    isHeldBack = try box.decodeIfPresent(Bool.self, forKey: .isHeldBack) ?? false
  }
}

/// The jobs that a submission came to.
public struct SubmissionReply: Hashable, Codable, Sendable {
  /// The number of the job, or of the first of its array.
  public var job: UInt32
  /// How many jobs, each with the next number.
  public var count: Int

  /// So many jobs from one number on.
  public init(job: UInt32, count: Int) {
    self.job = job
    self.count = count
  }
}

/// What would become of a job if it were submitted now.
public struct JobForecast: Hashable, Codable, Sendable {
  /// Where it would run: a hostlist; nil where it would wait.
  public var nodes: String?
  /// The slowdown by its place that is predicted, in thousandths of its run time.
  public var slowdownMilli: Int?
  /// When it would start; nil where nobody can say yet.
  public var start: Moment?
  /// What it would cost at most, in accelerator-milliseconds at a charge rate of one.
  public var costMs: Int64
  /// In words, as `gwhy` says it.
  public var text: String

  /// A forecast of a cost and its words.
  public init(costMs: Int64, text: String) {
    self.costMs = costMs
    self.text = text
  }
}
