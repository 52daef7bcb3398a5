public import Units

extension ReleaseTimeline {
  /// What is free now and need not be kept for a gang that starts at `start`.
  ///
  /// The gang has nodes that are clear by then. It is given those that hold back least of what is
  /// free now, lowest first among equals: whatever else is free may be held for as long as one
  /// likes, and the gang still starts in time. O(nodes), and nothing is copied where nothing need
  /// be held back.
  ///
  /// - Precondition: `start` is not before `earliestStart(of: shape)`, and `occupancy` is what the
  ///   holders of this timeline leave free.
  public func openRoom(
    beside shape: GangShape, at start: Instant, of occupancy: Occupancy
  ) -> Occupancy {
    guard !hasRoomWithoutFreeNodes(for: shape, at: start, occupancy) else { return occupancy }
    var given = Given(needsCores: shape.needsCores)
    choose(Int(shape.members), shape.member, at: start, occupancy, &given)
    if let rest = shape.rest { choose(1, rest, at: start, occupancy, &given) }
    return occupancy.withholding(given.heldBack)
  }

  /// What the gang is given.
  private struct Given {
    /// Its nodes, in order.
    var nodes: [Int] = []
    /// What they hold back of what is free now.
    var heldBack = Allocation(slices: [])
    let needsCores: Bool
  }

  /// Whether nodes without a free accelerator will do: then nothing free need be held back.
  private func hasRoomWithoutFreeNodes(
    for shape: GangShape, at start: Instant, _ occupancy: Occupancy
  ) -> Bool {
    guard !shape.needsCores else { return false }
    let members = Int(shape.members)
    guard clearFullNodes(for: shape.member, by: start, occupancy) >= members else { return false }
    guard let rest = shape.rest else { return true }
    return clearFullNodes(for: rest, by: start, occupancy) > members
  }

  /// How many nodes without a free accelerator have room for a member by an instant.
  private func clearFullNodes(
    for member: MemberShape, by instant: Instant, _ occupancy: Occupancy
  ) -> Int {
    let clear = nodes(clearFor: member, by: instant)
    var count = clear.count
    // Few nodes have something free where it matters how much is held back.
    occupancy.forEachNode(thatFits: MemberShape(accelerators: 1)) { node in
      if clear.contains(node) { count -= 1 }
      return true
    }
    return count
  }

  private func choose(
    _ count: Int, _ member: MemberShape, at start: Instant, _ occupancy: Occupancy,
    _ given: inout Given
  ) {
    let clear = nodes(clearFor: member, by: start)
    let none = -1
    var costs = Array(repeating: none, count: topology.nodes.count)
    var nodesByCost: [Int] = []
    for node in costs.indices
    where clear.contains(node) && (given.nodes.isEmpty || !given.nodes.contains(sorted: node)) {
      let cost = cost(of: member, on: node, at: start, occupancy)
      costs[node] = cost
      while nodesByCost.count <= cost { nodesByCost.append(0) }
      nodesByCost[cost] += 1
    }
    // The largest cost that must be paid, and how many nodes of that cost there is room for.
    var room = count
    var most = 0
    while most < nodesByCost.count, nodesByCost[most] < room {
      room -= nodesByCost[most]
      most += 1
    }
    precondition(
      most < nodesByCost.count, "\(count) × \(member) do not fit by \(start.milliseconds)")
    for (node, cost) in costs.enumerated() where cost != none && cost <= most {
      if cost == most {
        guard room > 0 else { continue }
        room -= 1
      }
      given.nodes.append(node)
      if cost > 0 { holdBack(member, on: node, at: start, occupancy, &given) }
    }
    given.nodes.sort()
  }

  /// How much of what is free now a member on a node would hold back until it starts.
  private func cost(
    of member: MemberShape, on node: Int, at start: Instant, _ occupancy: Occupancy
  ) -> Int {
    let wanted = demand(of: member, on: node)
    let free = occupancy.accelerators(freeOn: node).nonzeroBitCount
    // On a node that is wanted whole, everything else is released by then.
    if wanted.accelerators == Int(topology.acceleratorFields[node].width), wanted.cores == 0 {
      return free
    }
    let released = released(on: node, by: start)
    return max(0, wanted.accelerators - released.accelerators)
      + max(0, wanted.cores - released.cores)
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
    guard given.needsCores else { return }
    var cores = max(0, wanted.cores - released.cores)
    for word in occupancy.coreWords(of: node) {
      let free = occupancy.freeMap[word]
      let bits = free.lowest(min(cores, free.nonzeroBitCount))
      given.heldBack.coreMaps.append(bits)
      cores -= bits.nonzeroBitCount
    }
  }

  private func demand(of member: MemberShape, on node: Int) -> (accelerators: Int, cores: Int) {
    guard member.wholeNode else { return (Int(member.accelerators), Int(member.cores)) }
    let type = topology.type(of: node)
    return (type.accelerators, type.cores)
  }
}

extension GangShape {
  /// Whether more than accelerators matters to it.
  fileprivate var needsCores: Bool {
    member.cores > 0 || member.wholeNode || (rest?.cores ?? 0) > 0 || rest?.wholeNode == true
  }
}
