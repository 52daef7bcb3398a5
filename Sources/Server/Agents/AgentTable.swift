import Cluster
import Fleet
import Jobs
import Units
import Wire

/// A running attempt as its agents see it.
struct AgentRun: Sendable {
  /// Which try.
  let attempt: AttemptNumber
  /// What it holds.
  var allocation: Allocation
  /// The number of each slice's member: its place in the gang, which stays when the gang shrinks.
  var members: [Int]
  /// When its time limit is over.
  let deadline: Instant
  /// What runs, and for whom; nil where nobody knows.
  let card: SubmissionCard?
  /// The nodes whose agents have said that their member runs.
  var started: Set<NodeID> = []
  /// The nodes whose member has ended.
  var ended: Set<NodeID> = []
  /// Whether its members were told to end.
  var isTerminating = false
  /// The members that have not said yet that the gang is as large there as it was told to be, and
  /// those among them that were told to go.
  var resizing: Set<Int> = []
  var leaving: Set<Int> = []

  init(
    _ attempt: AttemptNumber, on allocation: Allocation, until deadline: Instant,
    _ card: SubmissionCard?
  ) {
    self.attempt = attempt
    self.allocation = allocation
    self.deadline = deadline
    self.card = card
    members = Array(allocation.slices.indices)
  }

  /// Whether not all of its members are known to run.
  var isStarting: Bool {
    guard started.count < members.count else { return false }
    return allocation.slices.contains { !started.contains($0.node) && !ended.contains($0.node) }
  }

  /// The number of the member on a node; nil: it has none there.
  func member(on node: NodeID) -> Int? {
    allocation.slices.firstIndex { $0.node == node }.map { members[$0] }
  }

  /// The slice of a member; where the gang has never changed its size, they have the same number.
  func slice(of member: Int) -> Int? {
    if members.indices.contains(member), members[member] == member { return member }
    return members.firstIndex(of: member)
  }

  /// It holds other accelerators: members keep their numbers, and new ones get the next.
  mutating func resize(to next: Allocation) {
    var known: [NodeID: Int] = [:]
    for (slice, member) in zip(allocation.slices, members) { known[slice.node] = member }
    var number = (members.max() ?? -1) + 1
    members = next.slices.map { slice in
      if let member = known[slice.node] { return member }
      defer { number += 1 }
      return number
    }
    allocation = next
  }
}

/// All that one agent's process and the controller say to each other between two registrations.
struct SessionState: Sendable {
  /// What the agent's process is called.
  let agent: String
  /// Its nodes.
  var nodes: Set<NodeID>
  /// Commands that it has not acknowledged, the first of them with this number.
  var commands: [AgentCommand] = []
  var first: UInt64 = 1
  /// The last of its reports that was taken in.
  var received: UInt64 = 0
  /// The first number of its last batch: all before it are acknowledged, and never come again.
  var oldest: UInt64 = 1
  /// When it was heard of last.
  var heard: Instant
  /// Who waits for its next command.
  var gate: Gate?

  init(agent: String, nodes: Set<NodeID>, heard: Instant) {
    self.agent = agent
    self.nodes = nodes
    self.heard = heard
  }

  /// Puts a command behind the others; returns who waits for one.
  mutating func add(_ command: AgentCommand) -> Gate? {
    commands.append(command)
    defer { gate = nil }
    return gate
  }

  /// The commands behind a number, which is hereby acknowledged.
  mutating func commands(after number: UInt64, most: Int) -> CommandBatch {
    if number >= first {
      let done = Int(min(number - first + 1, UInt64(commands.count)))
      commands.removeFirst(done)
      first += UInt64(done)
    }
    return CommandBatch(first: first, commands: Array(commands.prefix(most)))
  }
}

/// What the hub knows: running attempts by job and node, and sessions by name and node.
struct AgentTable: Sendable {
  private(set) var runs: [JobID: AgentRun] = [:]
  private var jobs: [NodeID: Set<JobID>] = [:]
  var sessions: [String: SessionState] = [:]
  var session: [NodeID: String] = [:]
  var addresses: [NodeID: String] = [:]
  /// The nodes that the machine was told nobody hears of.
  var silent: Set<NodeID> = []
  /// The nodes that are out of service because their agents said that they are not well.
  var unwell: Set<NodeID> = []
  /// Why nodes are out of service, as whoever took them out has said.
  var reasons: [NodeID: String] = [:]
  var sessionCount: UInt64 = 0
  /// Whether the daemon is about to stop: nobody waits any more.
  var isStopping = false

  subscript(job: JobID) -> AgentRun? {
    _read { yield runs[job] }
    _modify { yield &runs[job] }
  }

  /// The jobs with a member on a node.
  func jobs(on node: NodeID) -> Set<JobID> { jobs[node] ?? [] }

  mutating func start(_ job: JobID, _ run: AgentRun) {
    runs[job] = run
    for slice in run.allocation.slices { jobs[slice.node, default: []].insert(job) }
  }

  @discardableResult
  mutating func end(_ job: JobID) -> AgentRun? {
    guard let run = runs.removeValue(forKey: job) else { return nil }
    for slice in run.allocation.slices { leave(job, slice.node) }
    return run
  }

  mutating func resize(_ job: JobID, to allocation: Allocation) {
    guard let before = runs[job] else { return }
    for slice in before.allocation.slices { leave(job, slice.node) }
    runs[job]?.resize(to: allocation)
    for slice in allocation.slices { jobs[slice.node, default: []].insert(job) }
  }

  private mutating func leave(_ job: JobID, _ node: NodeID) {
    jobs[node]?.remove(job)
    if jobs[node]?.isEmpty == true { jobs[node] = nil }
  }

  /// Gives a command to each session that has a member of an allocation; returns who waits.
  mutating func tell(
    _ allocation: Allocation, _ command: (String) -> AgentCommand?
  ) -> [Gate] {
    var gates: [Gate] = []
    var names: Set<String> = []
    for slice in allocation.slices {
      guard let name = session[slice.node], names.insert(name).inserted,
        let command = command(name)
      else { continue }
      if let gate = sessions[name]?.add(command) { gates.append(gate) }
    }
    return gates
  }
}
