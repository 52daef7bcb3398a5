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
}
