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
public import Wire

/// Agents come, go, and are adopted after a restart of either side.
extension AgentHub {
  /// An agent has come: it gets a session, and commands by what it has and what it should have.
  ///
  /// It is answered once the machine's hearing of it is durable.
  ///
  /// - Throws: `Refusal` where it speaks another version, or may not speak for its nodes.
  public func register(
    _ agent: AgentRegistration, by caller: Caller
  ) async throws(Refusal) -> AgentSession {
    guard agent.version == AgentRegistration.version else {
      throw Refusal(
        "other-version", "the agent speaks version \(agent.version) of the protocol",
        where: "version", fix: "install the version of Muster that the daemon has")
    }
    let state = controller.store.durable.state
    let speak = Permissions.Deed.speak(forNodes: agent.nodes.map(\.name))
    if let refusal = Permissions.refusal(of: speak, by: caller, in: state.policy.accounts) {
      throw refusal
    }
    let names = names.withLock { names in
      if names.topology !== state.topology { names = NodeNames(state.topology) }
      return names
    }
    var refused: [Refusal] = []
    var nodes: [(id: NodeID, address: String)] = []
    for node in agent.nodes {
      do throws(Refusal) {
        nodes.append((try check(node, names), node.address))
      } catch { refused.append(error) }
    }
    let (session, gates) = open(agent, nodes)
    for gate in gates { gate.open() }
    logger.info(
      "agent \(agent.name) registered",
      metadata: [
        "nodes": "\(nodes.count)", "refused": "\(refused.count)", "session": "\(session)",
        "members": "\(agent.members.count)",
      ])
    try await settle()
    return AgentSession(
      session: session, epoch: controller.store.epoch,
      heartbeatMs: Self.heartbeat.milliseconds, fenceMs: state.policy.fence.milliseconds,
      refused: refused)
  }

  /// Whether a node is the one that the fleet file says.
  private func check(
    _ node: AgentRegistration.Node, _ names: NodeNames
  ) throws(Refusal) -> NodeID {
    guard let id = names[node.name] else {
      throw Refusal(
        "no-such-node", "the fleet has no node '\(node.name)'", where: node.name,
        fix: "start the agent with --name and a name of the fleet file, or add the node to it")
    }
    let type = names.topology.type(of: names.topology.index(of: id))
    guard node.accelerators >= type.accelerators else {
      throw Refusal(
        "other-node",
        "'\(node.name)' has \(node.accelerators) accelerators, and the fleet file says "
          + "\(type.accelerators)", where: node.name,
        fix: "mend the node, or the fleet file")
    }
    if let model = node.model, type.accelerators > 0, model != type.acceleratorModel {
      throw Refusal(
        "other-node",
        "'\(node.name)' has accelerators of model '\(model)', and the fleet file says "
          + "'\(type.acceleratorModel)'", where: node.name, fix: "mend the fleet file")
    }
    return id
  }

  /// Makes the session; says what the agent is to do, and who waited in sessions that are over.
  private func open(
    _ agent: AgentRegistration, _ nodes: [(id: NodeID, address: String)]
  ) -> (session: String, gates: [Gate]) {
    let now = controller.clock.now()
    return table.withLock { table in
      var gates: [Gate] = []
      table.sessionCount += 1
      let name = "\(controller.store.epoch)-\(table.sessionCount)"
      for (old, session) in table.sessions where session.agent == agent.name {
        table.sessions[old] = nil
        for node in session.nodes where table.session[node] == old { table.session[node] = nil }
        if let gate = session.gate { gates.append(gate) }
      }
      for (id, address) in nodes {
        if let old = table.session[id] { table.sessions[old]?.nodes.remove(id) }
        table.session[id] = name
        table.addresses[id] = address
      }
      table.sessions[name] = SessionState(
        agent: agent.name, nodes: Set(nodes.map(\.id)), heard: now)
      let back = nodes.map(\.id).filter { table.silent.remove($0) != nil }
      if !back.isEmpty { tell(.agentsChanged(back.sorted(), isHeardOf: true)) }
      reconcile(agent.members, nodes.map(\.id), name, &table)
      return (name, gates)
    }
  }

  // MARK: Adoption

  /// What an agent has, against what it should have.
  ///
  /// | the agent has the member | the machine thinks that it runs | then |
  /// |---|---|---|
  /// | yes | yes | it is adopted; told to end if it was to end |
  /// | yes | no | it is told to end: it is of an attempt that is over |
  /// | no | yes, and it was seen running | it is lost |
  /// | no | yes, but it was to end | it has ended |
  /// | no | yes | it is launched, again perhaps: the agent's marker makes it happen once |
  private func reconcile(
    _ members: [MemberName], _ nodes: [NodeID], _ session: String, _ table: inout AgentTable
  ) {
    let here = Set(members)
    for name in members.sorted(by: { ($0.job, $0.attempt) < ($1.job, $1.attempt) }) {
      let job = JobID(name.job)
      guard table[job]?.attempt.number != name.attempt else { continue }
      let end = terminate(job, AttemptNumber(name.attempt))
      guard table.sessions[session]?.commands.last != end else { continue }
      _ = table.sessions[session]?.add(end)
    }
    var missing: [JobID: Set<NodeID>] = [:]
    var ending: Set<JobID> = []
    for node in nodes {
      for job in table.jobs(on: node) {
        guard let run = table[job], !run.ended.contains(node),
          let member = run.member(on: node)
        else { continue }
        let name = MemberName(job: job.number, attempt: run.attempt.number, member: member)
        if here.contains(name) {
          table[job]?.started.insert(node)
          if run.isTerminating { ending.insert(job) }
        } else if run.started.contains(node) {
          tell(.memberEnded(job, run.attempt, node, .lost, code: 0))
        } else if run.isTerminating {
          tell(.memberEnded(job, run.attempt, node, .terminated, code: 143))
        } else {
          missing[job, default: []].insert(node)
        }
      }
    }
    for (job, nodes) in missing.sorted(by: { $0.key < $1.key }) {
      launch(job, on: nodes, session, &table)
    }
    for job in ending.sorted() {
      guard let run = table[job] else { continue }
      _ = table.sessions[session]?.add(terminate(job, run.attempt))
    }
  }

  private func launch(
    _ job: JobID, on nodes: Set<NodeID>, _ session: String, _ table: inout AgentTable
  ) {
    guard let run = table[job] else { return }
    var writer = LaunchWriter(
      job, run, controller.store.epoch, names.withLock { $0 }, table)
    guard let order = writer.orders(where: nodes.contains)?[session] else { return }
    _ = table.sessions[session]?.add(.launch(order))
  }

  // MARK: Silence

  /// Finds agents that were not heard of for too long: their nodes take no new work.
  public func sweep() {
    let now = controller.clock.now()
    let silent = table.withLock { table -> [NodeID] in
      var silent: [NodeID] = []
      for (_, session) in table.sessions where session.heard + Self.longestSilence < now {
        silent += session.nodes.filter { !table.silent.contains($0) }
      }
      // Who was heard of before a restart has as long to come back.
      if started + Self.longestSilence < now {
        let topology = names.withLock { $0.topology }
        silent += topology.nodes.map(\.id).filter {
          table.session[$0] == nil && !table.silent.contains($0)
        }
      }
      guard !silent.isEmpty else { return [] }
      table.silent.formUnion(silent)
      // Told under the lock: the machine must hear of silence and return in this order.
      tell(.agentsChanged(silent.sorted(), isHeardOf: false))
      return silent
    }
    guard !silent.isEmpty else { return }
    logger.warning("\(silent.count) nodes are not heard of")
  }

  /// Nobody has come yet to a cluster that is new: its nodes take no work before they do.
  func begin() {
    let nodes = table.withLock { table in
      let all = names.withLock { $0.topology.nodes.map(\.id) }
      table.silent = Set(all)
      return all.sorted()
    }
    tell(.agentsChanged(nodes, isHeardOf: false))
  }
}
