import Fleet
import Testing
import Units

@Suite struct `A place in a fleet` {
  /// Two pods p0 and p1 of two leaves l0 and l1 of two nodes each, n0 to n7.
  private static let fleet: Result<Topology, TopologyError> = Result { () throws(TopologyError) in
    var builder = TopologyBuilder(name: "fleet")
    for pod in 0..<2 {
      try builder.open(.pod, "p\(pod)")
      for leaf in 0..<2 {
        try builder.open(.leaf, "l\(leaf)")
        let names = (0..<2).map { NodeName("n\(pod * 4 + leaf * 2 + $0)") }
        try builder.addNodes(names, type: NodeType(name: "t", accelerators: 1))
        try builder.close()
      }
      try builder.close()
    }
    return try builder.build()
  }

  /// Which nodes each of the domains holds.
  @Test(
    arguments: [
      ("p1", [4..<8]), ("l0", [0..<2, 4..<6]), ("p1/l0", [4..<6]), ("p2", []), ("l0/p1", []),
      ("p0/p1/l0", []), ("", []), ("/p0", []), ("n0", []),
    ] as [(String, [Range<Int>])])
  func `is each domain whose names end in it`(path: String, nodes: [Range<Int>]) throws {
    let fleet = try Self.fleet.get()
    #expect(fleet.domains(named: path).map { fleet.domains[$0].nodes } == nodes)
  }

  @Test(
    arguments: [
      ("n[0-2]", [0, 1, 2]), ("n7,n3", [3, 7]), ("n1,n1", [1]), ("n8", nil), ("n[6-9]", nil),
    ] as [(String, [Int]?)])
  func `is the nodes of a list that are all there`(list: String, nodes: [Int]?) throws {
    #expect(try Self.fleet.get().indices(of: try Hostlist(parsing: list)) == nodes)
  }

  @Test(arguments: [-1, 100_001]) func `has no accelerators of odd power`(watts: Int) {
    var type = NodeType(name: "t", accelerators: 1)
    type.acceleratorWatts = watts
    #expect(throws: TopologyError.wattsOutOfRange(watts)) { try type.check() }
  }
}
