import Cluster
import Fleet
import Policy
import Scheduling
import Testing
import Units

@Suite struct `The work that an eviction loses` {
  /// A run of 8 accelerators that starts at second 100 and restarts within 10 s.
  private func run(every cadence: Int64?, reported: Int64? = nil) -> LostWork {
    LostWork(
      started: .second(100), milliAccelerators: 8000,
      checkpoints: cadence.map { .every(.seconds($0)) } ?? .never, restart: .seconds(10),
      reported: reported.map { .second($0) })
  }

  struct Row: CustomStringConvertible {
    var cadence: Int64?
    var reported: Int64?
    var now: Int64
    /// Seconds of the gang since its last checkpoint, the restart apart.
    var since: Int64
    var description: String { "at \(now), every \(cadence ?? -1), reported \(reported ?? -1)" }
  }

  @Test(arguments: [
    Row(cadence: nil, now: 100, since: 0), Row(cadence: nil, now: 160, since: 60),
    Row(cadence: 60, now: 159, since: 59), Row(cadence: 60, now: 160, since: 0),
    Row(cadence: 60, now: 225, since: 5), Row(cadence: 0, now: 160, since: 60),
    Row(cadence: 60, reported: 130, now: 225, since: 95),
    Row(cadence: nil, reported: 220, now: 225, since: 5),
    // A report of an earlier attempt, and one from a clock that is ahead.
    Row(cadence: nil, reported: 50, now: 225, since: 125),
    Row(cadence: nil, reported: 300, now: 225, since: 0),
    // Before its start nothing is lost but the restart.
    Row(cadence: 60, now: 90, since: 0),
  ])
  func `counts from the last checkpoint, with the restart`(row: Row) {
    let loss = run(every: row.cadence, reported: row.reported).loss(at: .second(row.now))
    #expect(loss == 8 * (row.since + 10) * 1000)
  }

  @Test func `stays at the largest number there is`() {
    var run = run(every: nil)
    run.milliAccelerators = .max / 2
    #expect(run.loss(at: .second(1_000_000)) == .max)
  }

  @Test func `is the restart of its own accelerators for a member that is given up`() {
    #expect(run(every: 60).shrinkLoss(ofMember: 4) == 40_000)
  }

  @Test(arguments: zip(PreemptionRules.Choice.allCases, [[1, 2], [1, 2], [3]]))
  func `decides who goes, as the rules say`(
    rule: PreemptionRules.Choice, evicted: [UInt32]
  ) throws {
    // Two nodes of 2: job 1 and 2 hold one accelerator each of the first, 3 the second.
    let topology = try Topology.flat(nodes: 2, accelerators: 2)
    var occupancy = Occupancy(topology: topology)
    let held: [(node: UInt32, bits: UInt64, loss: Int64)] = [(0, 1, 1), (0, 2, 2), (1, 3, 9)]
    let candidates = held.enumerated().map { index, one in
      ClearingCandidate(
        job: JobID(UInt32(index + 1)),
        allocation: Allocation(
          slices: [NodeSlice(node: NodeID(one.node), accelerators: one.bits)]),
        loss: one.loss, started: .second(index == 2 ? 0 : Int64(index + 1)))
    }
    for candidate in candidates { occupancy.take(candidate.allocation) }
    let clearing = occupancy.clearing(
      for: .accelerators(2, perNode: 2), among: candidates, by: rule)
    #expect(clearing?.evicted.map(\.number) == evicted)
  }
}
