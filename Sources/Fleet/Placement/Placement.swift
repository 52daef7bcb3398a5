public import Units

/// Where a gang would go, and what that costs.
public struct Placement: Hashable, Sendable {
  /// The very accelerators.
  public var allocation: Allocation

  /// What its user and its neighbours pay for them.
  public var cost: PlacementCost

  /// An allocation at a cost.
  public init(allocation: Allocation, cost: PlacementCost) {
    self.allocation = allocation
    self.cost = cost
  }
}

extension Occupancy {
  /// Where a gang goes, and at what cost; nil if it doesn't fit.
  ///
  /// - Parameter others: what the gangs that run ask of the uplinks.
  public func pricedPlacement(
    of shape: GangShape, by model: NetworkModel, others: UplinkDemand? = nil,
    afterWaiting wait: TimeSpan = .zero, among mix: RequestMix? = nil
  ) -> Placement? {
    placement(of: shape, afterWaiting: wait, among: mix)
      .map { price($0, by: model, others: others) }
  }

  /// A placement that is free now, with its cost. O(members)
  public func price(
    _ allocation: Allocation, by model: NetworkModel, others: UplinkDemand? = nil
  ) -> Placement {
    var cost = model.cost(of: allocation, in: topology, others: others)
    cost.fragmentationAdded = fragmentationAdded(by: allocation)
    return Placement(allocation: allocation, cost: cost)
  }

  /// By how many thousandths of an accelerator an allocation adds to what is free on nodes that
  /// are used in part, which no gang of whole nodes can have; negative where it fills such nodes.
  func fragmentationAdded(by allocation: Allocation) -> Int {
    var added = 0
    for (index, slice) in allocation.slices.enumerated() {
      let node = topology.index(of: slice.node)
      let field = topology.acceleratorFields[node]
      let before = accelerators(freeOn: node)
      var after = before & ~slice.accelerators
      for share in allocation.shares where Int(share.slice) == index {
        after &= ~(1 << UInt64(share.device))
      }
      let wasIdle = before == field.ones
      let isIdle = after == field.ones
      added += (isIdle ? 0 : after.nonzeroBitCount) - (wasIdle ? 0 : before.nonzeroBitCount)
    }
    return added * 1000
  }
}
