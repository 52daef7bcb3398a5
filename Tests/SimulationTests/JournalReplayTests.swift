import Accounts
import Cluster
import Codec
import Control
import Fleet
import Jobs
import Policy
import PolicyFiles
import Scheduling
import Simulation
import Testing
import Units

/// Keeps what a daemon would write down of a cluster that lives.
private struct JournalWriter: ReplayObserver {
  private(set) var entries: [JournalEntry]
  private var input: Input?
  private var events: [Event] = []

  init(fleet: String, policy: String) {
    let opening = JournalEntry.Draft(
      at: Instant(milliseconds: 0),
      .opened(fleet: Array(fleet.utf8), policy: Array(policy.utf8)))
    entries = [JournalEntry(sequence: 1, epoch: 1, opening)]
  }

  mutating func received(_ input: Input, at now: Instant) {
    self.input = input
    events = []
  }

  mutating func performed(_ effect: Effect, at now: Instant) {
    if case .append(let event) = effect { events.append(event) }
  }

  mutating func settled(_ machine: ControlMachine, at now: Instant) {
    guard let input else { return }
    entries.append(
      JournalEntry(
        sequence: UInt64(entries.count) + 1, epoch: 1,
        JournalEntry.Draft(at: now, .told(input), events: events)))
  }
}

@Suite struct `A journal that is replayed` {
  private static let fleet = """
    fleet: eight
    node-types:
      h100x8: {model: h100, accelerators: 8, cores: 96, memory: 2 TiB}
    type: h100x8
    leaves:
      - {names: "l[0-1]", nodes: "{leaf}n[0-3]"}
    """

  private static let policy = """
    policy: two-members
    order: fair-share
    backfill: reserving
    reservations: 4
    accounts:
      name: both
      members:
        east: {entitlement: 60 %}
        west: {entitlement: 40 %}
    """

  /// Jobs of two members, from a seed.
  private static func jobs(_ seed: UInt64, _ policy: ClusterPolicy) -> [SimulatedJob] {
    var random = SeededGenerator(seed: seed)
    var now: Int64 = 0
    return (0..<120).map { _ in
      now += Int64(random.below(120)) * 1000
      let accelerators = [1, 2, 4, 8, 16, 32][random.below(6)]
      let limit = Int64(random.below(5000)) + 60
      var request = JobRequest(
        shape: .accelerators(accelerators, perNode: 8), timeLimit: .seconds(limit))
      request.account = policy.accounts.children[0][random.below(2)]
      return SimulatedJob(
        submitted: Instant(milliseconds: now), request: request,
        runTime: .seconds(Int64(random.below(Int(limit)))))
    }
  }

  private static func journal(_ seed: UInt64) throws -> [JournalEntry] {
    let topology = try FleetFile.decode(fleet, file: "fleet")
    let policy = try PolicyFile.decode(policy, file: "policy")
    var journal = JournalWriter(fleet: fleet, policy: self.policy)
    var cluster = VirtualCluster(topology: topology, policy: policy)
    cluster.run(jobs(seed, policy), observer: &journal)
    return journal.entries
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `leads to the same events`(seed: UInt64) throws {
    let entries = try Self.journal(seed)
    var replay = try JournalReplay(opening: entries[0])
    for entry in entries.dropFirst() { try replay.take(entry) }
    #expect(replay.entries == entries.count)
    #expect(replay.events == entries.reduce(0) { $0 + $1.draft.events.count })
  }

  @Test func `passes over tokens, which the machine knows nothing of`() throws {
    var entries = try Self.journal(1)
    let draft = JournalEntry.Draft(at: entries[5].draft.instant, .tokens(.revoked(["5f"])))
    entries.insert(JournalEntry(sequence: 7, epoch: 1, draft), at: 6)
    var replay = try JournalReplay(opening: entries[0])
    for entry in entries.dropFirst() { try replay.take(entry) }
    #expect(replay.entries == entries.count)
  }

  /// Each a constant of the planner that is another.
  @Test(arguments: ["reservations", "half-life", "backfill"])
  func `differs when one constant of the planner does`(constant: String) throws {
    let change: @Sendable (inout ClusterPolicy) -> Void = { policy in
      switch constant {
      case "reservations": policy.reservations = 0
      case "half-life": policy.halfLife = .seconds(60)
      default: policy.backfill = .easy
      }
    }
    let differs = try (0..<20 as Range<UInt64>).contains { seed in
      let entries = try Self.journal(seed)
      var replay = try JournalReplay(opening: entries[0], change: change)
      do throws(JournalReplay.Fault) {
        for entry in entries.dropFirst() { try replay.take(entry) }
        return false
      } catch {
        guard case .difference(let difference) = error else { return false }
        return difference.events != difference.entry.draft.events
      }
    }
    #expect(differs)
  }

  @Test func `says which event of which entry was changed`() throws {
    var entries = try Self.journal(1)
    let index = try #require(entries.lastIndex { $0.draft.events.count > 1 })
    entries[index].draft.events.swapAt(0, 1)
    var replay = try JournalReplay(opening: entries[0])
    let found = #expect(throws: JournalReplay.Fault.self) {
      for entry in entries.dropFirst() { try replay.take(entry) }
    }
    guard case .difference(let difference) = found else {
      Issue.record("no difference")
      return
    }
    #expect(difference.entry.sequence == UInt64(index) + 1)
    #expect(difference.place == 0)
  }

  @Test func `must begin where it was opened`() throws {
    let entries = try Self.journal(1)
    #expect(throws: JournalReplay.Fault.self) { try JournalReplay(opening: entries[1]) }
  }
}

@Suite struct `The decision log of a daemon` {
  private static func decisions() throws -> [Decision] {
    [1, 2, 3].map { .hold(JobID($0), jobs: 1, .heldBack) }
  }

  /// What a daemon writes of some entries, each with a decision; the second controller begins
  /// behind the third.
  private static func log(_ entries: [UInt64]) throws -> [UInt8] {
    var text = Array((DecisionLine.legend + "# controller 1\n").utf8)
    let topology = try Topology.flat(nodes: 1, accelerators: 1)
    for entry in entries {
      if entry == 4 { text += "# controller 2\n".utf8 }
      text += "# entry \(entry)\n".utf8
      for decision in try decisions() {
        DecisionLine.write(
          decision, at: Instant(milliseconds: Int64(entry)), topology, into: &text)
      }
    }
    return text
  }

  /// Compares a log with five entries, of which the first three are the first controller's.
  private func compare(
    _ log: [UInt8], at shift: Int64 = 0
  ) throws -> DecisionComparison {
    var comparison = try DecisionComparison(log: log)
    let topology = try Topology.flat(nodes: 1, accelerators: 1)
    for entry in 1...5 as ClosedRange<UInt64> {
      try comparison.take(
        Self.decisions(), ofEntry: entry, epoch: entry < 4 ? 1 : 2,
        at: Instant(milliseconds: Int64(entry) + shift), topology)
    }
    try comparison.finish()
    return comparison
  }

  @Test func `is compared line by line`() throws {
    let comparison = try compare(Self.log([1, 2, 3, 4, 5]))
    #expect(comparison.lines == 15 && comparison.missing == 0)
    let fault = #expect(throws: DecisionComparison.Fault.self) {
      try compare(Self.log([1, 2, 3, 4, 5]), at: 1)
    }
    guard case .differs(entry: 1, _, _) = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
  }

  @Test func `may end early with each controller, and nowhere else`() throws {
    #expect(try compare(Self.log([1, 2, 4])).missing == 2)
    #expect(throws: DecisionComparison.Fault.missing(entry: 2)) {
      try compare(Self.log([1, 3, 4]))
    }
    #expect(throws: DecisionComparison.Fault.surplus(entry: 6)) {
      try compare(Self.log([1, 2, 3, 4, 5, 6]))
    }
    #expect(throws: DecisionComparison.Fault.homeless(line: "x")) { try compare(Array("x".utf8)) }
  }
}
