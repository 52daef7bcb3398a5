public import Fleet
public import Jobs
public import Units

/// What a waiting job is about to get from others: nobody else starts there.
///
/// A claim is made with the proof that its allocation is free once its victims are gone, and it
/// stands until its preemptor has started, or can no more.
public struct Claim: Hashable, Sendable {
  /// Why somebody has to go.
  public enum Ground: UInt8, Hashable, Sendable {
    /// The preemptor's member gets back what it is entitled to.
    case guarantee
    /// The preemptor's mode may preempt the victims'.
    case tier
  }

  /// A running gang that is made to go.
  public struct Victim: Hashable, Sendable {
    /// The job.
    public var job: JobID
    /// When it is told, and when its tasks are ended.
    public var eviction: JobLifecycle.Eviction
    /// What it loses, in accelerator-milliseconds.
    public var loss: Int64

    /// A victim.
    public init(job: JobID, eviction: JobLifecycle.Eviction, loss: Int64) {
      self.job = job
      self.eviction = eviction
      self.loss = loss
    }
  }

  /// An elastic gang that goes on with fewer members.
  public struct Shrink: Hashable, Sendable {
    /// The job.
    public var job: JobID
    /// What it keeps.
    public var keeps: Allocation
    /// When it holds no more than that.
    public var end: Instant

    /// A gang that gives up members.
    public init(job: JobID, keeps: Allocation, end: Instant) {
      self.job = job
      self.keeps = keeps
      self.end = end
    }
  }

  /// Its number.
  public var id: ClaimID

  /// Who is to start.
  public var preemptor: JobID

  /// Why.
  public var ground: Ground

  /// The very accelerators it gets.
  public var allocation: Allocation

  /// Who has to go, in order of their numbers.
  public var victims: [Victim]

  /// Who has to shrink, in order of their numbers.
  public var shrinks: [Shrink]

  /// When it was made; set as it happens.
  public internal(set) var made = Instant.distantPast

  /// When all of them are gone at the latest.
  public var deadline: Instant

  /// A claim.
  public init(
    id: ClaimID, preemptor: JobID, ground: Ground, allocation: Allocation, victims: [Victim],
    shrinks: [Shrink] = []
  ) {
    self.id = id
    self.preemptor = preemptor
    self.ground = ground
    self.allocation = allocation
    self.victims = victims
    self.shrinks = shrinks
    deadline = max(
      victims.reduce(.distantPast) { max($0, $1.eviction.end) },
      shrinks.reduce(.distantPast) { max($0, $1.end) })
  }

  /// Who has to go or to shrink: first those who go.
  public var going: [JobID] { victims.map(\.job) + shrinks.map(\.job) }

  /// Whether none of those who have to go, or to shrink, has been told so by an instant.
  public func isUntold(at now: Instant) -> Bool {
    victims.allSatisfy { $0.eviction.signal > now } && shrinks.allSatisfy { $0.end > now }
  }
}
