import Cluster
import Codec
import Control
import Fleet
import Foundation
import Jobs
import Logging
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
    var table = AgentTable()
    for (id, job) in state.jobs.all {
      guard let run = job.lifecycle.run, let deadline = job.deadline else { continue }
      var known = AgentRun(
        run.attempt, on: run.allocation, until: deadline, board.card(of: id))
      known.ended = Set(run.ends?.nodes ?? [])
      // Who was told to end before the restart is told again: nobody knows whether they heard.
      known.isTerminating =
        job.isCancelled || deadline <= now
        || job.lifecycle.eviction.map { $0.end <= now } ?? false
        || (run.ends?.exit ?? .finished) != .finished
      table.start(id, known)
    }
    table.silent = Set(state.silence.nodes.map(\.node))
    self.table = Mutex(table)
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
      return table.tell(run.allocation) { _ in
        .signal(job: job.number, attempt: attempt.number, name: signal.signal)
      }
    case .resize(let job, let attempt, let allocation):
      guard let run = table[job], run.attempt == attempt else { return [] }
      return resize(job, run, to: allocation, &table)
    case .terminate(let job, let attempt):
      guard let run = table[job], run.attempt == attempt else { return [] }
      table[job]?.isTerminating = true
      return table.tell(run.allocation) { _ in terminate(job, attempt) }
    case .record, .accepted, .acceptedArray, .rejected, .refused, .wake: return []
    }
  }

  private func happened(_ event: Event, _ table: inout AgentTable) -> [Gate] {
    switch event {
    case .started(let job, let attempt, let allocation, let at):
      let card = board.card(of: job)
      let limit = card?.request.timeLimit ?? timeLimit(of: job)
      table.start(job, AgentRun(attempt, on: allocation, until: at + limit, card))
      return []
    case .resized(let job, let allocation, _):
      table.resize(job, to: allocation)
      return []
    case .memberEnded(let job, let node, _, _, _):
      table[job]?.ended.insert(node)
      return []
    case .lost(let job, _):
      guard let run = table.end(job) else { return [] }
      // An agent that is not heard of may still have some of them when it is heard of again.
      var silent = run.allocation
      silent.slices.removeAll { !table.silent.contains($0.node) }
      let gates = table.tell(silent) { _ in
        .terminate(job: job.number, attempt: run.attempt.number, graceMs: 0)
      }
      return gates
        + table.tell(run.allocation) { _ in
          .forget(job: job.number, attempt: run.attempt.number)
        }
    case .ended(let job, _, _), .evicted(let job, _):
      guard let run = table.end(job) else { return [] }
      return table.tell(run.allocation) { _ in
        .forget(job: job.number, attempt: run.attempt.number)
      }
    case .fleetChanged(let topology, _):
      names.withLock { $0 = NodeNames(topology) }
      return []
    case .submitted, .heldBack, .cancelled, .cancelRequested, .promised, .promiseDropped,
      .checkpointed, .claimed, .dissolved, .conditionChanged, .agentsChanged, .policyChanged:
      return []
    }
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
      if let gate = table.sessions[name]?.add(.launch(order)) { gates.append(gate) }
    }
    return gates
  }

  private func resize(
    _ job: JobID, _ run: AgentRun, to allocation: Allocation, _ table: inout AgentTable
  ) -> [Gate] {
    var next = run
    next.resize(to: allocation)
    var writer = LaunchWriter(
      job, next, controller.store.epoch, names.withLock { $0 }, table)
    guard var orders = writer.orders() else { return [] }
    // Agents that keep nobody are told so as well.
    for slice in run.allocation.slices {
      guard let name = table.session[slice.node], orders[name] == nil,
        let none = writer.orderOfNobody
      else { continue }
      orders[name] = none
    }
    table[job]?.resizing = Set(run.members)
    table[job]?.leaving = Set(run.members).subtracting(next.members)
    var gates: [Gate] = []
    for (name, order) in orders.sorted(by: { $0.key < $1.key }) {
      if let gate = table.sessions[name]?.add(.resize(order, signal: nil)) { gates.append(gate) }
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
  private let ids: [String: NodeID]

  init(_ topology: Topology) {
    self.topology = topology
    var ids: [String: NodeID] = [:]
    ids.reserveCapacity(topology.nodes.count)
    for node in topology.nodes { ids["\(node.name)"] = node.id }
    self.ids = ids
  }

  subscript(name: String) -> NodeID? { ids[name] }

  func name(of node: NodeID) -> NodeName {
    topology.nodes[topology.index(of: node)].name
  }
}
