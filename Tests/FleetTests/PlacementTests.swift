import Fleet
import Testing
import Units

@Suite struct `A gang is placed so that it` {
  @Test func `takes the node with the least room to spare`() throws {
    let before: FleetPicture = """
      l0: n0[........] n1[aaaa....]
      l1: n2[bbbbbb..] n3[........]
      """
    #expect(
      try place("c", .accelerators(2, perNode: 8), on: before) == """
        l0: n0[........] n1[aaaa....]
        l1: n2[bbbbbbcc] n3[........]
        """)
  }

  @Test func `takes whole nodes from the lowest up, and the rest where it leaves least`() throws {
    let before: FleetPicture = """
      l0: n0[a.......] n1[........]
      l1: n2[........] n3[bbbb....]
      """
    #expect(
      try place("c", .accelerators(20, perNode: 8), on: before) == """
        l0: n0[a.......] n1[cccccccc]
        l1: n2[cccccccc] n3[bbbbcccc]
        """)
  }

  @Test func `puts the members of a gang on distinct nodes`() throws {
    let before: FleetPicture = "n0[....] n1[aaa.] n2[....]"
    let shape = GangShape(members: 2, member: MemberShape(accelerators: 2))
    #expect(try place("b", shape, on: before) == "n0[bb..] n1[aaa.] n2[bb..]")
  }

  @Test func `gives nothing where a part would not fit`() throws {
    let before: FleetPicture = "n0[a...] n1[....]"
    #expect(try place("b", .accelerators(8, perNode: 4), on: before) == before)
  }

  @Test func `asks for an idle node where a gang wants it to itself`() throws {
    let before: FleetPicture = "n0[a...] n1[....]"
    let shape = GangShape(
      members: 1, member: MemberShape(accelerators: 1, wholeNode: true))
    #expect(try place("b", shape, on: before) == "n0[a...] n1[bbbb]")
  }

  @Test func `uses the free accelerators of a node whatever holes there are`() throws {
    #expect(try place("b", .accelerators(3, perNode: 6), on: "n0[.a.a..]") == "n0[babab.]")
  }

  @Test func `says what is missing`() throws {
    let picture: FleetPicture = "n0[a...] n1[....]"
    let shortage = try #require(
      try picture.occupancy().shortage(of: .accelerators(8, perNode: 4)))
    #expect(shortage.member == MemberShape(accelerators: 4))
    #expect((shortage.nodes, shortage.nodesThatFit) == (2, 1))
    #expect(try picture.occupancy().shortage(of: .accelerators(7, perNode: 4)) == nil)
  }

  @Test func `counts cores as exactly as accelerators`() throws {
    var builder = TopologyBuilder(name: "cores")
    try builder.addNodes(
      [NodeName("n0"), NodeName("n1")],
      type: NodeType(name: "big", accelerators: 2, host: HostShare(cores: 100)))
    var occupancy = Occupancy(topology: try builder.build())
    let half = GangShape(members: 1, member: MemberShape(accelerators: 1, cores: 70))
    for _ in 0..<2 {
      let allocation = try #require(occupancy.placement(of: half))
      #expect(allocation.milliCores == 70_000)
      occupancy.take(allocation)
      occupancy.checkInvariants()
    }
    // An accelerator and 30 cores are left on each node.
    #expect(!occupancy.fits(half))
    #expect(occupancy.freeMilliCores == 60_000)
    #expect(occupancy.fits(GangShape.cores(30, perNode: 100)))
  }
}
