import Units

extension Occupancy {
  /// The free accelerators of a node: bit i is its i-th.
  @inline(__always)
  func accelerators(freeOn node: Int) -> UInt64 {
    let field = topology.acceleratorFields[node]
    return freeMap[Int(field.word)] >> UInt64(field.shift) & field.ones
  }

  /// How many accelerators of a node are free.
  public func acceleratorsFree(on node: Int) -> Int { accelerators(freeOn: node).nonzeroBitCount }

  /// What is free of a node's host.
  @inline(__always)
  func host(freeOn node: Int) -> HostShare { freeHosts.isEmpty ? .none : freeHosts[node] }

  /// Whether any node stands in a row. O(1)
  func hasNodes(inRow row: Int) -> Bool {
    row + 1 < idleRow ? atLeast[row] > atLeast[row + 1] : atLeast[row] > 0
  }

  /// How many nodes of the fleet are wholly free. O(1)
  public var idleNodes: Int { Int(atLeast[idleRow]) }

  /// How many nodes of a domain are wholly free. O(1)
  public func idleNodes(inDomain domain: Int) -> Int {
    Int(domainCounts[idleRow * topology.domains.count + domain])
  }

  /// How many accelerators are free inside a domain. O(accelerators of a node)
  public func freeAccelerators(inDomain domain: Int) -> Int {
    let domains = topology.domains.count
    return (0..<idleRow).reduce(0) { $0 + $1 * Int(domainCounts[$1 * domains + domain]) }
  }

  /// Thousandths of a core that are free on the whole fleet. O(nodes)
  public var freeMilliCores: Int { freeHosts.reduce(0) { $0 + Int($1.milliCores) } }

  /// Whether nothing at all is free. O(1) where accelerators are all there is
  public var isFull: Bool {
    freeAccelerators == 0 && residuals.isEmpty && (freeHosts.isEmpty || freeMilliCores == 0)
  }

  /// Whether everything that an allocation names is free, and on nodes in service.
  public func isFree(_ allocation: Allocation) -> Bool {
    for (index, slice) in allocation.slices.enumerated() {
      let node = topology.index(of: slice.node)
      guard accelerators(freeOn: node) & slice.accelerators == slice.accelerators,
        conditions.isEmpty || conditions[node] == .inService || conditions[node] == .reserved,
        allocation.hosts.isEmpty || host(freeOn: node).covers(allocation.hosts[index])
      else { return false }
    }
    return allocation.shares.allSatisfy { hold in
      let node = topology.index(of: allocation.slices[Int(hold.slice)].node)
      let left = residuals[Int(topology.firstDevices[node]) + Int(hold.device)]
      switch topology.type(of: node).sharing {
      case .mig: return left & hold.amount == hold.amount
      case .fractions, .none: return left >= hold.amount
      }
    }
  }
}
