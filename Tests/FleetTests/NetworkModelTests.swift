import Fleet
import Testing
import Units

@Suite struct `The network model` {
  private static let racks = try! FabricFixture.regular(
    [(.leaf, 2), (.block, 2)], nodes: 18, FabricFixture.tray)

  /// Two sites of two pods of two leaves of four nodes of eight.
  private static let sites = try! FabricFixture.regular(
    [(.site, 2), (.pod, 2), (.leaf, 2)], nodes: 4, FabricFixture.hgx)

  /// By hand, with φ = 0.4: the fleet, the gang's nodes, the mix, and S − 1 in millionths.
  private static let table: [(fleet: Topology, nodes: [Int], mix: TrafficMix, slowdown: Int)] = [
    // ALGORITHMS.md §2: a ring across the spine, 0.9 / 0.7: S = 1.11.
    (sites, [2, 3, 4, 5], .rings, 114_285),
    // And 64 accelerators' all-to-all, 32 + 32 over two racks: 810 to 90 GB/s, S = 4.2.
    (racks, Array(10..<26), .everybody, 3_200_000),
    // A ring over the same two racks: 810 to 45 GB/s.
    (racks, Array(10..<26), .rings, 6_800_000),
    // In one node, one leaf, one rack: the ideal.
    (sites, [3], .everybody, 0), (sites, [0, 1, 2, 3], .everybody, 0),
    (racks, Array(0..<18), .everybody, 0), (racks, Array(18..<36), .rings, 0),
    // Over two pods, and two sites, a ring pays what it pays for two leaves.
    (sites, [7, 8], .rings, 114_285), (sites, [15, 16], .rings, 114_285),
    // Two nodes in two leaves: half the bytes leave the leaf, as half leave a node anyway.
    (sites, [3, 4], .everybody, 114_285),
    // Three in one leaf, one in another: of that one's bytes 3/4 cross, as 3/4 leave any node.
    (sites, [1, 2, 3, 4], .everybody, 114_285),
    // Four nodes, two and two: 1/2 crosses the spine at 35 GB/s, 3/4 leaves a node at 45.
    (sites, [2, 3, 4, 5], .everybody, 0),
    // Eight fill two leaves: no leaf holds them, so nothing is charged for leaving one.
    (sites, Array(0..<8), .rings, 0), (sites, Array(0..<8), .everybody, 0),
    // But for leaving the pod nothing comes on top either: the spine's pace is the core's.
    (sites, Array(4..<12), .rings, 0),
  ]

  @Test(arguments: table.indices) func `says what is worked out by hand`(row: Int) {
    let (fleet, nodes, mix, slowdown) = Self.table[row]
    let gang = FabricFixture.gang(nodes, on: fleet)
    #expect(FabricFixture.model(400_000, mix).cost(of: gang, in: fleet).slowdown == slowdown)
  }

  @Test func `counts the domains that a gang is spread over`() {
    let cost = NetworkModel().cost(
      of: FabricFixture.gang([3, 4, 5, 8, 31], on: Self.sites), in: Self.sites)
    #expect(DomainLevel.allCases.map { cost.domainsTouched[$0] } == [2, 3, 4, 0])
    #expect(cost.nvlinkDomains == 5)
    #expect(cost.spineCrossings == 4)
    let inOne = NetworkModel().cost(
      of: FabricFixture.gang(0..<20, on: Self.racks), in: Self.racks)
    #expect(DomainLevel.allCases.map { inOne.domainsTouched[$0] } == [0, 0, 1, 2])
    #expect(inOne.nvlinkDomains == 2)
    #expect(inOne.spineCrossings == 0)
  }

  @Test func `takes each island outside of a block for an NVLink domain`() throws {
    let fleet = try Topology.regularBridged()
    let model = FabricFixture.model(400_000, .rings)
    func cost(_ bits: UInt64) -> PlacementCost {
      let slice = NodeSlice(node: NodeID(0), accelerators: bits)
      return model.cost(of: Allocation(slices: [slice]), in: fleet)
    }
    #expect(cost(0b0000_1111).slowdown == 0)
    #expect(cost(0b0000_1111).nvlinkDomains == 1)
    // Two islands at 12.5 · 0.9 GB/s where one at 450 · 0.9 would have done.
    #expect(cost(0b0001_0001).slowdown == 400_000 * 35)
    #expect(cost(0b1111_1111).slowdown == 0)
    #expect(cost(0b1111_1111).nvlinkDomains == 2)
  }

  @Test(arguments: 0..<300)
  func `is the formula, followed accelerator by accelerator`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let fleet = try FabricFixture.random(&random)
    for _ in 0..<4 {
      let gang = FabricFixture.gang(&random, on: fleet)
      let ring = random.below(10) * 100_000
      let all = random.below(11 - ring / 100_000) * 100_000
      let model = FabricFixture.model(
        random.below(1_000_001),
        TrafficMix(ring: ring, pointToPoint: 1_000_000 - ring - all, allToAll: all))
      let slowdown = model.cost(of: gang, in: fleet).slowdown
      let exact = NetworkOracle(gang, on: fleet, by: model).slowdown
      let difference = Fraction(Int128(slowdown), 1_000_000) - exact
      // Shares of bytes are at least a half, and rounded to a millionth, as loads are.
      let bound = (exact + Fraction(1)) * Fraction(4, 1_000_000)
      #expect(max(difference, Fraction(0) - difference) <= bound, "\(slowdown) \(exact)")
    }
  }

  @Test func `charges nothing at the best place there is, exhaustively`() throws {
    let fleets = [
      try FabricFixture.regular([(.pod, 2), (.leaf, 2)], nodes: 2, FabricFixture.hgx),
      try FabricFixture.regular([(.leaf, 2), (.block, 2)], nodes: 2, FabricFixture.tray),
      try FabricFixture.regular([(.leaf, 3)], nodes: 3, FabricFixture.bridged),
      try FabricFixture.regular([], nodes: 5, FabricFixture.cpu),
    ]
    for fleet in fleets {
      var least = Array(repeating: Int.max, count: fleet.nodes.count + 1)
      for chosen in 1..<(1 << fleet.nodes.count) {
        let nodes = fleet.nodes.indices.filter { chosen >> $0 & 1 == 1 }
        let gang = FabricFixture.gang(nodes, on: fleet)
        let slowdown = NetworkModel().cost(of: gang, in: fleet).slowdown
        #expect(slowdown >= 0)
        let rings = FabricFixture.model(400_000, .rings).cost(of: gang, in: fleet).slowdown
        least[nodes.count] = min(least[nodes.count], rings)
      }
      #expect(least.dropFirst().allSatisfy { $0 == 0 }, "\(least)")
    }
  }

  @Test func `knows no gang of nobody`() {
    let cost = NetworkModel().cost(of: Allocation(slices: []), in: Self.sites)
    #expect(cost == PlacementCost())
  }

  @Test(arguments: [
    (0, 1000, 1000), (1, 1000, 1001), (500_000, 3, 5), (1_000_000, 7, 14),
    (NetworkModel.mostSlowdown, Int64.max, Int64.max),
  ])
  func `stretches a span by it, rounded up`(slowdown: Int, span: Int64, expected: Int64) {
    var cost = PlacementCost()
    cost.slowdown = slowdown
    #expect(cost.stretched(TimeSpan(milliseconds: span)).milliseconds == expected)
  }
}

extension Topology {
  fileprivate static func regularBridged() throws -> Topology {
    try FabricFixture.regular([], nodes: 1, FabricFixture.bridged)
  }
}
