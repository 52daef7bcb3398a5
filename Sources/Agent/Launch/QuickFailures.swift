/// Members that failed soon after their start, one after another: the mark of a node that would
/// swallow a whole queue.
///
/// A user's own mistakes fail as fast, so several users, or a cause that is the node's, must speak
/// against it. While it rests, nobody new comes; each rest is twice as long as the last.
public struct QuickFailures: Sendable {
  /// A member that failed.
  public struct Failure: Sendable {
    /// Its job, or the first of its array.
    public var job: UInt32
    /// Whose it was.
    public var user: UInt32
    /// Whether it was never started, for a cause that is the node's.
    public var isNodesFault: Bool

    /// A failure.
    public init(job: UInt32, user: UInt32, isNodesFault: Bool) {
      self.job = job
      self.user = user
      self.isNodesFault = isNodesFault
    }
  }

  /// A member that ends sooner than this has failed quickly.
  public static let quickMs: Int64 = 10_000

  private static let firstRestMs: Int64 = 60_000
  private static let longestRestMs: Int64 = 3_600_000

  private var failures: [Failure] = []
  private var restMs = Self.firstRestMs
  private var restsUntil: Int64?

  /// None yet.
  public init() {}

  /// Whether words of a shim's or the agent's speak of the job rather than of the node.
  static func isOwnFault(_ words: String) -> Bool {
    [
      "No such file", "Permission denied", "Not a directory", "Is a directory",
      "Exec format error", "an order of epoch",
    ].contains { words.contains($0) }
  }

  /// A member failed quickly.
  public mutating func add(_ failure: Failure, at now: Int64) {
    failures.append(failure)
    let own = failures.filter(\.isNodesFault)
    let isGuilty = Set(own.map(\.job)).count >= 3
    let isSuspect = failures.count >= 5 && Set(failures.map(\.user)).count >= 3
    guard isGuilty || isSuspect else { return }
    restsUntil = now + restMs
    restMs = min(restMs * 2, Self.longestRestMs)
    failures = []
  }

  /// A member ran well, or for long: the node can work.
  public mutating func succeeded() {
    failures = []
    restMs = Self.firstRestMs
    restsUntil = nil
  }

  /// What is wrong while the node rests, else nil.
  public mutating func trouble(at now: Int64) -> String? {
    guard let until = restsUntil else { return nil }
    guard now < until else {
      restsUntil = nil
      return nil
    }
    return "jobs fail here one after another as soon as they start; the node rests"
  }
}
