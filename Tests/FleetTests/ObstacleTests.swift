import Fleet
import Testing
import Units

@Suite struct `A gang that could never be placed` {
  /// Two sites: in RO two pods of two leaves of three H100 nodes, in DE four blocks of 18 nodes.
  private static func fleet() throws -> Topology {
    var builder = TopologyBuilder(name: "two-sites")
    var h100 = NodeType(
      name: "hgx", acceleratorModel: "h100", accelerators: 8,
      host: HostShare(cores: 96, memory: 1024))
    h100.sharing = .mig(.h100x80)
    let gb200 = NodeType(name: "nvl", acceleratorModel: "gb200", accelerators: 4)
    var romania = DomainAttributes()
    romania.country = "RO"
    var germany = DomainAttributes()
    germany.country = "DE"
    try builder.open(.site, "cernavoda", romania)
    for pod in 0..<2 {
      try builder.open(.pod, "p\(pod)")
      for leaf in 0..<2 {
        try builder.open(.leaf, "l\(leaf)")
        try builder.addNodes((0..<3).map { NodeName("h\(pod)\(leaf)\($0)") }, type: h100)
        try builder.close()
      }
      try builder.close()
    }
    try builder.close()
    try builder.open(.site, "other", germany)
    for block in 0..<4 {
      try builder.open(.block, "b\(block)")
      try builder.addNodes((0..<18).map { NodeName("g\(block)n\($0)") }, type: gb200)
      try builder.close()
    }
    try builder.close()
    return try builder.build()
  }

  private static func gang(
    _ members: Int, _ accelerators: Int, _ closeness: Closeness = .closest,
    _ eligibility: Eligibility? = nil
  ) -> GangShape {
    GangShape(
      members: members, member: MemberShape(accelerators: accelerators), closeness: closeness,
      eligibility: eligibility)
  }

  private static func segment(_ size: Int, _ level: DomainLevel) -> Closeness {
    var closeness = Closeness.closest
    closeness.segments[level] = size
    return closeness
  }

  private static let rows: [(shape: GangShape, text: String)] = [
    (
      gang(40, 4, segment(20, .block)),
      "no block has 20 nodes; the largest has 18: ask for --segment 18:block"
    ),
    (
      gang(40, 4, segment(16, .block)),
      "40 nodes are no multiple of 16 a block: ask for 32 or 48"
    ),
    (
      gang(80, 4, segment(16, .block)),
      "only 64 nodes fit in segments of 16 a block, and the job needs 80: ask for at most 64"
    ),
    (
      gang(5, 8, .within(.leaf)),
      "no leaf has 5 nodes; the largest has 3: ask for --within pod, or at most 3 nodes"
    ),
    (
      gang(80, 4, .within(.site)),
      "no site has 80 nodes; the largest has 72: ask for at most 72 nodes"
    ),
    (
      gang(1, 9),
      "no node has 9 accelerators; the largest has 8: "
        + "ask for at most 8 a member, and more members"
    ),
    (
      gang(13, 8),
      "only 12 nodes have room for 8 accelerators, and the job needs 13: "
        + "ask for at most 12"
    ),
    (
      gang(1, 1, .closest, Eligibility(models: ["h200"])),
      "no node has h200 accelerators: ask for h100, gb200"
    ),
    (
      gang(1, 8, .closest, Eligibility(models: ["gb200"])),
      "no node has 8 accelerators; the largest has 4: ask for at most 4 a member, and more members"
    ),
    (
      gang(1, 1, .closest, Eligibility(countries: ["FR"])),
      "no site is in FR: ask for --residency RO,DE"
    ),
    (
      gang(1, 1, .closest, Eligibility(named: [NodeID(0)], excluded: [NodeID(0)])),
      "no node is left of those that the job may have: "
        + "name other nodes, exclude fewer, or name another model"
    ),
    (
      GangShape(members: 1, member: MemberShape(accelerators: 1, share: .milli(500))),
      "no accelerator may be shared by parts: ask for whole accelerators"
    ),
    (
      GangShape(members: 1, member: MemberShape(accelerators: 1, cores: 97)),
      "no node has 97 cores; the largest has 96 cores and 1024 MiB: "
        + "ask for less a member, and more members"
    ),
  ]

  @Test(arguments: rows.indices) func `is told what there is instead`(row: Int) throws {
    let topology = try Self.fleet()
    let (shape, text) = Self.rows[row]
    #expect(topology.obstacle(to: shape)?.description == text)
    #expect(!Occupancy(topology: topology).fits(shape))
  }

  @Test func `in a fleet without blocks is told which levels there are`() throws {
    let topology = try Topology.flat(nodes: 4, accelerators: 8)
    let shape = Self.gang(2, 8, .within(.block))
    #expect(
      topology.obstacle(to: shape)?.description
        == "the fleet has no blocks: leave the closeness out")
  }

  @Test(arguments: 0..<200)
  func `is one that does not fit on the empty fleet, and no other`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let topology = try randomTopology(&random)
    for _ in 0..<20 {
      var shape = randomShape(&random, on: topology)
      var closeness = Closeness.closest
      if random.below(2) == 0 { closeness.required = .leaf }
      if random.below(3) == 0 { closeness.segments[.leaf] = 1 + random.below(4) }
      shape = shape.with(closeness)
      let fits = Occupancy(topology: topology).fits(shape)
      #expect((topology.obstacle(to: shape) == nil) == fits)
    }
  }
}
