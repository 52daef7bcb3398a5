import Units

/// What is free throughout some segments of every domain.
struct CommonRoom {
  private let topology: Topology
  private var map: [UInt64]
  private var hosts: [HostShare]
  private var residuals: [UInt16]

  /// Nothing but the hosts and what accelerators may be shared of, until domains are entered.
  init(of fleet: Occupancy) {
    topology = fleet.topology
    map = Array(repeating: 0, count: fleet.freeMap.count)
    hosts = fleet.freeHosts
    residuals = fleet.residuals
  }

  /// Takes in what is free of a domain throughout a window.
  ///
  /// A domain is never taken out of its array here: that would be a copy.
  mutating func enter(
    _ domains: [DomainTimeline], _ index: Int, from start: Instant, to end: Instant
  ) {
    let first = domains[index].segment(at: start)
    let count = domains[index].starts.count
    var last = first
    while last + 1 < count, domains[index].starts[last + 1] < end { last += 1 }
    let (words, width) = (domains[index].words, domains[index].words.count)
    for word in words {
      var common = ~UInt64(0)
      var place = first &* width &+ word &- words.lowerBound
      for _ in first...last {
        common &= domains[index].maps[place]
        place &+= width
      }
      map[word] |= common
    }
    guard !hosts.isEmpty || !residuals.isEmpty else { return }
    enterHosts(of: domains[index], first...last)
  }

  private mutating func enterHosts(of domain: DomainTimeline, _ segments: ClosedRange<Int>) {
    for segment in segments {
      if !hosts.isEmpty {
        for (place, node) in domain.nodes.enumerated() {
          let here = domain.hosts[segment * domain.nodes.count + place]
          hosts[node] = hosts[node].common(with: here)
        }
      }
      guard !residuals.isEmpty else { continue }
      for node in domain.nodes {
        let sharing = topology.nodeTypes[topology.nodes[node].type].sharing
        let first = Int(topology.firstDevices[node])
        for device in first..<first + Int(topology.acceleratorFields[node].width) {
          let place = segment * domain.devices.count + device - domain.devices.lowerBound
          residuals[device] = sharing.common(residuals[device], domain.residuals[place])
        }
      }
    }
  }

  /// Whether less than half of all accelerators is free.
  var isNearlyFull: Bool {
    map.reduce(0) { $0 + $1.nonzeroBitCount } * 2 < topology.acceleratorCount
  }

  /// What is free, as somebody might hold it.
  func free(of fleet: Occupancy) -> Allocation {
    var result = Allocation(slices: [])
    let isPlain = hosts.isEmpty && residuals.isEmpty
    for node in topology.acceleratorFields.indices {
      // Most often that is all of most nodes.
      let bits = bits(of: node)
      if isPlain, bits == 0 { continue }
      enter(node, bits, hosts.isEmpty ? .none : hosts[node], &result)
      share(node, &result) { left, _ in left }
    }
    return result
  }

  /// What of a fleet is not free, as somebody might hold it.
  func rest(of fleet: Occupancy) -> Allocation {
    var result = Allocation(slices: [])
    let isPlain = hosts.isEmpty && residuals.isEmpty
    for node in topology.acceleratorFields.indices {
      if isPlain, bits(of: node) == topology.acceleratorFields[node].ones { continue }
      let bits = fleet.accelerators(freeOn: node) & ~bits(of: node) & ~partly(free: node)
      var host = HostShare.none
      if !hosts.isEmpty {
        host = topology.fullHost(of: node)
        host -= hosts[node]
      }
      enter(node, bits, host, &result)
      share(node, &result) { left, sharing in
        switch sharing {
        case .mig: sharing.whole & ~left
        case .fractions, .none: sharing.whole - left
        }
      }
    }
    return result
  }

  @inline(__always)
  private func bits(of node: Int) -> UInt64 {
    let field = topology.acceleratorFields[node]
    guard field.width > 0 else { return 0 }
    return map[Int(field.word)] >> UInt64(field.shift) & field.ones
  }

  /// The accelerators of a node of which something, but not all, is free.
  private func partly(free node: Int) -> UInt64 {
    guard !residuals.isEmpty else { return 0 }
    var partly: UInt64 = 0
    let first = Int(topology.firstDevices[node])
    for device in 0..<Int(topology.acceleratorFields[node].width)
    where residuals[first + device] > 0 {
      partly |= 1 << UInt64(device)
    }
    return partly & ~bits(of: node)
  }

  private func enter(
    _ node: Int, _ bits: UInt64, _ host: HostShare, _ allocation: inout Allocation
  ) {
    guard bits != 0 || !host.isEmpty || partly(free: node) != 0 else { return }
    allocation.slices.append(NodeSlice(node: topology.nodes[node].id, accelerators: bits))
    if !hosts.isEmpty { allocation.hosts.append(host) }
  }

  private func share(
    _ node: Int, _ allocation: inout Allocation,
    _ amount: (_ left: UInt16, DeviceSharing) -> UInt16
  ) {
    var partly = partly(free: node)
    guard partly != 0 else { return }
    let sharing = topology.nodeTypes[topology.nodes[node].type].sharing
    while partly != 0 {
      let device = partly.trailingZeroBitCount
      let left = residuals[Int(topology.firstDevices[node]) + device]
      allocation.shares.append(
        DeviceHold(
          slice: allocation.slices.count - 1, device: device, amount: amount(left, sharing)))
      partly &= partly - 1
    }
  }
}
