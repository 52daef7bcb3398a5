import Fleet
import Testing
import Units

/// A fleet by its leaves, such as `l0: a4 b4 | l1: c4`: names of nodes, each ending in the number
/// of its accelerators.
private func fleet(_ text: String) throws -> Topology {
  var builder = TopologyBuilder(name: "growing")
  for leaf in text.split(separator: "|") {
    let words = leaf.split(separator: " ").map(String.init)
    try builder.open(.leaf, String(words[0].dropLast()))
    for name in words.dropFirst() {
      let count = Int(String(name.suffix(1))) ?? 0
      let type = NodeType(name: "x\(count)", accelerators: count)
      try builder.addNodes([NodeName(name)], type: type)
    }
    try builder.close()
  }
  return try builder.build()
}

/// The ids of a fleet's nodes, by leaf.
private func ids(_ topology: Topology) -> String {
  topology.domains.map { leaf in
    let ids = leaf.nodes.map { "\(topology.nodes[$0].id.number)" }
    return "\(leaf.name): \(ids.joined(separator: " "))"
  }.joined(separator: " | ")
}

@Suite struct `A fleet that grows` {
  /// Before, after, and the ids after.
  private static let table: [(before: String, after: String, ids: String)] = [
    ("l0: a4 b4", "l0: a4 b4", "l0: 0 1"),
    ("l0: a4 b4", "l0: a4 b4 c4", "l0: 0 1 2"),
    ("l0: a4 b4", "l0: c4 a4 b4", "l0: 2 0 1"),
    ("l0: a4 b4 | l1: c4", "l0: a4 b4 d4 | l1: c4 e4", "l0: 0 1 3 | l1: 2 4"),
    ("l0: a4 | l1: b4", "l0: a4 | l2: d4 c4 | l1: b4", "l0: 0 | l2: 2 3 | l1: 1"),
    ("l0: z4 a4", "l0: z4 a4 m4", "l0: 0 1 2"),
    // Domains renamed, divided and joined.
    ("l0: a4 b4", "l7: a4 b4", "l7: 0 1"),
    ("l0: a4 b4", "l0: a4 | l1: b4", "l0: 0 | l1: 1"),
    ("l0: a4 | l1: b4", "l0: a4 b4", "l0: 0 1"),
  ]

  @Test(arguments: table.indices) func `keeps the ids of the nodes it has`(row: Int) throws {
    let (before, after, expected) = Self.table[row]
    let grown = try fleet(before).growing(to: try fleet(after))
    #expect(ids(grown) == expected)
    for index in grown.nodes.indices { #expect(grown.index(of: grown.nodes[index].id) == index) }
  }

  @Test func `gives no id twice, however often it grows`() throws {
    var grown = try fleet("l0: a1")
    let steps = ["l0: b1 a1", "l0: b1 a1 | l1: c1", "l2: d1 e1 | l0: b1 a1 | l1: f1 c1"]
    for step in steps { grown = try grown.growing(to: try fleet(step)) }
    #expect(ids(grown) == "l2: 3 4 | l0: 1 0 | l1: 5 2")
  }

  @Test func `may lose what it may, and gives no id twice even so`() throws {
    let old = try fleet("l0: a4 b4 | l1: c4")
    let shrunk = try old.growing(to: try fleet("l0: a4 b4")) { $0 == NodeID(2) }
    #expect(ids(shrunk) == "l0: 0 1")
    #expect(shrunk.nextID == NodeID(3))
    let grown = try shrunk.growing(to: try fleet("l0: d4 a4 b4 | l1: c4"))
    #expect(ids(grown) == "l0: 3 0 1 | l1: 4")
    #expect(grown.knownIndex(of: NodeID(2)) == nil)
    #expect(throws: GrowthError.nodeMissing(NodeName("b4"))) {
      try old.growing(to: try fleet("l0: a4")) { $0 == NodeID(2) }
    }
    var occupancy = Occupancy(topology: old)
    occupancy.take(Allocation(slices: [NodeSlice(node: NodeID(1), accelerators: 0b11)]))
    occupancy.setCondition(.failed, of: NodeID(2))
    let moved = occupancy.moved(to: shrunk)
    moved.checkInvariants()
    #expect(moved.freeAccelerators == 6)
  }

  private static let refusals: [(before: String, after: String, error: String)] = [
    ("l0: a4 b4", "l0: a4", "node 'b4' is missing: leave it in the file, and drain it"),
    ("l0: a4 b4", "l0: a4 | l1: c4", "node 'b4' is missing: leave it in the file, and drain it"),
    (
      "l0: a4 b4", "l0: b4 c4 a4",
      "node 'b4' stands before 'a4', and stood behind it: keep the order of the nodes that were "
        + "there; new ones may stand anywhere"
    ),
  ]

  @Test(arguments: refusals.indices) func `must have what it had`(row: Int) throws {
    let (before, after, expected) = Self.refusals[row]
    let (old, new) = (try fleet(before), try fleet(after))
    let error = #expect(throws: GrowthError.self) { try old.growing(to: new) }
    #expect(error?.description == expected)
  }

  private static func one(_ change: (inout NodeType) -> Void = { _ in }) throws -> Topology {
    var builder = TopologyBuilder(name: "one")
    var type = NodeType(
      name: "t", acceleratorModel: "h100", accelerators: 4, host: HostShare(cores: 8, memory: 100))
    type.sharing = .fractions
    change(&type)
    try builder.addNodes([NodeName("n")], type: type)
    return try builder.build()
  }

  @Test func `must have nodes that can hold what they held`() throws {
    func error(_ change: (inout NodeType) -> Void) throws -> GrowthError.Change? {
      let (old, new) = (try Self.one(), try Self.one(change))
      do throws(GrowthError) {
        _ = try old.growing(to: new)
        return nil
      } catch {
        guard case .nodeChanged(NodeName("n"), let change) = error else { throw error }
        return change
      }
    }
    #expect(try error { $0.accelerators = 8 } == .accelerators(4, 8))
    #expect(try error { $0.acceleratorModel = "h200" } == .model("h100", "h200"))
    #expect(try error { $0.sharing = .none } == .sharing)
    #expect(try error { $0.host = HostShare(cores: 7, memory: 200) } == .host)
    #expect(try error { $0.host = HostShare(cores: 9, memory: 99) } == .host)
    #expect(try error { $0.host = HostShare(cores: 9, memory: 101) } == nil)
    #expect(try error { $0.links.interfaces = 4 } == nil)
  }
}

@Suite struct `What is held when a fleet grows` {
  /// The free accelerators and idle nodes of each leaf.
  private func drawn(_ occupancy: Occupancy) -> [String] {
    occupancy.topology.domains.indices.map { leaf in
      "\(occupancy.topology.domains[leaf].name): \(occupancy.freeAccelerators(inDomain: leaf)) "
        + "\(occupancy.idleNodes(inDomain: leaf))"
    }
  }

  @Test func `is held in the new version too`() throws {
    let old = try fleet("l0: a4 b4 | l1: c4")
    var occupancy = Occupancy(topology: old)
    let gang = Allocation(slices: [
      NodeSlice(node: NodeID(0), accelerators: 0b0011),
      NodeSlice(node: NodeID(2), accelerators: 0b1111),
    ])
    occupancy.take(gang)
    occupancy.setCondition(.drained, of: NodeID(1))
    #expect(drawn(occupancy) == ["l0: 2 0", "l1: 0 0"])
    let grown = try old.growing(to: try fleet("l0: a4 d2 b4 | l2: e4 | l1: c4 f4"))
    var moved = occupancy.moved(to: grown)
    moved.checkInvariants()
    #expect(drawn(moved) == ["l0: 4 1", "l2: 4 1", "l1: 4 1"])
    #expect(moved.condition(of: NodeID(1)) == .drained)
    moved.giveBack(gang)
    moved.setCondition(.inService, of: NodeID(1))
    #expect(moved == Occupancy(topology: grown))
  }

  private static let kinds: [NodeType] = {
    var plain = NodeType(name: "plain", accelerators: 8)
    plain.host = HostShare(cores: 16, memory: 64)
    var sliced = NodeType(name: "sliced", accelerators: 4)
    sliced.sharing = .mig(.h200x141)
    var shared = NodeType(name: "shared", accelerators: 3, host: HostShare(cores: 4))
    shared.sharing = .fractions
    return [plain, sliced, shared, NodeType(name: "bare", accelerators: 1)]
  }()

  /// The nodes that are there at a step, each leaf in a pod of its own.
  private func growingFleet(
    _ layout: [[(name: String, kind: Int, step: Int)]], step: Int
  ) throws -> Topology? {
    var builder = TopologyBuilder(name: "growing")
    for (leaf, nodes) in layout.enumerated() {
      let there = nodes.filter { $0.step <= step }
      guard !there.isEmpty else { continue }
      try builder.open(.pod, "p\(leaf)")
      try builder.open(.leaf, "l\(leaf)")
      for node in there {
        try builder.addNodes([NodeName(node.name)], type: Self.kinds[node.kind])
      }
      try builder.close()
      try builder.close()
    }
    return builder.nodeCount > 0 ? try builder.build() : nil
  }

  /// Some of what is free: whole accelerators, parts of one, and some of the host.
  private func gang(
    _ random: inout SeededGenerator, on topology: Topology, free: Occupancy
  ) -> Allocation? {
    var gang = Allocation(slices: [])
    for node in topology.nodes.indices where random.below(3) == 0 {
      let type = topology.type(of: node)
      let slice = gang.slices.count
      var bits: UInt64 = 0
      for device in 0..<type.accelerators {
        if random.below(3) == 0 { bits |= 1 << UInt64(device) }
        if bits >> UInt64(device) & 1 == 1 || random.below(3) > 0 { continue }
        switch type.sharing {
        case .none: break
        case .fractions:
          gang.shares.append(DeviceHold(slice: slice, device: device, amount: 300))
        case .mig:
          let place = [UInt16(0x0F), 0xF0, 0x01, 0x30][random.below(4)]
          gang.shares.append(DeviceHold(slice: slice, device: device, amount: place))
        }
      }
      gang.slices.append(NodeSlice(node: topology.nodes[node].id, accelerators: bits))
      gang.hosts.append(
        type.host.isEmpty ? .none : HostShare(cores: random.below(4), memory: random.below(9)))
    }
    for index in gang.hosts.indices
    where topology.type(
      of: topology.index(of: gang.slices[index].node)
    ).host.memory == 0 {
      gang.hosts[index].memory = 0
    }
    return free.isFree(gang) ? gang : nil
  }

  @Test(arguments: 0..<100)
  func `is what the same gangs would hold of the new fleet from the start`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var count = 0
    let layout = (0...random.below(4)).map { _ in
      (0...random.below(6)).map { _ in
        count += 1
        return (name: "n\(count)", kind: random.below(4), step: random.below(4))
      }
    }
    var occupancy: Occupancy?
    var held: [Allocation] = []
    for step in 0..<4 {
      guard let described = try growingFleet(layout, step: step) else { continue }
      let topology = try occupancy?.topology.growing(to: described) ?? described
      var now = occupancy?.moved(to: topology) ?? Occupancy(topology: topology)
      for _ in 0..<10 {
        if let gang = gang(&random, on: topology, free: now) {
          now.take(gang)
          held.append(gang)
        }
        if random.below(3) == 0, !held.isEmpty {
          now.giveBack(held.remove(at: random.below(held.count)))
        }
        let id = topology.nodes[random.below(topology.nodes.count)].id
        now.setCondition(NodeCondition.allCases[random.below(5)], of: id)
      }
      now.checkInvariants()
      var fresh = Occupancy(topology: topology)
      for gang in held { fresh.take(gang) }
      for node in topology.nodes { fresh.setCondition(now.condition(of: node.id), of: node.id) }
      #expect(now == fresh)
      occupancy = now
    }
  }
}
