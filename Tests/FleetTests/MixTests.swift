import Fleet
import Testing
import Units

@Suite struct `A request for a part of a node` {
  /// Two nodes of four accelerators and 16 cores; a third of the first's cores are held.
  private func fleet() throws -> Occupancy {
    var builder = TopologyBuilder(name: "mix")
    let type = NodeType(name: "t", accelerators: 4, host: HostShare(cores: 16))
    try builder.addNodes([NodeName("n0"), NodeName("n1")], type: type)
    var occupancy = Occupancy(topology: try builder.build())
    occupancy.take(
      Allocation(
        slices: [
          NodeSlice(node: NodeID(0), accelerators: 0b0011),
          NodeSlice(node: NodeID(1), accelerators: 0b0111),
        ],
        hosts: [HostShare(cores: 12), HostShare(cores: 4)]))
    return occupancy
  }

  private func request(_ accelerators: Int, cores: Int) -> GangShape {
    GangShape(members: 1, member: MemberShape(accelerators: accelerators, cores: cores))
  }

  @Test func `goes where it strands least of what the others ask for`() throws {
    let occupancy = try fleet()
    var mix = RequestMix(topology: occupancy.topology)
    // Everybody asks for an accelerator with four cores.
    for _ in 0..<100 { mix.note(request(1, cores: 4), on: occupancy) }
    // n0 has two accelerators and 4 cores, n1 one and 12. Without cores, it takes that of n0 which
    // nobody could use any more; by room to spare alone it would take n1's.
    let bare = request(1, cores: 0)
    #expect(occupancy.placement(of: bare)?.slices[0].node == NodeID(1))
    #expect(occupancy.placement(of: bare, among: mix)?.slices[0].node == NodeID(0))
  }

  /// Four accelerators with many cores, and eight with few.
  private func unequalNodes() throws -> Occupancy {
    var builder = TopologyBuilder(name: "unequal")
    for (index, (accelerators, cores)) in [(4, 32), (8, 16)].enumerated() {
      let type = NodeType(
        name: "x\(accelerators)", accelerators: accelerators, host: HostShare(cores: cores))
      try builder.addNodes([NodeName("n\(index)")], type: type)
    }
    return Occupancy(topology: try builder.build())
  }

  @Test func `leaves alone what was short of late, until that is long ago`() throws {
    var occupancy = try unequalNodes()
    var mix = RequestMix(topology: occupancy.topology)
    let (light, heavy, large) = (request(1, cores: 1), request(1, cores: 8), request(8, cores: 8))
    func note(_ shape: GangShape, times: Int) {
      for _ in 0..<times { mix.note(shape, on: occupancy) }
    }
    func nodeOfLight() -> NodeID? {
      occupancy.placement(of: light, among: mix)?.slices[0].node
    }
    note(light, times: 500)
    note(heavy, times: 500)
    note(large, times: 10)
    // The cores of n0 are for heavy ones: a light one takes n1, and nobody can have all of it.
    #expect(nodeOfLight() == NodeID(1))
    let held = try #require(occupancy.placement(of: large))
    occupancy.take(held)
    note(large, times: 30)
    note(light, times: 34)
    occupancy.giveBack(held)
    #expect(nodeOfLight() == NodeID(0))
    note(light, times: 50_000)
    note(heavy, times: 50_000)
    #expect(nodeOfLight() == NodeID(1))
  }

  @Test(arguments: 0..<100)
  func `fits just where it fits without a mix, and holds what it asks for`(
    seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    let topology = try randomTopology(&random)
    var occupancy = Occupancy(topology: topology)
    var mix = RequestMix(topology: topology)
    var held: [Allocation] = []
    for _ in 0..<60 {
      let shape = randomShape(&random, on: topology)
      mix.note(shape, on: occupancy)
      let allocation = occupancy.placement(of: shape, among: mix)
      #expect((allocation != nil) == occupancy.fits(shape))
      guard let allocation else {
        if !held.isEmpty { occupancy.giveBack(held.remove(at: random.below(held.count))) }
        continue
      }
      #expect(occupancy.isFree(allocation))
      #expect(allocation.slices.count == shape.nodeCount)
      #expect(occupancy.placement(of: shape, among: mix) == allocation)
      occupancy.take(allocation)
      held.append(allocation)
      occupancy.checkInvariants()
    }
  }

  /// Some nodes each of four accelerators of every way to share them, and some that have fewer.
  private func sharingFleet(_ random: inout SeededGenerator) throws -> Topology {
    var builder = TopologyBuilder(name: "sharing")
    let ways: [DeviceSharing] = [.none, .fractions, .mig(.h200x141)]
    for index in 0..<2 + random.below(6) {
      let way = random.below(ways.count)
      let count = [2, 4][random.below(2)]
      var type = NodeType(
        name: "t\(way)x\(count)", acceleratorModel: "m\(way)", accelerators: count)
      type.sharing = ways[way]
      try builder.addNodes([NodeName("n\(index)")], type: type)
    }
    return try builder.build()
  }

  private func sharingMember(_ random: inout SeededGenerator) -> MemberShape {
    switch random.below(4) {
    case 0:
      MemberShape(
        accelerators: 1 + random.below(3), share: .milli(UInt16(100 + random.below(900))))
    case 1:
      MemberShape(
        accelerators: 1 + random.below(2),
        share: .mig(MIGGeometry.h200x141.profiles[random.below(MIGProfile.Kind.allCases.count)]))
    default: MemberShape(accelerators: 1 + random.below(4))
    }
  }

  @Test(arguments: 0..<200)
  func `finds a node wherever one fits, however accelerators are shared`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var occupancy = Occupancy(topology: try sharingFleet(&random))
    var mix = RequestMix(topology: occupancy.topology)
    var held: [Allocation] = []
    for _ in 0..<80 {
      let shape = GangShape(members: 1, member: sharingMember(&random))
      mix.note(shape, on: occupancy)
      guard occupancy.fits(shape) else {
        #expect(occupancy.placement(of: shape, among: mix) == nil)
        if !held.isEmpty { occupancy.giveBack(held.remove(at: random.below(held.count))) }
        continue
      }
      let allocation = try #require(occupancy.placement(of: shape, among: mix))
      #expect(occupancy.isFree(allocation))
      occupancy.take(allocation)
      held.append(allocation)
      occupancy.checkInvariants()
    }
  }
}
