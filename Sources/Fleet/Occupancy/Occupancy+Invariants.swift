extension Occupancy {
  /// Compares every counter with the bits and stops the program where they differ. O(nodes)
  ///
  /// Tests and the simulator's checkers call it after every operation.
  public func checkInvariants() {
    let fresh = Occupancy(
      topology: topology, freeMap: freeMap, freeHosts: freeHosts, residuals: residuals,
      conditions: conditions)
    precondition(freeAccelerators == fresh.freeAccelerators, "free accelerators are miscounted")
    precondition(atLeast == fresh.atLeast, "nodes by free accelerators are miscounted")
    precondition(domainCounts == fresh.domainCounts, "a domain's counters are wrong")
    precondition(byFree == fresh.byFree, "a node stands in the wrong row")
    for node in topology.nodes.indices {
      let type = topology.type(of: node)
      if !freeHosts.isEmpty {
        precondition(type.host.covers(freeHosts[node]), "more of a host is free than there is")
        precondition(freeHosts[node].covers(.none), "more of a host is held than there is")
      }
      guard !residuals.isEmpty else { continue }
      for device in 0..<type.accelerators {
        let left = residuals[Int(topology.firstDevices[node]) + device]
        let isFree = accelerators(freeOn: node) >> UInt64(device) & 1 == 1
        precondition(left <= type.sharing.whole, "more of an accelerator is free than there is")
        precondition(isFree == (left == type.sharing.whole), "an accelerator's bit is wrong")
      }
    }
  }
}

extension Occupancy: Equatable {
  /// Whether the same parts of the same fleet are free, and the same nodes in service.
  public static func == (a: Occupancy, b: Occupancy) -> Bool {
    a.topology === b.topology && a.freeMap == b.freeMap && a.freeHosts == b.freeHosts
      && a.residuals == b.residuals && a.byFree == b.byFree
  }
}
