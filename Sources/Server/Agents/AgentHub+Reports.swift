import Cluster
import Control
import Fleet
import Foundation
import Jobs
import Logging
import Synchronization
import Units
public import Wire

/// Commands down, reports up: each with the next number of its session.
extension AgentHub {
  /// The agent's commands behind one, once there are any or the time is over.
  ///
  /// - Throws: `Refusal` where there is no such session: the agent has to register again.
  public func commands(
    _ session: String, after number: UInt64, waitMs: Int
  ) async throws(Refusal) -> CommandBatch {
    if noteHeard(session) { try await settle() }
    for isSecond in [false, true] {
      let found = table.withLock { table -> (batch: CommandBatch, gate: Gate?)? in
        guard var state = table.sessions.removeValue(forKey: session) else { return nil }
        defer { table.sessions[session] = state }
        state.heard = controller.clock.now()
        let batch = state.commands(
          after: number, most: Self.mostCommands, at: controller.clock.now())
        guard batch.commands.isEmpty, !isSecond, waitMs > 0, !table.isStopping else {
          return (batch, nil)
        }
        // Another poll of the same agent takes this one's place.
        state.gate?.open()
        let gate = Gate()
        state.gate = gate
        return (batch, gate)
      }
      guard let found else { throw noSession(session) }
      guard let gate = found.gate else { return found.batch }
      await gate.wait(atMost: waitMs)
    }
    throw noSession(session)
  }

  private func noSession(_ session: String) -> Refusal {
    Refusal(
      "no-such-session", "there is no session '\(session)'", where: "session",
      fix: "register again")
  }

  /// Waits until all that was told is durable: nothing that an agent is answered may be lost.
  ///
  /// - Throws: `Refusal` where the journal has failed.
  func settle() async throws(Refusal) {
    if case .stopped(let error) = await controller.settled() { throw Refusal(stopped: error) }
  }

  /// An agent was heard of; its nodes take work again if they didn't.
  ///
  /// - Returns: whether the machine was told.
  @discardableResult
  private func noteHeard(_ session: String) -> Bool {
    table.withLock { table in
      table.sessions[session]?.heard = controller.clock.now()
      guard !table.silent.isEmpty, let nodes = table.sessions[session]?.nodes else { return false }
      return tellHeard(nodes, &table)
    }
  }

  /// Tells the machine of nodes that are heard of, those among them of which it thinks otherwise.
  ///
  /// Told under the lock: the machine must hear of silence and return in this order.
  ///
  /// - Returns: whether there are such.
  func tellHeard(_ nodes: some Sequence<NodeID>, _ table: inout AgentTable) -> Bool {
    guard table.restoration?.strangersUntil == nil else { return false }
    let back = nodes.filter { table.silent.contains($0) }
    guard !back.isEmpty else { return false }
    table.silent.subtract(back)
    tell(.agentsChanged(back.sorted(), isHeardOf: true))
    return true
  }

  // MARK: Reports

  /// Takes reports in, each once, and says how far they are durable.
  ///
  /// - Throws: `Refusal` where there is no such session, or reports are missing between.
  public func take(
    _ batch: ReportBatch, from session: String
  ) async throws(Refusal) -> ReportReceipt {
    try refuseReplay(batch, session)
    noteHeard(session)
    var fenceMs: Int64 = 0
    let taken = table.withLock { table -> (last: UInt64, gates: [Gate])? in
      guard let state = table.sessions[session] else { return nil }
      fenceMs = table.fence.milliseconds
      guard batch.first <= state.received + 1 else { return (state.received, []) }
      var gates: [Gate] = []
      if let fence = batch.fenceMs { keeps(to: .init(milliseconds: fence), state.nodes, &table) }
      var last = state.received
      for (index, report) in batch.reports.enumerated() {
        let number = batch.first + UInt64(index)
        guard number > last else { continue }
        gates += take(report, session, &table)
        last = number
      }
      table.sessions[session]?.received = last
      return (last, gates)
    }
    guard let taken else { throw noSession(session) }
    for gate in taken.gates { gate.open() }
    // What was told before may be on its way to the disk, of this batch or of one before it.
    try await settle()
    return ReportReceipt(acknowledged: taken.last, fenceMs: fenceMs)
  }

  /// An agent says which fence it keeps to; the machine waits for it where it was a longer one.
  private func keeps(to fence: TimeSpan, _ nodes: Set<NodeID>, _ table: inout AgentTable) {
    guard !table.longFences.isEmpty, fence <= table.fence else { return }
    let nodes = nodes.intersection(table.longFences)
    guard !nodes.isEmpty else { return }
    table.longFences.subtract(nodes)
    tell(.noted(nodes.sorted(), .fence(fence)))
  }

  /// An agent says again what was not acknowledged, from its first number on, and nothing older:
  /// whoever does has heard it from somebody else.
  private func refuseReplay(_ batch: ReportBatch, _ session: String) throws(Refusal) {
    let oldest = table.withLock { table -> UInt64 in
      guard let state = table.sessions[session] else { return 0 }
      if batch.first <= state.received + 1 {
        table.sessions[session]?.oldest = max(state.oldest, batch.first)
      }
      return state.oldest
    }
    guard batch.first >= oldest else {
      throw Refusal(
        "replayed", "report \(batch.first) was acknowledged, and comes again", where: "first",
        fix: "send what is not acknowledged: \(oldest) and those behind it")
    }
  }

  private func take(
    _ report: Report, _ session: String, _ table: inout AgentTable
  ) -> [Gate] {
    switch report {
    case .started(let member):
      guard let (job, _) = place(of: member, session, table) else { return [] }
      table[job]?.started(member.member)
    case .ended(let member, let end): return ended(member, end, session, &table)
    case .notStarted(let member, let what):
      logger.warning(
        "a member was not started",
        metadata: [
          "job": "\(member.job)", "attempt": "\(member.attempt)",
          "member": "\(member.member)", "what": "\(what)",
        ])
      guard let (job, found) = place(of: member, session, table) else {
        return forget(member, session, &table)
      }
      guard found.isStaying else {
        left(job, member.member, &table)
        return []
      }
      // Who was told to go before its shim was there went because of that.
      let exit: TaskExit = table[job]?.isTerminating == true ? .terminated : .failed
      // Whoever registered meanwhile without it was told to launch it again.
      if exit == .failed { table[job]?.lost() }
      tell(.memberEnded(job, AttemptNumber(member.attempt), found.node, exit, code: 126))
    case .checkpointed(let member):
      guard let (job, _) = place(of: member, session, table) else { return [] }
      tell(.checkpointed(job, AttemptNumber(member.attempt)))
    case .resized(let member):
      guard let (job, found) = place(of: member, session, table), !found.isStaying else {
        return []
      }
      left(job, member.member, &table)
    case .health(let node, let trouble): health(node, trouble, session, &table)
    case .output(let part): questions.withLock { $0.answer(part) }?.open()
    case .status: break
    }
    return []
  }

  /// The job of a member that the session has, and where it stands; nil: it has none such, or has
  /// no more.
  private func place(
    of member: MemberName, _ session: String, _ table: AgentTable
  ) -> (JobID, AgentRun.Member)? {
    let job = JobID(member.job)
    guard let run = table[job], run.attempt.number == member.attempt,
      let place = run.place(of: member.member)
    else { return nil }
    let found = run.members[place]
    return table.session[found.node] == session ? (job, found) : nil
  }

  /// A member that was to leave its gang has left; the machine is told of the last of them.
  func left(_ job: JobID, _ number: Int, _ table: inout AgentTable) {
    guard let run = table[job], let resize = table[job]?.ended(number) else { return }
    tell(.resized(job, run.attempt, number: resize))
  }

  private func ended(
    _ member: MemberName, _ end: TaskEnd, _ session: String, _ table: inout AgentTable
  ) -> [Gate] {
    guard let (job, found) = place(of: member, session, table) else {
      return forget(member, session, &table)
    }
    guard found.isStaying else {
      left(job, member.member, &table)
      return []
    }
    let isTerminating = table[job]?.isTerminating ?? false
    let exit: TaskExit =
      if end.isOutOfMemory {
        .outOfMemory
      } else if end.isTerminated {
        // Nobody but the fence has ended what the machine didn't.
        isTerminating ? .terminated : .lost
      } else {
        end.exitCode == 0 && end.signal == nil ? .finished : .failed
      }
    _ = table[job]?.ended(member.member)
    tell(
      .memberEnded(
        job, AttemptNumber(member.attempt), found.node, exit,
        code: UInt8(clamping: max(0, end.exitCode))))
    return []
  }

  /// Its attempt is over, and all that came of it is durable.
  private func forget(
    _ member: MemberName, _ session: String, _ table: inout AgentTable
  ) -> [Gate] {
    guard table[JobID(member.job)]?.attempt.number != member.attempt else { return [] }
    let gate = table.sessions[session]?.add(
      .forget(job: member.job, attempt: member.attempt))
    return gate.flatMap { $0 }.map { [$0] } ?? []
  }

  private func health(
    _ name: String, _ trouble: String?, _ session: String, _ table: inout AgentTable
  ) {
    guard let node = names.withLock({ $0[name] }), table.session[node] == session else { return }
    say(trouble ?? "", of: node, named: name, &table)
  }

  /// Tells the machine what is wrong with a node, where it thinks otherwise.
  func say(
    _ trouble: String, of node: NodeID, named name: String, _ table: inout AgentTable
  ) {
    guard (table.troubles[node] ?? "") != trouble else { return }
    table.troubles[node] = trouble.isEmpty ? nil : trouble
    if trouble.isEmpty {
      logger.notice("node \(name) is well again")
    } else {
      logger.warning("node \(name) is not well: \(trouble)")
    }
    tell(.noted([node], .trouble(trouble)))
  }
}
