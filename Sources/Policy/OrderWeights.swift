/// How waiting jobs of one account stand among each other: by points, the most first.
public struct OrderWeights: Hashable, Sendable {
  /// Points for each hour of waiting.
  public var perHourWaited = 1

  /// Points for each accelerator asked for.
  public var perAccelerator = 0

  /// Hours of waiting that count, at most; later ones add nothing.
  public var mostHours = 7 * 24

  /// Hours of waiting that a job is credited each time it is evicted.
  public var hoursPerEviction = 0

  /// By age alone.
  public init() {}
}
