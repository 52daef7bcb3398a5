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
    return given.openRoom(of: occupancy)
  }

  /// What the gang is given.
  struct Given {
    /// Its nodes, in order.
    var nodes: [Int] = []
    /// What they hold back of what is free now.
    var heldBack = Allocation(slices: [])
    /// The accelerators of which nobody else may have what parts are left.
    var closed: [(node: Int, accelerators: UInt64)] = []
    let needsHosts: Bool

    func openRoom(of occupancy: Occupancy) -> Occupancy {
      let open = heldBack.slices.isEmpty ? occupancy : occupancy.withholding(heldBack)
      return closed.isEmpty ? open : open.closing(closed)
    }
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
    if !topology.sharesDevices, wanted.host.isEmpty {
      if free == 0 { return 0 }
      // On a node that is wanted whole, everything else is released by then.
      if wanted.accelerators == Int(topology.acceleratorFields[node].width) { return free }
    }
    let released = released(on: node, by: start)
    let sure = released.accelerators & ~occupancy.accelerators(leftOn: node)
    return max(0, wanted.accelerators - sure.nonzeroBitCount)
      + Int(wanted.host.missing(from: released.host).milliCores + 999) / 1000
  }

  private func holdBack(
    _ member: MemberShape, on node: Int, at start: Instant, _ occupancy: Occupancy,
    _ given: inout Given
  ) {
    let wanted = demand(of: member, on: node)
    holdBack(wanted.accelerators, wanted.host, on: node, at: start, occupancy, &given)
  }

  /// Holds back what a member needs beyond what is released by then: first what is left of
  /// accelerators that others have parts of until then, then whole ones.
  func holdBack(
    _ accelerators: Int, _ host: HostShare, on node: Int, at start: Instant,
    _ occupancy: Occupancy, _ given: inout Given
  ) {
    let released = released(on: node, by: start)
    let left = released.accelerators & occupancy.accelerators(leftOn: node)
    let sure = released.accelerators & ~left
    let missing = max(0, accelerators - sure.nonzeroBitCount)
    let closed = left.lowest(missing)
    if closed != 0 { given.closed.append((node, closed)) }
    let whole = max(0, missing - closed.nonzeroBitCount)
    let bits = occupancy.accelerators(freeOn: node).lowest(whole)
    given.heldBack.slices.append(
      NodeSlice(node: topology.nodes[node].id, accelerators: bits))
    guard given.needsHosts else { return }
    let share = host.missing(from: released.host)
    given.heldBack.hosts.append(share.common(with: occupancy.host(freeOn: node)))
  }

  private func demand(of member: MemberShape, on node: Int) -> (accelerators: Int, host: HostShare)
  {
    guard member.wholeNode else { return (Int(member.accelerators), member.host) }
    let type = topology.type(of: node)
    return (type.accelerators, type.host)
  }
}

extension Occupancy {
  /// The accelerators of a node of which something, but not all, is free.
  fileprivate func accelerators(leftOn node: Int) -> UInt64 {
    guard !residuals.isEmpty else { return 0 }
    var left: UInt64 = 0
    let first = Int(topology.firstDevices[node])
    for device in 0..<Int(topology.acceleratorFields[node].width)
    where residuals[first + device] > 0 {
      left |= 1 << UInt64(device)
    }
    return left & ~accelerators(freeOn: node)
  }

  /// What would be free if nothing were left of some accelerators. O(nodes)
  fileprivate func closing(_ closed: [(node: Int, accelerators: UInt64)]) -> Occupancy {
    var map = freeMap
    var left = residuals
    for (node, accelerators) in closed {
      let field = topology.acceleratorFields[node]
      map[Int(field.word)] &= ~(accelerators << UInt64(field.shift))
      for device in 0..<Int(field.width) where accelerators >> UInt64(device) & 1 == 1 {
        left[Int(topology.firstDevices[node]) + device] = 0
      }
    }
    return Occupancy(
      topology: topology, freeMap: map, freeHosts: freeHosts, residuals: left,
      conditions: conditions)
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
