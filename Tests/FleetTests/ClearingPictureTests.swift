import Fleet
import Testing
import Units

/// A fleet, and what the jobs in it lose if they are evicted: `["a": 5, "b": 3]`; others stay.
private func clearing(
  _ shape: GangShape, on picture: FleetPicture, losses: KeyValuePairs<Character, Int64>,
  elastic: [Character] = [], by aim: ClearingAim = .leastLoss
) throws -> (evicted: String, shrunk: String, picture: FleetPicture)? {
  let candidates = losses.enumerated().map { index, job in
    ClearingCandidate(
      job: JobID(UInt32(index + 1)), allocation: picture.allocation(of: job.key), loss: job.value,
      started: Instant(milliseconds: Int64(index)), sparable: elastic.contains(job.key) ? 1 : 0,
      shrinkLoss: 1)
  }
  let result = try picture.occupancy().clearing(for: shape, among: candidates, by: aim)
  return result.map { result in
    let names = losses.map(\.key)
    func text(_ jobs: [JobID]) -> String { String(jobs.map { names[Int($0.number) - 1] }) }
    return (
      text(result.evicted), text(result.shrunk.map(\.job)), picture.drawing("X", result.allocation)
    )
  }
}

@Suite struct `Who goes for a gang` {
  private let twoLeaves: FleetPicture = """
    l0: n0[aaaa] n1[bbbb] n2[cccc]
    l1: n3[dddd] n4[dddd] n5[....]
    """

  @Test func `is nobody where it fits`() throws {
    let result = try clearing(
      .accelerators(4, perNode: 4), on: twoLeaves, losses: ["a": 1, "d": 1])
    #expect(result?.evicted == "")
    #expect(result?.picture.description.contains("n5[XXXX]") == true)
  }

  @Test func `is chosen with the leaf that it frees`() throws {
    let shape = GangShape.accelerators(8, perNode: 4).with(.within(.leaf))
    let result = try clearing(
      shape, on: twoLeaves, losses: ["a": 3, "b": 3, "c": 3, "d": 5])
    #expect(result?.evicted == "d")
    #expect(
      result?.picture == """
        l0: n0[aaaa] n1[bbbb] n2[cccc]
        l1: n3[XXXX] n4[XXXX] n5[....]
        """)
    let cheaper = try clearing(
      shape, on: twoLeaves, losses: ["a": 3, "b": 1, "c": 2, "d": 5])
    #expect(cheaper?.evicted == "bc")
  }

  @Test func `counts what it loses elsewhere`() throws {
    let spread: FleetPicture = """
      l0: n0[aaaa] n1[bbbb]
      l1: n2[aaaa] n3[aaaa]
      """
    let result = try clearing(
      .accelerators(4, perNode: 4), on: spread, losses: ["a": 12, "b": 5])
    #expect(result?.evicted == "b")
    let fewest = try clearing(
      GangShape.accelerators(8, perNode: 4), on: spread, losses: ["a": 12, "b": 5],
      by: .fewestVictims)
    #expect(fewest?.evicted == "a")
  }

  @Test func `gives up a member before anybody is killed`() throws {
    let result = try clearing(
      .accelerators(4, perNode: 4), on: "l0: n0[aaaa] n1[aaaa] n2[bbbb]",
      losses: ["a": 9, "b": 1], elastic: ["a"])
    #expect(result?.evicted == "")
    #expect(result?.shrunk == "a")
  }

  @Test func `is the youngest who is in the way, by youth`() throws {
    let result = try clearing(
      GangShape.accelerators(8, perNode: 4).with(.within(.leaf)), on: twoLeaves,
      losses: ["d": 1, "a": 1, "b": 9, "c": 9], by: .youngestFirst)
    #expect(result?.evicted == "bc")
  }

  @Test func `is nobody where all together are too few`() throws {
    let shape = GangShape.accelerators(12, perNode: 4).with(.within(.leaf))
    let none = try clearing(shape, on: twoLeaves, losses: ["a": 1, "b": 1])
    #expect(none == nil)
  }

  @Test func `frees the closer of two places that cost the same`() throws {
    let even: FleetPicture = """
      p0/l0: n0[aaaa] n1[cccc]
      p0/l1: n2[dddd] n3[eeee]
      p1/l2: n4[ffff] n5[gggg]
      """
    let shape = GangShape.accelerators(8, perNode: 4).with(.within(.pod))
    let result = try clearing(
      shape, on: even, losses: ["a": 2, "c": 9, "d": 2, "e": 9, "f": 3, "g": 1])
    #expect(result?.evicted == "fg")
  }

  @Test func `frees any place once the longest wait for a close one is over`() throws {
    let losses: [(Character, Int64)] = [("a", 3), ("b", 9), ("c", 9), ("d", 13)]
    let candidates = losses.enumerated().map { index, job in
      ClearingCandidate(
        job: JobID(UInt32(index + 1)), allocation: twoLeaves.allocation(of: job.0), loss: job.1,
        started: Instant(milliseconds: 0))
    }
    var closeness = Closeness()
    closeness.preferred = .leaf
    closeness.longestWait = .seconds(60)
    let shape = GangShape.accelerators(8, perNode: 4).with(closeness)
    let occupancy = try twoLeaves.occupancy()
    for (wait, evicted) in [(Int64(0), [UInt32(1), 2]), (60, [1])] {
      let clearing = occupancy.clearing(
        for: shape, among: candidates, by: .leastLoss, afterWaiting: .seconds(wait))
      #expect(clearing?.evicted.map(\.number) == evicted)
    }
  }

  @Test func `holds any part of a shared accelerator that is needed`() throws {
    var builder = TopologyBuilder(name: "shared")
    var type = NodeType(name: "t", accelerators: 2)
    type.sharing = .fractions
    try builder.addNodes([NodeName("n0"), NodeName("n1")], type: type)
    var occupancy = Occupancy(topology: try builder.build())
    var candidates: [ClearingCandidate] = []
    let half = GangShape(members: 1, member: MemberShape(accelerators: 1, share: .milli(500)))
    for job in 1...8 {
      let allocation = try #require(occupancy.placement(of: half))
      occupancy.take(allocation)
      candidates.append(
        ClearingCandidate(
          job: JobID(UInt32(job)), allocation: allocation, loss: Int64(10 * job),
          started: Instant(milliseconds: 0)))
    }
    let whole = occupancy.clearing(
      for: .accelerators(1, perNode: 2), among: candidates, by: .leastLoss)
    #expect(whole?.evicted == [JobID(1), JobID(2)])
    let part = occupancy.clearing(for: half, among: candidates.reversed(), by: .leastLoss)
    #expect(part?.evicted == [JobID(1)])
  }

  @Test func `frees the model that costs least, and of named ones only those`() throws {
    var builder = TopologyBuilder(name: "models")
    for (index, model) in ["old", "new"].enumerated() {
      let type = NodeType(name: model, acceleratorModel: model, accelerators: 2)
      try builder.addNodes([NodeName("n\(index)a"), NodeName("n\(index)b")], type: type)
    }
    var occupancy = Occupancy(topology: try builder.build())
    let candidates = [7, 7, 4, 4].enumerated().map { index, loss in
      ClearingCandidate(
        job: JobID(UInt32(index + 1)),
        allocation: Allocation(
          slices: [NodeSlice(node: NodeID(UInt32(index)), accelerators: 0b11)]),
        loss: Int64(loss), started: Instant(milliseconds: 0))
    }
    for candidate in candidates { occupancy.take(candidate.allocation) }
    let any = occupancy.clearing(
      for: .accelerators(4, perNode: 2), among: candidates, by: .leastLoss)
    #expect(any?.evicted == [JobID(3), JobID(4)])
    let old = GangShape.accelerators(4, perNode: 2).with(Eligibility(models: ["old"]))
    let named = occupancy.clearing(for: old, among: candidates, by: .leastLoss)
    #expect(named?.evicted == [JobID(1), JobID(2)])
  }
}
