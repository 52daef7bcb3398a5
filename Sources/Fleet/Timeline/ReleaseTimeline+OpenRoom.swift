public import Units

extension ReleaseTimeline {
  /// What is free now and need not be kept for a gang that starts at `start`.
  ///
  /// The gang has nodes that are clear by then. It is given those that hold back least of what is
  /// free now, lowest first among equals: whatever else is free may be held for as long as one
  /// likes, and the gang still starts in time. O(nodes), and nothing is copied where nothing need
  /// be held back. A gang that cares which nodes it has is given those on which it would be placed
  /// then, nodes before any other that cost nothing: O(nodes + holders).
  ///
  /// - Precondition: `start` is not before `earliestStart(of: shape)`, and `occupancy` is what the
  ///   holders of this timeline leave free.
  public func openRoom(
    beside shape: GangShape, at start: Instant, of occupancy: Occupancy
  ) -> Occupancy {
    guard !mustLook(for: shape) else {
      return openRoom(lookingFor: shape, at: start, of: occupancy)
    }
    var given = Given(needsHosts: shape.needsHosts)
    choose(Int(shape.members), shape.member, at: start, occupancy, &given)
    if let rest = shape.rest { choose(1, rest, at: start, occupancy, &given) }
    return given.heldBack.slices.isEmpty ? occupancy : occupancy.withholding(given.heldBack)
  }

  /// What the gang is given.
  private struct Given {
    /// Its nodes, in order.
    var nodes: [Int] = []
    /// What they hold back of what is free now.
    var heldBack = Allocation(slices: [])
    let needsHosts: Bool
  }

  /// Goes once over the nodes and stops when enough of them cost nothing: most often they do, and
  /// finding that out first would be a pass of its own.
  private func choose(
    _ count: Int, _ member: MemberShape, at start: Instant, _ occupancy: Occupancy,
    _ given: inout Given
  ) {
    let taken = given.nodes
    var room = count
    var costly: [(node: Int, cost: Int)] = []
    var node = -1
    for time in nodes(clearFor: member, by: start).times {
      node &+= 1
      guard time <= start, taken.isEmpty || !taken.contains(sorted: node) else { continue }
      let cost = cost(of: member, on: node, at: start, occupancy)
      guard cost == 0 else {
        costly.append((node, cost))
        continue
      }
      given.nodes.append(node)
      room -= 1
      if room == 0 {
        given.nodes.sort()
        return
      }
    }
    // The largest cost that must be paid, and how many nodes of that cost there is room for.
    var nodesByCost: [Int] = []
    for (_, cost) in costly {
      while nodesByCost.count <= cost { nodesByCost.append(0) }
      nodesByCost[cost] += 1
    }
    var most = 0
    while most < nodesByCost.count, nodesByCost[most] < room {
      room -= nodesByCost[most]
      most += 1
    }
    precondition(
      most < nodesByCost.count, "\(count) × \(member) do not fit by \(start.milliseconds)")
    for (node, cost) in costly where cost <= most {
      if cost == most {
        guard room > 0 else { continue }
        room -= 1
      }
      given.nodes.append(node)
      holdBack(member, on: node, at: start, occupancy, &given)
    }
    given.nodes.sort()
  }

  /// How much of what is free now a member on a node would hold back until it starts.
  func cost(
    of member: MemberShape, on node: Int, at start: Instant, _ occupancy: Occupancy
  ) -> Int {
    let wanted = demand(of: member, on: node)
    let free = occupancy.accelerators(freeOn: node).nonzeroBitCount
    if free == 0, wanted.host.isEmpty { return 0 }
    // On a node that is wanted whole, everything else is released by then.
    if wanted.accelerators == Int(topology.acceleratorFields[node].width), wanted.host.isEmpty {
      return free
    }
    let released = released(on: node, by: start)
    return max(0, wanted.accelerators - released.accelerators)
      + Int(wanted.host.missing(from: released.host).milliCores + 999) / 1000
  }

  private func holdBack(
    _ member: MemberShape, on node: Int, at start: Instant, _ occupancy: Occupancy,
    _ given: inout Given
  ) {
    let wanted = demand(of: member, on: node)
    let released = released(on: node, by: start)
    let free = occupancy.accelerators(freeOn: node)
    let bits = free.lowest(max(0, wanted.accelerators - released.accelerators))
    given.heldBack.slices.append(
      NodeSlice(node: topology.nodes[node].id, accelerators: bits))
    guard given.needsHosts else { return }
    let missing = wanted.host.missing(from: released.host)
    given.heldBack.hosts.append(missing.common(with: occupancy.host(freeOn: node)))
  }

  private func demand(of member: MemberShape, on node: Int) -> (accelerators: Int, host: HostShare)
  {
    guard member.wholeNode else { return (Int(member.accelerators), member.host) }
    let type = topology.type(of: node)
    return (type.accelerators, type.host)
  }
}

extension [Int] {
  /// Whether a sorted array has an element. O(log n)
  fileprivate func contains(sorted element: Int) -> Bool {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < element { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low] == element
  }
}
