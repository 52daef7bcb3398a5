import Fleet
import Testing
import Units

@Suite struct `The timeline of a gang that must be close` {
  /// Two pods of two leaves, some nodes with hosts or shared accelerators.
  private func randomFleet(_ random: inout SeededGenerator) throws -> Topology {
    var builder = TopologyBuilder(name: "close")
    var type = NodeType(name: "t", accelerators: 4)
    if random.below(2) == 0 { type.host = HostShare(cores: 8) }
    if random.below(2) == 0 { type.sharing = .fractions }
    for pod in 0..<2 {
      try builder.open(.pod, "p\(pod)")
      for leaf in 0..<2 {
        try builder.open(.leaf, "l\(leaf)")
        let nodes = (0..<1 + random.below(3)).map { NodeName("n\(pod)\(leaf)\($0)") }
        try builder.addNodes(nodes, type: type)
        try builder.close()
      }
      try builder.close()
    }
    return try builder.build()
  }

  private func randomShape(
    _ random: inout SeededGenerator, on topology: Topology
  ) -> GangShape {
    var member = MemberShape(accelerators: 1 + random.below(4))
    if topology.milliCores > 0 { member.host = HostShare(cores: random.below(6)) }
    if topology.nodeTypes[0].sharing == .fractions, random.below(3) == 0 {
      member.accelerators = 1
      member.share = .milli(UInt16(100 + random.below(800)))
    }
    var closeness = Closeness.closest
    if random.below(2) == 0 { closeness.required = [.pod, .leaf][random.below(2)] }
    if random.below(4) == 0 { closeness.segments[.leaf] = 2 }
    let members = closeness.segments.isEmpty ? 1 + random.below(4) : 2 * (1 + random.below(2))
    return GangShape(members: members, member: member, closeness: closeness)
  }

  @Test(arguments: 0..<400)
  func `starts it at the first instant at which enough has ended close together`(
    seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    let topology = try randomFleet(&random)
    var now = Occupancy(topology: topology)
    if random.below(3) == 0 {
      let node = topology.nodes[random.below(topology.nodes.count)].id
      now.setCondition(.drained, of: node)
    }
    var timeline = ReleaseTimeline(servingAs: now)
    var runs: [(allocation: Allocation, end: Int64)] = []
    for _ in 0..<random.below(14) {
      guard let allocation = now.placement(of: randomShape(&random, on: topology)) else { continue }
      now.take(allocation)
      runs.append((allocation, Int64(1 + random.below(9))))
      timeline.hold(allocation, until: Instant(milliseconds: runs[runs.count - 1].end))
    }
    let shape = randomShape(&random, on: topology)
    func free(at second: Int64) -> Occupancy {
      var then = now
      for run in runs where run.end <= second { then.giveBack(run.allocation) }
      return then
    }
    let expected = (0...9).first { free(at: Int64($0)).fits(shape) }
    let start = timeline.earliestStart(of: shape)
    #expect(
      start == expected.map { $0 == 0 ? .distantPast : Instant(milliseconds: Int64($0)) }
        ?? .distantFuture)
    for second in 1...9 as ClosedRange<Int64> {
      let hasRoom = timeline.hasRoom(
        for: shape, before: Instant(milliseconds: second))
      #expect(hasRoom == free(at: second - 1).fits(shape))
    }
    guard let expected else { return }
    // Whoever takes all the open room for ever does not delay the gang.
    var open = timeline.openRoom(
      beside: shape, at: Instant(milliseconds: Int64(expected)), of: now)
    var then = free(at: Int64(expected))
    while let taken = open.placement(of: .accelerators(1, perNode: 4)) {
      #expect(now.isFree(taken))
      open.take(taken)
      then.take(taken)
    }
    #expect(then.fits(shape))
    for run in runs {
      timeline.release(run.allocation, until: Instant(milliseconds: run.end))
    }
    #expect(timeline.earliestStart(of: shape) <= start)
  }
}
