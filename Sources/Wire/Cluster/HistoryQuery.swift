/// Which finished jobs are listed: the query of `Route.history`; what is nil does not matter.
public struct HistoryQuery: Hashable, Sendable {
  /// These jobs alone; empty: all.
  public var jobs: [UInt32] = []
  /// Those of one user.
  public var user: String?
  /// Those of an account, and of all below it.
  public var account: String?
  /// Those that were over then or later.
  public var since: Moment?
  /// Those that were over before.
  public var until: Moment?

  /// All that the daemon still knows of.
  public init() {}

  /// The query as it stands behind the address, in order; the values are not escaped yet.
  public var items: [(name: String, value: String)] {
    var items: [(name: String, value: String)] = []
    if !jobs.isEmpty { items.append(("jobs", jobs.map(String.init).joined(separator: ","))) }
    if let user { items.append(("user", user)) }
    if let account { items.append(("account", account)) }
    if let since { items.append(("since", "\(since)")) }
    if let until { items.append(("until", "\(until)")) }
    return items
  }
}
