public import Units

/// The terms on which jobs run: a named bundle of limits and rights that a job asks for.
public struct AccessMode: Hashable, Sendable {
  /// How much may run at once; nil: without limit.
  public struct Limits: Hashable, Sendable {
    /// Jobs that run at once.
    public var jobs: Int?
    /// Accelerators held at once.
    public var accelerators: Int?

    /// Limits; none unless told otherwise.
    public init(jobs: Int? = nil, accelerators: Int? = nil) {
      self.jobs = jobs
      self.accelerators = accelerators
    }
  }

  /// What each project may use under the mode, from one cut-off date on and for so long.
  public struct Allowance: Hashable, Sendable {
    /// Accelerator-milliseconds at a charge rate of one.
    public var acceleratorMilliseconds: Int64
    /// How long an allowance lasts.
    public var validity: TimeSpan
    /// From when a new one begins, in order; nothing may be used before the first.
    public var cutOffs: [Instant]

    /// An allowance.
    public init(acceleratorMilliseconds: Int64, validity: TimeSpan, cutOffs: [Instant]) {
      self.acceleratorMilliseconds = acceleratorMilliseconds
      self.validity = validity
      self.cutOffs = cutOffs
    }
  }

  /// Whether its jobs may hold more than their member is entitled to.
  public enum Borrowing: String, CaseIterable, Sendable {
    /// They run on entitlement, and on what others leave idle.
    case allowed
    /// They wait until their member's entitlement has room.
    case never
    /// They run on what others leave idle, and count as borrowed even within the entitlement.
    case always
  }

  /// What people ask for it by.
  public var name: String

  /// The accounts that may use it, with all below them; empty: everybody.
  public var accounts: [AccountID] = []

  /// The most accelerators that a job may ask for.
  public var largestJob: Int?

  /// The longest time limit that a job may ask for.
  public var longestTime: TimeSpan?

  /// How much each user may have at once.
  public var perUser = Limits()

  /// How much each project may have at once.
  public var perProject = Limits()

  /// What each project may use; nil: what its budget allows.
  public var allowance: Allowance?

  /// Higher tiers come first, whatever the shares are.
  public var tier = 0

  /// The tiers whose jobs it may preempt.
  public var preempts: [Int] = []

  /// Whether those who may preempt its tier may evict its jobs.
  public var isPreemptible = false

  /// Whether its jobs may borrow.
  public var borrowing = Borrowing.allowed

  /// From the decision to evict a job to its checkpoint signal.
  public var notice = TimeSpan.zero

  /// From the checkpoint signal to the end of its tasks.
  public var grace = TimeSpan.zero

  /// How long a run is left alone before it may be evicted.
  public var undisturbed = TimeSpan.zero

  /// What its jobs are charged, in thousandths of the charge rate.
  public var chargeMilli = 1000

  /// Whether it is gone from the rules: nobody may ask for it any more, and what runs under it goes
  /// on.
  public var isClosed = false

  /// A mode without limits or rights, until told otherwise.
  public init(name: String) { self.name = name }
}
