public import Units

/// Who is evicted for whom, and how often at most.
public struct PreemptionRules: Hashable, Sendable {
  /// How victims are chosen.
  public enum Choice: String, CaseIterable, Sendable {
    /// Whoever loses least work, together with the domain that is cleared.
    case leastLostWork = "least-lost-work"
    /// Whoever started last, as Slurm does.
    case youngestFirst = "youngest-first"
    /// As few jobs as possible, and of equally few those that started last, as Kubernetes does.
    case fewestVictims = "fewest-victims"
  }

  /// How victims are chosen.
  public var choice = Choice.leastLostWork

  /// Whether a member gets its entitlement back from those who borrow it.
  public var reclaims = true

  /// The accelerator-milliseconds that an account may lose in an hour to preemption by tier.
  ///
  /// Reclaim does not draw on it. nil: no limit.
  public var churnPerHour: Int64?

  /// How long a job takes to be where its checkpoint was, unless it says so itself.
  public var restart = TimeSpan.seconds(300)

  /// A job is evicted once in such a time at most, but for a guarantee.
  public var rest = TimeSpan.zero

  /// What of the work lost to an eviction or a failed node is credited back, in thousandths.
  public var refundMilli = 1000

  /// The usual rules.
  public init() {}
}
