/// A reservation of nodes as `gctl reservation list` shows it.
public struct ReservationRow: Hashable, Codable, Sendable {
  /// Its name.
  public var name: String
  /// Which nodes, as a hostlist.
  public var nodes: String
  /// From when on they are kept.
  public var from: Moment
  /// Until when.
  public var untilMoment: Moment
  /// For whom; jobs of these accounts, and of those below them, may have them.
  public var accounts: [String]

  /// A reservation.
  public init(
    name: String, nodes: String, from: Moment, untilMoment: Moment, accounts: [String]
  ) {
    self.name = name
    self.nodes = nodes
    self.from = from
    self.untilMoment = untilMoment
    self.accounts = accounts
  }
}
