import Cluster
import Fleet
import Jobs
import Units
import Wire

/// What the hub knows: running attempts by job and node, and sessions by name and node.
struct AgentTable: Sendable {
  private(set) var runs: [JobID: AgentRun] = [:]
  private var jobs = NodeTable<[JobID]>([])
  var sessions: [String: SessionState] = [:]
  var session = NodeTable<String?>(nil)
  var addresses: [NodeID: String] = [:]
  /// The nodes that the machine was told nobody hears of.
  var silent: Set<NodeID> = []
  /// What the machine was told of nodes: who speaks for them, and what is wrong with them.
  var agents: [NodeID: UInt64] = [:]
  var troubles: [NodeID: String] = [:]
  /// After how long without a controller agents are to end their tasks.
  var fence: TimeSpan
  /// The nodes whose agents may still keep to a longer fence than the one in force.
  var longFences: Set<NodeID> = []
  /// The last session of each agent; it may be over.
  private var lastSessions: [UInt64: String] = [:]
  /// Signals to tasks on nodes that are in no session: their agents are told when they come.
  private var missedSignals: [NodeID: [AgentCommand]] = [:]
  /// After a restoration, what began before it, and until when all agents are waited for.
  var restoration: Restoration?
  var sessionCount: UInt64 = 0
  /// Whether the daemon is about to stop: nobody waits any more.
  var isStopping = false

  /// The journal was put back from an old copy.
  struct Restoration: Sendable {
    /// When.
    var since: Instant
    /// Until when something may run of which nobody here knows; nil: nothing does any more.
    var strangersUntil: Instant?
  }

  init(fence: TimeSpan) { self.fence = fence }

  subscript(job: JobID) -> AgentRun? {
    _read { yield runs[job] }
    _modify { yield &runs[job] }
  }

  /// The jobs with a member on a node.
  func jobs(on node: NodeID) -> [JobID] { jobs[node] }

  mutating func start(_ job: JobID, _ run: AgentRun) {
    runs[job] = run
    for member in run.members { come(job, member.node) }
  }

  mutating func end(_ job: JobID) -> AgentRun? {
    guard let run = runs.removeValue(forKey: job) else { return nil }
    for member in run.members { leave(job, member.node) }
    return run
  }

  mutating func resize(_ job: JobID, to allocation: Allocation) {
    guard let before = runs[job] else { return }
    for member in before.members { leave(job, member.node) }
    runs[job]?.resized(to: allocation)
    for slice in allocation.slices { come(job, slice.node) }
  }

  private mutating func leave(_ job: JobID, _ node: NodeID) {
    guard let place = jobs[node].firstIndex(of: job) else { return }
    jobs[node].remove(at: place)
  }

  private mutating func come(_ job: JobID, _ node: NodeID) {
    guard !jobs[node].contains(job) else { return }
    jobs[node].append(job)
  }

  // MARK: Commands

  /// Gives a command to each session that has one of some members; returns who waits.
  mutating func tell(_ members: [AgentRun.Member], _ command: AgentCommand) -> [Gate] {
    var gates: [Gate] = []
    var names: Set<String> = []
    var last: String?
    for member in members {
      guard let name = session[member.node], name != last else { continue }
      last = name
      guard names.insert(name).inserted else { continue }
      if let gate = sessions[name]?.add(command) { gates.append(gate) }
    }
    return gates
  }

  /// Takes back the launches of an attempt that no agent was told yet.
  mutating func withdraw(_ job: JobID, _ run: AgentRun) {
    for name in Set(run.members.compactMap { session[$0.node] }) {
      sessions[name]?.withdraw(job.number, attempt: run.attempt.number)
    }
  }

  /// Takes back the launch of a member that has ended, perhaps by the fence: its agent may just
  /// have come, and be about to start it.
  mutating func withdraw(_ job: JobID, on node: NodeID) {
    guard let run = runs[job], let member = run.member(on: node), let name = session[node],
      member.stage == .starting || member.stage == .leaving
    else { return }
    sessions[name]?.withdraw(
      member: member.number, of: job.number, attempt: run.attempt.number)
  }

  /// Has a signal sent to all tasks of a run, now or when their agent comes.
  mutating func signal(_ job: JobID, _ run: AgentRun, _ name: String) -> [Gate] {
    let command = AgentCommand.signal(
      job: job.number, attempt: run.attempt.number, name: name)
    for member in run.members where session[member.node] == nil {
      missedSignals[member.node, default: []].append(command)
    }
    return tell(run.members, command)
  }

  /// Ends a session: none of its nodes is in it any more; nil: there is no such session.
  mutating func close(_ name: String) -> SessionState? {
    guard let session = sessions.removeValue(forKey: name) else { return nil }
    for node in session.nodes where self.session[node] == name { self.session[node] = nil }
    return session
  }

  /// Puts a session in the place of the one that its agent had; signals that it had not taken go
  /// with it.
  ///
  /// - Parameter closingLast: whether that one is over in any case; else it goes on with the nodes
  ///   that the new one has not, if there are any.
  /// - Returns: who waited in that.
  mutating func open(
    _ name: String, _ new: SessionState, closingLast: Bool
  ) -> [Gate] {
    var gates: [Gate] = []
    var next = new
    let last = lastSessions.updateValue(name, forKey: new.instance)
    if let last, let session = sessions[last] {
      if closingLast || session.nodes.isSubset(of: new.nodes) {
        _ = close(last)
        if let gate = session.gate { gates.append(gate) }
      }
      for signal in session.signals { _ = next.add(signal) }
    }
    for node in new.nodes {
      if let old = session[node] { sessions[old]?.nodes.remove(node) }
      session[node] = name
      for signal in missedSignals.removeValue(forKey: node) ?? [] where !next.holds(signal) {
        _ = next.add(signal)
      }
    }
    sessions[name] = next
    return gates
  }
}
