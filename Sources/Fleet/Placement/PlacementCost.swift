public import Units

/// What a placement costs: shown to its user, charged by the simulator, weighed by the planner.
public struct PlacementCost: Hashable, Sendable {
  /// By how many millionths a step takes longer than at the gang's ideal place; 0 at the ideal.
  public var slowdown = 0

  /// Edges of the ring through all members that lead from one leaf to another.
  public var spineCrossings = 0

  /// Blocks, and nodes or islands outside of blocks, that it is spread over.
  public var nvlinkDomains = 0

  /// Sites, pods, leaves and blocks that it is spread over.
  public var domainsTouched = DomainTally()

  /// Fragmentation added, in thousandths of an accelerator; the network model leaves it at 0.
  public var fragmentationAdded = 0

  /// Nothing.
  public init() {}

  /// How long something takes here that takes `span` at the ideal place, rounded up.
  public func stretched(_ span: TimeSpan) -> TimeSpan {
    let one = Int128(NetworkModel.one)
    let product = Int128(span.milliseconds) * (one + Int128(slowdown))
    return TimeSpan(milliseconds: Int64(clamping: (product + one - 1) / one))
  }
}

/// A number for each level of domains.
public struct DomainTally: Hashable, Sendable {
  private var counts: SIMD4<Int32> = .zero

  /// Zero at each level.
  public init() {}

  /// The number at a level.
  public subscript(level: DomainLevel) -> Int {
    get { Int(counts[Int(level.rawValue)]) }
    set { counts[Int(level.rawValue)] = Int32(newValue) }
  }
}
