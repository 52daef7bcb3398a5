import Accounts
import Cluster
import Codec
import Control
import Fleet
import Jobs
import Policy
import PolicyFiles
import Testing
import Units

/// A journal as a daemon writes it: inputs, with files as somebody wrote them, and their events.
private struct FileJournal {
  private(set) var entries: [[UInt8]] = []
  private(set) var machine: ControlMachine
  private(set) var refusals: [String] = []

  static func policy(_ bytes: [UInt8]) throws -> ClusterPolicy {
    try PolicyFile.decode(String(decoding: bytes, as: UTF8.self), file: "policy.yaml")
  }

  static func fleet(_ bytes: [UInt8]) throws -> Topology {
    try FleetFile.decode(String(decoding: bytes, as: UTF8.self), file: "fleet.yaml")
  }

  init(fleet: String, policy: String) throws {
    machine = ControlMachine(
      topology: try Self.fleet(Array(fleet.utf8)), policy: try Self.policy(Array(policy.utf8)))
  }

  mutating func take(_ input: JournalInput, at second: Int64) throws {
    let now = Instant(milliseconds: second * 1000)
    guard let told = try input.input(readingPolicy: Self.policy, fleet: Self.fleet) else { return }
    var effects: [Effect] = []
    machine.handle(told, at: now, into: &effects)
    machine.state.checkInvariants()
    let draft = JournalEntry.Draft(
      at: now, from: "root", input, events: effects.events, lastPlan: machine.lastPlan)
    entries.append(
      JournalEntry(sequence: UInt64(entries.count) + 2, epoch: 1, draft).encoded)
    refusals += effects.compactMap { if case .refused(let why) = $0 { why.code } else { nil } }
  }
}

extension [Effect] {
  fileprivate var events: [Event] {
    compactMap { if case .append(let event) = $0 { event } else { nil } }
  }
}

@Suite struct `A journal with files of policies and fleets` {
  private static let fleet = """
    fleet: two
    node-types:
      t: {model: h200, accelerators: 4}
    type: t
    nodes: n[0-1]
    """

  private static let grown = """
    fleet: three
    node-types:
      new: {model: gb200, accelerators: 4}
      t: {model: h200, accelerators: 4}
    leaves:
      - {name: l0, type: new, nodes: "m[0-1]"}
      - {name: l1, type: t, nodes: "n[0-1]"}
    """

  private static let policy = """
    policy: first
    order: fair-share
    backfill: reserving
    accounts:
      name: all
      users: {ada: {}, bob: {}}
    modes:
      day: {}
      night: {longest-time: 1 h}
    """

  private static let next = """
    policy: second
    order: fair-share
    backfill: reserving
    half-life: 1 d
    accounts:
      name: all
      users: {zoe: {}, bob: {}, ada: {}}
    modes:
      night: {longest-time: 2 h}
      day: {largest-job: 4}
    """

  private func request(_ nodes: Int, as account: UInt16, mode: UInt8 = 0) -> JournalInput {
    var request = JobRequest(
      shape: GangShape(members: nodes, member: MemberShape(accelerators: 4)),
      timeLimit: .seconds(600))
    request.account = AccountID(account)
    request.mode = ModeID(mode)
    return .told(.submit(request))
  }

  private func journal() throws -> FileJournal {
    var journal = try FileJournal(fleet: Self.fleet, policy: Self.policy)
    try journal.take(request(2, as: 1), at: 0)
    try journal.take(request(2, as: 2), at: 1)
    try journal.take(request(1, as: 2, mode: 1), at: 2)
    try journal.take(.policyFile(Array(Self.next.utf8)), at: 10)
    try journal.take(.fleetFile(Array(Self.grown.utf8)), at: 20)
    try journal.take(request(1, as: 3), at: 25)
    try journal.take(.fleetFile(Array(Self.fleet.utf8)), at: 30)
    try journal.take(.told(.tasksGone(JobID(1), AttemptNumber(1), .finished)), at: 40)
    try journal.take(.policyFile(Array(Self.policy.utf8)), at: 50)
    return journal
  }

  @Test func `says what became of jobs, accounts and nodes`() throws {
    let journal = try journal()
    let machine = journal.machine
    let names = machine.policy.accounts.accounts.map(\.name)
    #expect(names == ["all", "ada", "bob", "zoe"])
    #expect(machine.policy.modes.map(\.name) == ["day", "night"])
    #expect(machine.state.holdings.book.models == ["h200", "gb200"])
    // New nodes are in use when they are to go, and zoe's job runs when she is.
    #expect(journal.refusals == ["node-in-use", "account-in-use"])
    #expect(machine.state.topology.nodes.map(\.id.number) == [2, 3, 0, 1])
    #expect(machine.state.jobs.count == 3)
  }

  @Test func `gives a fresh machine the events that stand beside the inputs`() throws {
    let journal = try journal()
    let first = try FileJournal(fleet: Self.fleet, policy: Self.policy).machine
    var (machine, folded) = (first, first.state)
    for bytes in journal.entries {
      let draft = try JournalEntry(decoding: bytes).draft
      let input = try #require(
        try draft.input.input(readingPolicy: FileJournal.policy, fleet: FileJournal.fleet))
      var effects: [Effect] = []
      machine.handle(input, at: draft.instant, into: &effects)
      #expect(effects.events == draft.events)
      for event in draft.events { folded.apply(event) }
    }
    let states = [journal.machine.state, machine.state, folded].map {
      Snapshot(after: 0, at: EveryEntry.now, lastPlan: nil, $0).encoded
    }
    #expect(states[0] == states[1] && states[0] == states[2])
  }
}
