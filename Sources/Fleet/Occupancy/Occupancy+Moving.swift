extension Occupancy {
  /// What is free in the next version of the fleet: what is held stays held, what is new is free.
  ///
  /// Allocations name nodes by id, so those that hold something here hold the same there. O(nodes)
  ///
  /// - Precondition: `next` has come of this version by `growing(to:losing:)`, perhaps in several
  ///   steps, and nothing is held of a node that is not there any more.
  public func moved(to next: Topology) -> Occupancy {
    let fresh = Occupancy(topology: next)
    var map = fresh.freeMap
    var hosts = fresh.freeHosts
    var residuals = fresh.residuals
    var states: [NodeCondition] =
      conditions.isEmpty ? [] : Array(repeating: .inService, count: next.nodes.count)
    for node in topology.nodes.indices {
      guard let place = next.knownIndex(of: topology.nodes[node].id) else {
        precondition(
          accelerators(freeOn: node) == topology.acceleratorFields[node].ones,
          "a node is gone of which something is held")
        continue
      }
      let field = next.acceleratorFields[place]
      precondition(
        field.width == topology.acceleratorFields[node].width, "a node has other accelerators")
      let free = accelerators(freeOn: node)
      map[Int(field.word)] &= ~(field.ones << UInt64(field.shift))
      map[Int(field.word)] |= free << UInt64(field.shift)
      if !freeHosts.isEmpty {
        let held = topology.nodeTypes[topology.nodes[node].type].host.missing(from: freeHosts[node])
        precondition(hosts.isEmpty ? held.isEmpty : hosts[place].covers(held), "a host has shrunk")
        if !hosts.isEmpty { hosts[place] -= held }
      }
      if !residuals.isEmpty {
        let first = Int(next.firstDevices[place])
        for device in 0..<Int(field.width) {
          if !self.residuals.isEmpty {
            residuals[first + device] = self.residuals[Int(topology.firstDevices[node]) + device]
          } else if free >> UInt64(device) & 1 == 0 {
            residuals[first + device] = 0
          }
        }
      }
      if !conditions.isEmpty { states[place] = conditions[node] }
    }
    return Occupancy(
      topology: next, freeMap: map, freeHosts: hosts, residuals: residuals, conditions: states)
  }
}
