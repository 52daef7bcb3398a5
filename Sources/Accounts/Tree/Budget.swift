public import Units

/// Accelerator-hours that an account may use within some dates.
public struct Budget: Hashable, Sendable {
  /// How much: accelerator-milliseconds at a charge rate of one.
  public var acceleratorMilliseconds: Int64

  /// From when it may be used.
  public var from: Instant

  /// Until when; what is left then is gone.
  public var until: Instant

  /// Whether jobs wait once it is used up; else they go on, and it is only told.
  public var stopsHard: Bool

  /// A budget.
  public init(
    acceleratorMilliseconds: Int64, from: Instant = .distantPast, until: Instant = .distantFuture,
    stopsHard: Bool = true
  ) {
    self.acceleratorMilliseconds = acceleratorMilliseconds
    self.from = from
    self.until = until
    self.stopsHard = stopsHard
  }
}
