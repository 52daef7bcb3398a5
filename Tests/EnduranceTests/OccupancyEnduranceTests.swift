import Fleet
import Testing
import Units

/// Who holds what, kept the slow and obvious way.
private struct Ledger {
  /// By node and accelerator: how much of it is held; thousandths, or memory slices.
  var held: [[UInt16]]
  var hosts: [HostShare]
  let topology: Topology

  init(_ topology: Topology) {
    self.topology = topology
    held = topology.nodes.indices.map {
      Array(repeating: 0, count: topology.type(of: $0).accelerators)
    }
    hosts = Array(repeating: .none, count: topology.nodes.count)
  }

  private func isMIG(_ node: Int) -> Bool {
    if case .mig = topology.type(of: node).sharing { true } else { false }
  }

  /// Enters an allocation; a text where somebody else holds some of it.
  mutating func take(_ allocation: Allocation) -> String? {
    for (index, slice) in allocation.slices.enumerated() {
      let node = topology.index(of: slice.node)
      let whole: UInt16 = isMIG(node) ? 0xFF : 1000
      for device in held[node].indices where slice.accelerators >> UInt64(device) & 1 == 1 {
        guard held[node][device] == 0 else { return "accelerator \(device) of \(node) is held" }
        held[node][device] = whole
      }
      guard !allocation.hosts.isEmpty else { continue }
      hosts[node].milliCores += allocation.hosts[index].milliCores
      hosts[node].memory += allocation.hosts[index].memory
      guard topology.type(of: node).host.covers(hosts[node]) else { return "host \(node) is full" }
    }
    for share in allocation.shares {
      let node = topology.index(of: allocation.slices[Int(share.slice)].node)
      let device = Int(share.device)
      if isMIG(node) {
        guard held[node][device] & share.amount == 0 else { return "a slice is held" }
        held[node][device] |= share.amount
      } else {
        held[node][device] += share.amount
        guard held[node][device] <= 1000 else { return "more than an accelerator is held" }
      }
    }
    return nil
  }

  mutating func giveBack(_ allocation: Allocation) {
    for (index, slice) in allocation.slices.enumerated() {
      let node = topology.index(of: slice.node)
      for device in held[node].indices where slice.accelerators >> UInt64(device) & 1 == 1 {
        held[node][device] = 0
      }
      guard !allocation.hosts.isEmpty else { continue }
      hosts[node].milliCores -= allocation.hosts[index].milliCores
      hosts[node].memory -= allocation.hosts[index].memory
    }
    for share in allocation.shares {
      let node = topology.index(of: allocation.slices[Int(share.slice)].node)
      held[node][Int(share.device)] -= share.amount
    }
  }

  /// Whether an allocation is just what a gang asked for.
  func isWhole(_ allocation: Allocation, _ shape: GangShape) -> Bool {
    guard Set(allocation.slices.map(\.node)).count == shape.nodeCount,
      allocation.slices.count == shape.nodeCount
    else { return false }
    var rests = 0
    for (index, slice) in allocation.slices.enumerated() {
      let parts = allocation.shares.filter { Int($0.slice) == index }.count
      func matches(_ member: MemberShape) -> Bool {
        let type = topology.type(of: topology.index(of: slice.node))
        let count = member.wholeNode ? type.accelerators : Int(member.accelerators)
        let devices = member.share == .whole ? slice.accelerators.nonzeroBitCount : parts
        let host = allocation.hosts.isEmpty ? HostShare.none : allocation.hosts[index]
        return devices == count && host == (member.wholeNode ? type.host : member.host)
      }
      if matches(shape.member) { continue }
      guard let rest = shape.rest, matches(rest) else { return false }
      rests += 1
    }
    return rests <= 1
  }
}

@Suite struct `Ten thousand random operations` {
  @Test(arguments: 0..<100)
  func `leave every counter right, and nothing held twice`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let topology = try randomFleet(&random)
    var occupancy = Occupancy(topology: topology)
    var ledger = Ledger(topology)
    var held: [Allocation] = []
    for _ in 0..<10_000 {
      switch random.below(8) {
      case 0:
        let node = topology.nodes[random.below(topology.nodes.count)].id
        let conditions = NodeCondition.allCases + [.inService, .inService, .inService]
        occupancy.setCondition(conditions[random.below(conditions.count)], of: node)
      case 1...3 where !held.isEmpty:
        let allocation = held.remove(at: random.below(held.count))
        occupancy.giveBack(allocation)
        ledger.giveBack(allocation)
      default:
        let shape = randomShape(&random, on: topology)
        let fits = occupancy.fits(shape)
        let allocation = occupancy.placement(of: shape)
        #expect(fits == (allocation != nil), "\(shape)")
        guard let allocation else { continue }
        #expect(occupancy.isFree(allocation))
        #expect(ledger.isWhole(allocation, shape), "\(shape) \(allocation)")
        occupancy.take(allocation)
        #expect(ledger.take(allocation) == nil)
        held.append(allocation)
      }
      occupancy.checkInvariants()
    }
    for allocation in held { occupancy.giveBack(allocation) }
    for node in topology.nodes { occupancy.setCondition(.inService, of: node.id) }
    occupancy.checkInvariants()
    #expect(occupancy == Occupancy(topology: topology))
  }

  /// Up to 24 nodes of four kinds, some with hosts that are counted, some that are shared.
  private func randomFleet(_ random: inout SeededGenerator) throws -> Topology {
    var builder = TopologyBuilder(name: "random")
    let countsHosts = random.below(2) == 0
    let sharing: DeviceSharing = [.none, .fractions, .mig(.h100x80)][random.below(3)]
    var node = 0
    for pod in 0...random.below(3) {
      try builder.open(.pod, "p\(pod)")
      for leaf in 0...random.below(2) {
        try builder.open(.leaf, "l\(leaf)")
        for _ in 0...random.below(3) {
          let count = [1, 4, 7, 8][random.below(4)]
          var type = NodeType(
            name: "t\(count)", acceleratorModel: count < 5 ? "small" : "large",
            accelerators: count,
            host: countsHosts ? HostShare(cores: 8, memory: 64) : .none)
          type.sharing = sharing
          if count == 8 { type.islands = [4, 4] }
          try builder.addNodes([NodeName("n\(node)")], type: type)
          node += 1
        }
        try builder.close()
      }
      try builder.close()
    }
    return try builder.build()
  }

  private func randomShape(
    _ random: inout SeededGenerator, on topology: Topology
  ) -> GangShape {
    var member = MemberShape(accelerators: random.below(9))
    if topology.milliCores > 0 {
      member.host = HostShare(milliCores: random.below(5000), memory: random.below(40))
    }
    switch (random.below(3), topology.nodeTypes[0].sharing) {
    case (0, .fractions): member.share = .milli(UInt16(1 + random.below(999)))
    case (0, .mig(let geometry)):
      member.share = .mig(geometry.profiles[random.below(geometry.profiles.count)])
    default: break
    }
    if member.share != .whole { member.accelerators = UInt16(1 + random.below(3)) }
    if member.share == .whole, random.below(6) == 0 { member.wholeNode = true }
    if member.accelerators == 0, member.host.isEmpty { member.wholeNode = true }
    var rest: MemberShape?
    if member.accelerators > 1, member.share == .whole, random.below(3) == 0 {
      rest = MemberShape(accelerators: 1)
    }
    return GangShape(
      members: 1 + random.below(5), member: member, rest: rest,
      closeness: randomCloseness(&random), eligibility: randomEligibility(&random, on: topology))
  }

  private func randomCloseness(_ random: inout SeededGenerator) -> Closeness {
    var closeness = Closeness.closest
    if random.below(3) == 0 { closeness.required = [.pod, .leaf][random.below(2)] }
    switch random.below(5) {
    case 0: closeness.division = .even
    case 1: closeness.division = .spread([.pod, .leaf][random.below(2)])
    case 2: closeness.segments[.leaf] = 1 + random.below(3)
    default: break
    }
    return closeness
  }

  private func randomEligibility(
    _ random: inout SeededGenerator, on topology: Topology
  ) -> Eligibility? {
    guard random.below(3) == 0 else { return nil }
    return Eligibility(
      models: [[], ["large"], ["small", "large"]][random.below(3)],
      excluded: [topology.nodes[random.below(topology.nodes.count)].id],
      includesReserved: random.below(4) == 0)
  }
}
