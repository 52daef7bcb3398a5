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

  /// That of a fleet, in whose nodes' conditions nothing changes. O(nodes)
  func occupancy(servingAs fleet: Occupancy) -> Occupancy {
    Occupancy(
      topology: topology, freeMap: map, freeHosts: hosts, residuals: residuals,
      conditions: fleet.conditions)
  }
}
