public import Units

extension Occupancy {
  /// More parts of accelerators than a member can hold of a node: 64 accelerators of 8 slices.
  private static let mostSharesOfNode = 65 * 8

  /// Takes what was held before a restart, if all of it can be held: nothing is taken else.
  ///
  /// Looks at everything that `take` takes for granted. O(slices)
  ///
  /// - Returns: what can't be; nil: it was taken.
  public mutating func retake(_ allocation: Allocation) -> String? {
    let count = allocation.slices.count
    guard allocation.hosts.isEmpty || allocation.hosts.count == count else {
      return "\(allocation.hosts.count) hosts for \(count) slices"
    }
    var last = -1
    for (index, slice) in allocation.slices.enumerated() {
      guard let node = topology.knownIndex(of: slice.node) else {
        return "there is no node \(slice.node.number)"
      }
      // Slices are in the order of nodes: so no node comes twice.
      guard node > last else { return "node \(slice.node.number) is out of order" }
      last = node
      guard accelerators(freeOn: node) & slice.accelerators == slice.accelerators else {
        return "accelerators of node \(slice.node.number) are held twice, or it has none such"
      }
      guard
        allocation.hosts.isEmpty
          || allocation.hosts[index].covers(.none)
            && (!topology.countsHosts || host(freeOn: node).covers(allocation.hosts[index]))
      else { return "more is held of the host of node \(slice.node.number) than it has" }
    }
    if let fault = retakingShares(of: allocation) { return fault }
    take(allocation)
    return nil
  }

  private func retakingShares(of allocation: Allocation) -> String? {
    guard !allocation.shares.isEmpty else { return nil }
    guard !residuals.isEmpty else { return "the fleet has no accelerators to share" }
    for (index, share) in allocation.shares.enumerated() {
      guard index == 0 || allocation.shares[index - 1].slice <= share.slice else {
        return "parts of accelerators are out of order"
      }
      guard share.slice >= 0, share.slice < allocation.slices.count,
        let node = topology.knownIndex(of: allocation.slices[Int(share.slice)].node),
        share.device < topology.acceleratorFields[node].width
      else { return "a part of no accelerator" }
      let slice = allocation.slices[Int(share.slice)]
      var left = residuals[Int(topology.firstDevices[node]) + Int(share.device)]
      var before = index
      while before > 0, allocation.shares[before - 1].slice == share.slice,
        index - before < Self.mostSharesOfNode
      {
        before -= 1
        guard allocation.shares[before].device == share.device else { continue }
        let amount = allocation.shares[before].amount
        left = topology.sharing(of: node) == .fractions ? left - amount : left & ~amount
      }
      let fits: Bool
      switch topology.sharing(of: node) {
      case .none: fits = false
      case .fractions: fits = share.amount <= left
      case .mig: fits = share.amount & ~left == 0
      }
      guard fits, index - before < Self.mostSharesOfNode,
        slice.accelerators >> UInt64(share.device) & 1 == 0
      else { return "more is held of an accelerator of node \(slice.node.number) than it has" }
    }
    return nil
  }

  /// What is not in service, in the order of the nodes' indices. O(nodes)
  public var outOfService: [(node: NodeID, condition: NodeCondition)] {
    conditions.indices.compactMap { index in
      conditions[index] == .inService ? nil : (topology.nodes[index].id, conditions[index])
    }
  }
}
