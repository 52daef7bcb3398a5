extension Occupancy {
  /// What of an allocation is free now.
  func free(of allocation: Allocation) -> Allocation {
    var free = Allocation(slices: [])
    var share = 0
    for (index, slice) in allocation.slices.enumerated() {
      let node = topology.index(of: slice.node)
      let part = free.slices.count
      let bits = accelerators(freeOn: node) & slice.accelerators
      free.slices.append(NodeSlice(node: slice.node, accelerators: bits))
      if !allocation.hosts.isEmpty {
        free.hosts.append(allocation.hosts[index].common(with: freeHosts[node]))
      }
      while share < allocation.shares.count, allocation.shares[share].slice == index {
        let hold = allocation.shares[share]
        let left = residuals[Int(topology.firstDevices[node]) + Int(hold.device)]
        let amount = topology.sharing(of: node).common(left, hold.amount)
        if amount > 0 {
          free.shares.append(DeviceHold(slice: part, device: Int(hold.device), amount: amount))
        }
        share += 1
      }
    }
    return free
  }

  /// What would be free if nothing were but what is of an allocation. O(nodes)
  public func keeping(_ allocation: Allocation) -> Occupancy {
    let kept = free(of: allocation)
    var rest = Occupancy(
      topology: topology, freeMap: freeMap.map { _ in 0 },
      freeHosts: freeHosts.map { _ in .none }, residuals: residuals.map { _ in 0 },
      conditions: conditions)
    rest.giveBack(kept)
    return rest
  }

  /// What would be free if no accelerator were, nor any part of one: cores and memory; of a fleet
  /// without accelerators, no core. O(nodes)
  public var withoutAccelerators: Occupancy {
    let countsCores = topology.mostAcceleratorsPerNode == 0
    let hosts = freeHosts.map { host in
      countsCores ? HostShare(milliCores: 0, memory: Int(host.memory)) : host
    }
    return Occupancy(
      topology: topology, freeMap: freeMap.map { _ in 0 }, freeHosts: hosts,
      residuals: residuals.map { _ in 0 }, conditions: conditions)
  }
}
