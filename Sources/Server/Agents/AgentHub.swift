import Cluster
import Codec
import Control
import Fleet
import Foundation
import Jobs
import Logging
import Policy
import Store
import Synchronization
import Units
import Wire

/// Speaks with the agents: commands to them from the machine's effects, inputs from their reports.
///
/// What runs where it folds from durable events alone, and so it does after a restart from the
/// durable state; what an agent is to do follows from that and from what the agent has. A launch
/// may be said twice: the agent's marker for each member sees to it that it happens once.
public final class AgentHub: Performer {
  /// How often an agent must be heard of, and after how long without a word it is unreachable.
  static let heartbeat = TimeSpan.seconds(10)
  static let longestSilence = TimeSpan.seconds(30)

  /// Between the polite end of a task and the one without mercy.
  static let grace = TimeSpan.seconds(10)

  /// The most commands of one answer.
  static let mostCommands = 2_000

  let controller: Controller
  let board: JobBoard
  let logger: Logger
  let table: Mutex<AgentTable>
  let names: Mutex<NodeNames>
  let questions = Mutex(OutputQuestions())

  /// Since when agents may have come.
  let started: Instant

  /// A hub that knows what runs by the durable state.
  init(_ controller: Controller, _ board: JobBoard, _ logger: Logger) {
    self.controller = controller
    self.board = board
    self.logger = logger
    let now = controller.clock.now()
    started = now
    let state = controller.store.durable.state
    names = Mutex(NodeNames(state.topology))
    var table = AgentTable(fence: state.policy.fence)
    for (id, job) in state.jobs.all {
      guard let run = job.lifecycle.run, let deadline = job.deadline else { continue }
      // Who was told to end before the restart is told again: nobody knows whether they heard.
      let isTerminating =
        job.isCancelled || deadline <= now
        || job.lifecycle.eviction.map { $0.end <= now } ?? false
        || (run.ends?.exit ?? .finished) != .finished
      table.start(
        id, AgentRun(run, until: deadline, board.card(of: id), isTerminating: isTerminating))
    }
    table.silent = Set(
      controller.isRestoring
        ? state.topology.nodes.map(\.id) : state.silence.nodes.map(\.node))
    for record in state.records.all {
      table.agents[record.node] = record.agent
      table.troubles[record.node] = record.trouble.isEmpty ? nil : record.trouble
      if record.fence != nil { table.longFences.insert(record.node) }
    }
    table.restoration = Self.restoration(of: state, isNow: controller.isRestoring, at: now)
    self.table = Mutex(table)
  }

  private static func restoration(
    of state: ClusterState, isNow: Bool, at now: Instant
  ) -> AgentTable.Restoration? {
    guard let since = isNow ? now : state.restored else { return nil }
    let until = state.strangersUntil(restoredAt: since)
    return AgentTable.Restoration(since: since, strangersUntil: until > now ? until : nil)
  }

  // MARK: Effects

  /// Gives the agents what follows from a durable entry.
  public func perform(_ aftermath: Aftermath) {
    let gates = table.withLock { table in
      aftermath.effects.flatMap { perform($0, at: aftermath.instant, &table) }
    }
    for gate in gates { gate.open() }
  }

  private func perform(
    _ effect: Effect, at now: Instant, _ table: inout AgentTable
  ) -> [Gate] {
    switch effect {
    case .append(let event): return happened(event, &table)
    case .launch(let job, let attempt, _):
      guard let run = table[job], run.attempt == attempt else { return [] }
      return launch(job, run, &table)
    case .signal(let job, let attempt):
      guard let run = table[job], run.attempt == attempt,
        let signal = run.card?.spec.task?.checkpointSignal
      else { return [] }
      return table.signal(job, run, signal.signal)
    case .resize(let job, let attempt, _, _):
      guard let run = table[job], run.attempt == attempt else { return [] }
      return resize(job, run, &table)
    case .terminate(let job, let attempt):
      guard let run = table[job], run.attempt == attempt else { return [] }
      table[job]?.terminated()
      return table.tell(run.members, terminate(job, attempt))
    case .record, .accepted, .acceptedArray, .rejected, .refused, .wake: return []
    }
  }

  private func happened(_ event: Event, _ table: inout AgentTable) -> [Gate] {
    switch event {
    case .started(let job, let attempt, let allocation, let at):
      let card = board.card(of: job)
      let limit = card?.request.timeLimit ?? timeLimit(of: job)
      let run = JobLifecycle.Run(attempt, from: at, on: allocation)
      table.start(job, AgentRun(run, until: at + limit, card))
      return []
    case .letGo(let job, let keeps, _):
      table[job]?.letGo(keeping: keeps)
      // All who are to leave may have ended before: then no agent says that they have left.
      if let run = table[job], let number = run.finishedResize {
        tell(.resized(job, run.attempt, number: number))
      }
      return []
    case .resized(let job, let allocation, _):
      table.resize(job, to: allocation)
      return []
    case .memberEnded(let job, let node, let exit, _, _):
      if exit == .lost { table[job]?.lost() }
      table.withdraw(job, on: node)
      if let run = table[job], let number = table[job]?.ended(on: node) {
        tell(.resized(job, run.attempt, number: number))
      }
      return []
    case .ended(let job, _, _), .evicted(let job, _), .lost(let job, _): return over(job, &table)
    case .noted(let nodes, let note, _):
      // Who was asked back is out of service again as soon as the agent says so again.
      if case .wanted(.inService, _) = note { for node in nodes { table.troubles[node] = nil } }
      return []
    case .policyChanged(let policy, _):
      // Agents hear of the fence in force with the next answer to their reports.
      let nodes = names.withLock { $0.topology.nodes }
      if policy.fence < table.fence { table.longFences = Set(nodes.map(\.id)) }
      table.fence = policy.fence
      return []
    case .fleetChanged(let topology, _): return fleetChanged(to: topology, &table)
    case .submitted, .heldBack, .cancelled, .cancelRequested, .promised, .promiseDropped,
      .checkpointed, .claimed, .dissolved, .conditionChanged, .agentsChanged, .restored:
      return []
    }
  }

  /// An attempt is over. Where agents did not say so themselves, one that is heard of again may
  /// have some of it, or be about to start it by what was durable when it came.
  private func over(_ job: JobID, _ table: inout AgentTable) -> [Gate] {
    guard let run = table.end(job) else { return [] }
    let forget = AgentCommand.forget(job: job.number, attempt: run.attempt.number)
    table.withdraw(job, run)
    guard run.hasLost else { return table.tell(run.members, forget) }
    let end = AgentCommand.terminate(
      job: job.number, attempt: run.attempt.number, graceMs: 0)
    return table.tell(run.members, end) + table.tell(run.members, forget)
  }

  /// Nodes that are new wait for their agents; those that were refused such nodes register anew.
  private func fleetChanged(to topology: Topology, _ table: inout AgentTable) -> [Gate] {
    let before = names.withLock { names in
      defer { names = NodeNames(topology) }
      return names.topology
    }
    for node in topology.nodes where before.knownIndex(of: node.id) == nil {
      table.silent.insert(node.id)
    }
    return table.sessions.filter(\.value.lacksNodes).keys.compactMap { table.close($0)?.gate }
  }

  private func timeLimit(of job: JobID) -> TimeSpan {
    controller.store.durable.state.jobs[job]?.request.timeLimit ?? .zero
  }

  func terminate(_ job: JobID, _ attempt: AttemptNumber) -> AgentCommand {
    .terminate(
      job: job.number, attempt: attempt.number, graceMs: Self.grace.milliseconds)
  }

  private func launch(_ job: JobID, _ run: AgentRun, _ table: inout AgentTable) -> [Gate] {
    var launches = LaunchWriter(job, run, controller.store.epoch, names.withLock { $0 }, table)
    guard let orders = launches.orders() else {
      logger.error("nobody knows what job \(job.number) is to run")
      for slice in run.allocation.slices {
        tell(.memberEnded(job, run.attempt, slice.node, .failed, code: 126))
      }
      return []
    }
    var gates: [Gate] = []
    for (name, order) in orders {
      if let gate = table.sessions[name]?.add(.launch(order), until: run.deadline) {
        gates.append(gate)
      }
    }
    return gates
  }

  private func resize(_ job: JobID, _ run: AgentRun, _ table: inout AgentTable) -> [Gate] {
    var writer = LaunchWriter(job, run, controller.store.epoch, names.withLock { $0 }, table)
    guard let nobody = writer.orderOfNobody,
      let orders = writer.orders(where: { $0.stage != .ended })
    else { return [] }
    var leaving: [String: [Int]] = [:]
    for member in run.members where member.stage == .leaving {
      guard let name = table.session[member.node] else { continue }
      leaving[name, default: []].append(member.number)
    }
    var gates: [Gate] = []
    for name in Set(orders.keys).union(leaving.keys).sorted() {
      let command = AgentCommand.resize(
        orders[name] ?? nobody, leaving: leaving[name] ?? [], signal: nil)
      if let gate = table.sessions[name]?.add(command, until: run.deadline) { gates.append(gate) }
    }
    return gates
  }

  // MARK: Inputs

  /// Tells the machine something that agents have said.
  func tell(_ input: Input) { controller.tell(Telling(input, from: "agent")) { _ in } }

  /// The jobs that are being started, and whose members are not all known to run.
  var startingJobs: Set<UInt32> {
    table.withLock { table in
      Set(table.runs.filter { $0.value.isStarting }.map(\.key.number))
    }
  }
}

extension AgentHub {
  /// Whether a job is being started: its number, or nothing.
  func startingJobs(among job: JobID) -> Set<UInt32> {
    table.withLock { $0[job]?.isStarting == true ? [job.number] : [] }
  }
}

/// Nodes by name, as one version of the fleet has them.
struct NodeNames: Sendable {
  let topology: Topology
  private let texts: [String]
  private let ids: [String: NodeID]

  init(_ topology: Topology) {
    self.topology = topology
    texts = topology.nodes.map { "\($0.name)" }
    ids = Dictionary(zip(texts, topology.nodes.map(\.id))) { $1 }
  }

  subscript(name: String) -> NodeID? { ids[name] }

  func name(of node: NodeID) -> NodeName {
    topology.nodes[topology.index(of: node)].name
  }

  /// The name as it is written.
  func text(of node: NodeID) -> String { texts[topology.index(of: node)] }
}
