public import Units

/// What only some jobs ask for, beside a shape and a time; shared by all jobs of one submission.
///
/// A class, though a value in all but name: a million waiting jobs hold a reference each.
public final class JobTerms: Hashable, Sendable {
  /// The fewest members with which an elastic gang goes on; nil: it needs them all.
  public let leastMembers: Int?

  /// How it keeps its work.
  public let checkpoints: Checkpoints?

  /// Not to be started before.
  public let begin: Instant?

  /// To be over by then, its whole time limit included: else it isn't started.
  public let deadline: Instant?

  /// The jobs that must have ended before.
  public let dependencies: [JobDependency]

  /// How many jobs of its array may run at once; nil: all.
  public let throttle: Int?

  /// The name of the window it runs in; nil: outside of all.
  public let window: String?

  /// Whether it may not start until it is released.
  public let isHeldBack: Bool

  /// Whether it is over once a node is lost on which it runs, instead of waiting again.
  public let endsWithNode: Bool

  /// Terms by their options.
  public init(_ options: Options) {
    leastMembers = options.leastMembers
    checkpoints = options.checkpoints
    begin = options.begin
    deadline = options.deadline
    dependencies = options.dependencies
    throttle = options.throttle
    window = options.window
    isHeldBack = options.isHeldBack
    endsWithNode = options.endsWithNode
  }

  /// What `JobTerms` are made of; nothing is asked for until it is set.
  public struct Options: Hashable, Sendable {
    /// The fewest members with which it goes on.
    public var leastMembers: Int?
    /// How it keeps its work.
    public var checkpoints: Checkpoints?
    /// Not before.
    public var begin: Instant?
    /// Over by then.
    public var deadline: Instant?
    /// After these.
    public var dependencies: [JobDependency] = []
    /// So many of its array at once.
    public var throttle: Int?
    /// In this window.
    public var window: String?
    /// Not until it is released.
    public var isHeldBack = false
    /// Over once a node is lost.
    public var endsWithNode = false

    /// Nothing is asked for.
    public init() {}
  }

  /// The same as options, to be changed.
  public var options: Options {
    var options = Options()
    options.leastMembers = leastMembers
    options.checkpoints = checkpoints
    options.begin = begin
    options.deadline = deadline
    options.dependencies = dependencies
    options.throttle = throttle
    options.window = window
    options.isHeldBack = isHeldBack
    options.endsWithNode = endsWithNode
    return options
  }

  public static func == (a: JobTerms, b: JobTerms) -> Bool {
    a === b || a.options == b.options
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(options) }
}

/// How a job keeps its work, so that it can go on after an eviction.
public struct Checkpoints: Hashable, Sendable {
  /// How long after one it makes the next, unless it reports them.
  public var every: TimeSpan

  /// How long it takes to be where its checkpoint was; nil: what the policy reckons.
  public var restart: TimeSpan?

  /// A checkpoint every so often.
  public init(every: TimeSpan, restart: TimeSpan? = nil) {
    self.every = every
    self.restart = restart
  }
}

/// A job that must have ended before another starts.
public struct JobDependency: Hashable, Sendable {
  /// How it must have ended.
  public enum Condition: UInt8, CaseIterable, Sendable {
    /// In any way.
    case ended
    /// Well.
    case succeeded
    /// Not well.
    case failed
  }

  /// Which job.
  public var job: JobID

  /// How it must have ended.
  public var condition: Condition

  /// After a job.
  public init(job: JobID, condition: Condition) {
    self.job = job
    self.condition = condition
  }
}
