public import Units

/// A promised future allocation: from when, and which accelerators.
public struct Reservation: Hashable, Sendable {
  /// When the gang starts at the latest, as long as nobody runs past their time limit.
  public var start: Instant

  /// Where; nil while it may be any nodes of a pool, of which enough are sure to be free.
  public var allocation: Allocation?

  /// A promise to start then and there.
  public init(start: Instant, allocation: Allocation?) {
    self.start = start
    self.allocation = allocation
  }
}
