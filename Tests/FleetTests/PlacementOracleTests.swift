import Fleet
import Testing
import Units

/// Every way to place a gang on a fleet of at most 16 nodes, and the best of them.
///
/// A set of nodes is the bits of a word. A place is as good as its marks, the first that differs
/// decides: the level around it, the children touched there, the room left over in those, then in
/// the domain, and in each one around that.
private struct PlacementOracle {
  let topology: Topology
  let candidates: UInt16
  let closeness: Closeness

  private func bits(_ nodes: Range<Int>) -> UInt16 {
    nodes.reduce(0) { $0 | 1 << UInt16($1) }
  }

  /// The smallest domain around some nodes; nil for the fleet.
  private func around(_ place: UInt16) -> Int? {
    topology.domains.indices.last { place & ~bits(topology.domains[$0].nodes) == 0 }
  }

  /// Whether a gang may be on just these nodes.
  func isLegal(_ place: UInt16) -> Bool {
    if let required = closeness.required {
      guard let around = around(place), topology.domains[around].level >= required else {
        return false
      }
    }
    guard let innermost = closeness.segments.smallest?.level else { return true }
    if let around = around(place), topology.domains[around].level > innermost { return true }
    for domain in topology.domains {
      let segment = closeness.segments[domain.level]
      guard segment > 0 else { continue }
      guard (place & bits(domain.nodes)).nonzeroBitCount % segment == 0 else { return false }
    }
    let together = topology.domains(at: innermost).reduce(UInt16(0)) {
      $0 | bits(topology.domains[$1].nodes)
    }
    return place & ~together == 0
  }

  func marks(_ place: UInt16) -> [Int] {
    let around = around(place)
    let level = around.map { 4 - Int(topology.domains[$0].level.rawValue) } ?? 5
    let children = around.map { topology.domains[$0].children } ?? topology.roots
    let touched = children.filter { place & bits(topology.domains[$0].nodes) != 0 }
    var room: UInt16 = touched.isEmpty ? around.map { bits(topology.domains[$0].nodes) } ?? 0 : 0
    for child in touched { room |= bits(topology.domains[child].nodes) }
    var marks = [level, touched.count, (candidates & room & ~place).nonzeroBitCount]
    var outer = around
    while let domain = outer {
      let inside = bits(topology.domains[domain].nodes)
      marks.append((candidates & inside & ~place).nonzeroBitCount)
      outer = topology.domains[domain].parent
    }
    return marks
  }

  /// The marks of the best place for so many nodes inside some; nil where there is none.
  func best(_ count: Int, inside nodes: UInt16) -> [Int]? {
    var best: [Int]?
    let free = candidates & nodes
    // All subsets of a set, from itself down.
    var place = free
    while place != 0 {
      if place.nonzeroBitCount == count, isLegal(place) {
        let marks = marks(place)
        if best.map({ marks.lexicographicallyPrecedes($0) }) ?? true { best = marks }
      }
      place = (place &- 1) & free
    }
    return best
  }

  /// What is wrong with a place; nil if there is none better, and none inside any part of it.
  func flaw(_ place: UInt16, _ count: Int) -> String? {
    guard place & ~candidates == 0, place.nonzeroBitCount == count else { return "not a place" }
    guard isLegal(place) else { return "not as close as required" }
    let marks = marks(place)
    guard let best = best(count, inside: .max), best == marks else {
      return "\(marks) where there is \(self.best(count, inside: .max) ?? [])"
    }
    guard closeness.segments.isEmpty else { return nil }
    let children = around(place).map { topology.domains[$0].children } ?? topology.roots
    for child in children {
      let inside = bits(topology.domains[child].nodes)
      let part = place & inside
      guard part != 0, part != candidates & inside else { continue }
      let inner = PlacementOracle(
        topology: topology, candidates: candidates & inside, closeness: .closest)
      if let flaw = inner.flaw(part, part.nonzeroBitCount) {
        return "in \(topology.domains[child].name): \(flaw)"
      }
    }
    return nil
  }
}

extension Topology {
  /// A fleet as nested numbers: `[[3, 3], [3, 3]]` is two domains of two with three nodes each.
  fileprivate static func nested(_ pods: [[[Int]]], _ levels: [DomainLevel]) throws -> Topology {
    var builder = TopologyBuilder(name: "nested")
    let type = NodeType(name: "t", accelerators: 2)
    var node = 0
    for (p, pod) in pods.enumerated() {
      try builder.open(levels[0], "p\(p)")
      for (l, leaf) in pod.enumerated() {
        try builder.open(levels[1], "p\(p)l\(l)")
        for (b, count) in leaf.enumerated() {
          if levels.count > 2 { try builder.open(levels[2], "p\(p)l\(l)b\(b)") }
          for _ in 0..<count {
            try builder.addNodes([NodeName("n\(node)")], type: type)
            node += 1
          }
          if levels.count > 2 { try builder.close() }
        }
        try builder.close()
      }
      try builder.close()
    }
    return try builder.build()
  }

  /// What is free where just some nodes are idle.
  fileprivate func occupancy(idle: UInt16) -> Occupancy {
    var occupancy = Occupancy(topology: self)
    let busy = nodes.indices.filter { idle >> UInt16($0) & 1 == 0 }
    occupancy.take(
      Allocation(slices: busy.map { NodeSlice(node: nodes[$0].id, accelerators: 0b11) }))
    return occupancy
  }
}

@Suite struct `The place of a gang of whole nodes` {
  /// What is wrong with where a gang is put.
  private func flaw(
    _ topology: Topology, idle: UInt16, _ count: Int, _ closeness: Closeness = .closest
  ) -> String? {
    let oracle = PlacementOracle(topology: topology, candidates: idle, closeness: closeness)
    let shape = GangShape(
      members: count, member: MemberShape(accelerators: 2), closeness: closeness)
    let occupancy = topology.occupancy(idle: idle)
    let allocation = occupancy.placement(of: shape)
    guard occupancy.fits(shape) == (allocation != nil) else { return "fits and has no place" }
    guard let allocation else {
      return oracle.best(count, inside: .max) == nil ? nil : "there is a place"
    }
    let place = allocation.slices.reduce(UInt16(0)) { $0 | 1 << UInt16($1.node.number) }
    return oracle.flaw(place, count)
  }

  @Test func `is the best there is, whatever is idle of two pods of two leaves`() throws {
    let topology = try Topology.nested([[[3], [3]], [[3], [3]]], [.pod, .leaf])
    for idle in UInt16(0)..<1 << 12 {
      for count in 1...max(1, idle.nonzeroBitCount + 1) where count <= 12 {
        let flaw = flaw(topology, idle: idle, count)
        #expect(flaw == nil, "\(count) of \(String(idle, radix: 2))")
      }
    }
  }

  @Test(arguments: 0..<400)
  func `is the best there is, in fleets of all forms`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let topology = try randomNested(&random)
    let all = UInt16((1 << topology.nodes.count) - 1)
    for _ in 0..<8 {
      let idle = UInt16(truncatingIfNeeded: random.next() | random.next()) & all
      let flaw = flaw(topology, idle: idle, 1 + random.below(12))
      #expect(flaw == nil, "\(topology.domains.map(\.nodes)) \(String(idle, radix: 2))")
    }
  }

  @Test(arguments: 0..<400)
  func `is inside the level that is required, in whole segments`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let topology = try randomNested(&random)
    let all = UInt16((1 << topology.nodes.count) - 1)
    let levels = topology.domains.map(\.level)
    for _ in 0..<8 {
      let idle = UInt16(truncatingIfNeeded: random.next() | random.next()) & all
      var closeness = Closeness()
      if random.below(2) == 0 { closeness.required = levels[random.below(levels.count)] }
      var count = 1 + random.below(8)
      if random.below(2) == 0 {
        let size = 1 + random.below(3)
        closeness.segments[levels[random.below(levels.count)]] = size
        count = size * (1 + random.below(3))
      }
      let oracle = PlacementOracle(topology: topology, candidates: idle, closeness: closeness)
      let shape = GangShape(
        members: count, member: MemberShape(accelerators: 2), closeness: closeness)
      let occupancy = topology.occupancy(idle: idle)
      let place = occupancy.placement(of: shape)?.slices
        .reduce(UInt16(0)) { $0 | 1 << UInt16($1.node.number) }
      let best = oracle.best(count, inside: .max)
      #expect((place == nil) == (best == nil))
      #expect(occupancy.fits(shape) == (best != nil))
      guard let place, let best else { continue }
      #expect(oracle.isLegal(place))
      #expect(oracle.marks(place).prefix(2) == best.prefix(2))
    }
  }

  private func randomNested(_ random: inout SeededGenerator) throws -> Topology {
    let levels: [DomainLevel] = [
      [.site, .pod, .leaf], [.pod, .leaf, .block], [.pod, .leaf], [.site, .block],
    ][random.below(4)]
    var left = 12
    var pods: [[[Int]]] = []
    while left > 0 {
      var pod: [[Int]] = []
      for _ in 0...random.below(2) where left > 0 {
        var leaf: [Int] = []
        for _ in 0...random.below(2) where left > 0 {
          let count = 1 + random.below(min(left, 4))
          leaf.append(count)
          left -= count
        }
        pod.append(leaf)
      }
      pods.append(pod)
    }
    return try Topology.nested(pods, levels)
  }
}
