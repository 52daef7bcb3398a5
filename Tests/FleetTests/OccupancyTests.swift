import Fleet
import Testing
import Units

@Suite struct `What is free` {
  @Test func `counts what is free in every domain`() throws {
    let picture: FleetPicture = """
      l0: n0[aa..] n1[....]
      l1: n2[bbbb] n3[....] n4[....]
      """
    let occupancy = try picture.occupancy()
    #expect(occupancy.freeAccelerators == 14)
    #expect(occupancy.idleNodes == 3)
    #expect(occupancy.freeAccelerators(inDomain: 0) == 6)
    #expect(occupancy.idleNodes(inDomain: 0) == 1)
    #expect(occupancy.freeAccelerators(inDomain: 1) == 8)
    #expect(occupancy.idleNodes(inDomain: 1) == 2)
  }

  @Test(arguments: 0..<100)
  func `keeps its counters in step with its bits, whatever is taken and given back`(
    seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    let topology = try randomTopology(&random)
    var occupancy = Occupancy(topology: topology)
    var held: [Allocation] = []
    for _ in 0..<100 {
      if random.below(3) == 0, !held.isEmpty {
        occupancy.giveBack(held.remove(at: random.below(held.count)))
      } else {
        let shape = randomShape(&random, on: topology)
        let fits = occupancy.fits(shape)
        let allocation = occupancy.placement(of: shape)
        #expect(fits == (allocation != nil))
        if let allocation {
          occupancy.take(allocation)
          held.append(allocation)
        }
      }
      occupancy.checkInvariants()
    }
    for allocation in held { occupancy.giveBack(allocation) }
    #expect(occupancy == Occupancy(topology: topology))
  }

  @Test(arguments: 0..<100)
  func `is told by counts at every stage where counts decide`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let topology = try randomTopology(&random)
    let whole = Occupancy(topology: topology)
    var (stages, counts) = ([whole], RoomCounts(whole))
    while let last = stages.last, stages.count < 6,
      let allocation = (stages.count % 2 == 0 ? last : whole).placement(
        of: randomShape(&random, on: topology))
    {
      stages.append(last.withholding(allocation))
      counts.append(withholding: Footprint(of: allocation, on: topology))
    }
    #expect(counts.count == stages.count)
    for _ in 0..<20 {
      let shape = randomShape(&random, on: topology)
      guard whole.isDecidedByCounts(shape) else { continue }
      for (stage, occupancy) in stages.enumerated() {
        #expect(counts.fits(shape, at: stage) == occupancy.fits(shape), "\(shape)")
      }
      // Whoever is promised what it lacks may fit.
      guard let own = whole.placement(of: shape) else { continue }
      let rest = RoomCounts(whole.withholding(own))
      #expect(rest.mayFit(shape, at: 0, besides: whole.nodesFree(of: own)), "\(shape)")
    }
  }

  @Test(arguments: 0..<200)
  func `loses to a footprint what it loses to the allocation`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let isShared = seed % 2 == 0
    let topology = try randomTopology(&random, sharing: isShared ? .fractions : .none)
    var room = Occupancy(topology: topology)
    let whole = room
    if random.below(2) == 0 {
      for node in topology.nodes where random.below(3) == 0 {
        room.setCondition([.drained, .reserved][random.below(2)], of: node.id)
      }
    }
    var (stages, counts) = ([room], RoomCounts(room))
    for _ in 0..<12 {
      var shape = randomShape(&random, on: topology)
      if isShared, random.below(2) == 0 {
        var member = MemberShape(accelerators: 1)
        member.share = .milli(300)
        shape = GangShape(members: 1 + random.below(3), member: member)
      }
      // Of what is placed on the whole fleet, some is held already.
      guard var allocation = (random.below(2) == 0 ? whole : room).placement(of: shape) else {
        continue
      }
      if allocation.hosts.isEmpty, allocation.shares.isEmpty {
        allocation.slices.shuffle(using: &random)
      }
      let footprint = Footprint(of: allocation, on: topology)
      let isPlain = allocation.hosts.isEmpty && allocation.shares.isEmpty && !isShared
      for _ in 0...random.below(2) {
        let rest = room.withholding(allocation)
        #expect(room.mayOverlap(footprint) || rest == room)
        if isPlain { #expect(room.mayOverlap(footprint) == (rest != room)) }
        room.withhold(footprint)
        #expect(room == rest)
        room.checkInvariants()
        stages.append(room)
        counts.append(withholding: footprint)
      }
    }
    for stage in stages.indices {
      for accelerators in 1...max(1, topology.mostAcceleratorsPerNode) {
        let shape = GangShape.accelerators(accelerators, perNode: accelerators)
        #expect(
          counts.nodes(for: shape, at: stage) == RoomCounts(stages[stage]).nodes(for: shape, at: 0))
      }
    }
  }

  @Test(arguments: 0..<200)
  func `is told by counts of any model that a gang names`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let topology = try randomTopology(&random, models: ["a", "b", "c"])
    let whole = Occupancy(topology: topology)
    let some = topology.nodes.map(\.id).filter { _ in random.below(4) > 0 }
    let named = topology.models.shuffled(using: &random).prefix(random.below(3))
    let eligibility = Eligibility(models: Array(named), named: random.below(2) == 0 ? some : [])
    var allocations: [Allocation] = []
    while allocations.count < 6,
      let allocation = whole.placement(of: randomShape(&random, on: topology))
    {
      allocations.append(allocation)
    }
    for _ in 0..<20 {
      let shape = randomShape(&random, on: topology).with(eligibility)
      guard whole.isDecidedByCounts(shape) else { continue }
      var counts = shape.alternatives.map { RoomCounts(whole, on: $0) }
      var room = whole
      for stage in 0...allocations.count {
        #expect(
          counts.contains { $0.fits(shape, at: stage) } == room.fits(shape), "\(shape), \(stage)")
        guard stage < allocations.count else { break }
        let footprint = Footprint(of: allocations[stage], on: topology)
        for index in counts.indices { counts[index].append(withholding: footprint) }
        room.withhold(allocations[stage])
      }
    }
  }

  @Test(arguments: 0..<100)
  func `is bounded by counts of the nodes that a gang may have`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let topology = try randomTopology(&random)
    let whole = Occupancy(topology: topology)
    let some = topology.nodes.map(\.id).filter { _ in random.below(3) > 0 }
    guard !some.isEmpty else { return }
    let eligibility = Eligibility(models: topology.models, named: some)
    var (stages, counts) = ([whole], RoomCounts(whole, on: eligibility))
    #expect(counts.nodes(for: .accelerators(1, perNode: 1), at: 0) == some.count)
    while let last = stages.last, stages.count < 6,
      let allocation = last.placement(of: randomShape(&random, on: topology))
    {
      stages.append(last.withholding(allocation))
      counts.append(withholding: Footprint(of: allocation, on: topology))
    }
    for _ in 0..<20 {
      let shape = randomShape(&random, on: topology).with(eligibility)
      guard whole.isBoundedByCounts(shape) else { continue }
      for (stage, occupancy) in stages.enumerated() where occupancy.fits(shape) {
        #expect(counts.mayFit(shape, at: stage, besides: 0), "\(shape)")
      }
    }
  }

  @Test func `stops at an accelerator that is taken twice`() async {
    await #expect(processExitsWith: .failure) {
      var occupancy = Occupancy(topology: try Topology.flat(nodes: 1, accelerators: 2))
      let slice = NodeSlice(node: NodeID(0), accelerators: 1)
      occupancy.take(Allocation(slices: [slice]))
      occupancy.take(Allocation(slices: [slice]))
    }
  }
}

/// A fleet of up to five leaves with nodes of three kinds, some with cores.
func randomTopology(
  _ random: inout SeededGenerator, models: [String] = [""], sharing: DeviceSharing = .none
) throws -> Topology {
  var builder = TopologyBuilder(name: "random")
  let withCores = random.below(2) == 0
  var node = 0
  for leaf in 0...random.below(4) {
    try builder.open(.leaf, "l\(leaf)")
    for _ in 0...random.below(3) {
      let count = [1, 4, 7][random.below(3)]
      let cores = withCores ? [2, 70][random.below(2)] : 0
      let model = models[models.count > 1 ? random.below(models.count) : 0]
      var type = NodeType(
        name: "t\(count)-\(cores)\(model)", acceleratorModel: model, accelerators: count,
        host: HostShare(cores: cores))
      type.sharing = sharing
      try builder.addNodes([NodeName("n\(node)")], type: type)
      node += 1
    }
    try builder.close()
  }
  return try builder.build()
}

/// A shape that may or may not fit the fleet.
func randomShape(_ random: inout SeededGenerator, on topology: Topology) -> GangShape {
  let accelerators = random.below(topology.mostAcceleratorsPerNode + 1)
  var member = MemberShape(accelerators: accelerators)
  if topology.milliCores > 0 { member.host = HostShare(cores: random.below(40)) }
  if random.below(6) == 0 { member.wholeNode = true }
  if accelerators == 0, member.host.isEmpty { member.wholeNode = true }
  var rest: MemberShape?
  if random.below(2) == 0, accelerators > 1 {
    rest = MemberShape(accelerators: 1 + random.below(accelerators - 1))
    rest?.host = HostShare(cores: member.host.cores / 2)
  }
  return GangShape(members: 1 + random.below(3), member: member, rest: rest)
}
