public import Units

/// A time in which some nodes are kept: for maintenance, or for those who reserved them.
public struct CapacityWindow: Hashable, Sendable {
  /// What people call it.
  public var name: String

  /// Which nodes: names of domains of the fleet, or of nodes, as hostlists.
  public var places: [String]

  /// From when.
  public var from: Instant

  /// Until when.
  public var until: Instant

  /// How long after one begins the next one does; nil: it comes once.
  public var every: TimeSpan?

  /// Who may run there meanwhile, with all below them; empty: nobody, it is maintenance.
  public var accounts: [AccountID]

  /// A window that comes once, for maintenance, until told otherwise.
  public init(name: String, places: [String], from: Instant, until: Instant) {
    self.name = name
    self.places = places
    self.from = from
    self.until = until
    accounts = []
  }

  /// Whether there is an instant at which both are open, sooner or later.
  public func meets(_ other: CapacityWindow) -> Bool {
    guard let every else {
      return other.every == nil
        ? from < other.until && other.from < until : other.isOpen(between: from, until)
    }
    guard let others = other.every else { return isOpen(between: other.from, other.until) }
    // Each lag between one's begin and the other's comes, up to what divides both times between.
    let step = Self.greatestDivisor(every.milliseconds, others.milliseconds)
    let rest = (other.from - from).milliseconds % step
    let lag = rest < 0 ? rest + step : rest
    return lag < (until - from).milliseconds
      || step - lag < (other.until - other.from).milliseconds
  }

  /// Whether one that comes again is open within a time.
  private func isOpen(between start: Instant, _ end: Instant) -> Bool {
    guard from < end, let every else { return false }
    // The last one that begins before the end.
    let count = ((end - from).milliseconds - 1) / every.milliseconds
    return start < until + TimeSpan(milliseconds: count * every.milliseconds)
  }

  private static func greatestDivisor(_ a: Int64, _ b: Int64) -> Int64 {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return max(1, a)
  }
}
