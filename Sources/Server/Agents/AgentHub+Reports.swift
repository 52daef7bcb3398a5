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
        let batch = state.commands(after: number, most: Self.mostCommands)
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
      let back =
        table.silent.isEmpty
        ? [] : (table.sessions[session]?.nodes ?? []).filter { table.silent.contains($0) }
      guard !back.isEmpty else { return false }
      table.silent.subtract(back)
      // Told under the lock: the machine must hear of silence and return in this order.
      tell(.agentsChanged(back.sorted(), isHeardOf: true))
      return true
    }
  }

  // MARK: Reports

  /// Takes reports in, each once, and says how far they are durable.
  ///
  /// - Throws: `Refusal` where there is no such session, or reports are missing between.
  public func take(
    _ batch: ReportBatch, from session: String
  ) async throws(Refusal) -> ReportReceipt {
    noteHeard(session)
    let taken = table.withLock { table -> (last: UInt64, gates: [Gate])? in
      guard let state = table.sessions[session] else { return nil }
      guard batch.first <= state.received + 1 else { return (state.received, []) }
      var gates: [Gate] = []
      for (index, report) in batch.reports.enumerated() {
        let number = batch.first + UInt64(index)
        guard number > state.received else { continue }
        gates += take(report, session, &table)
        table.sessions[session]?.received = number
      }
      return (table.sessions[session]?.received ?? 0, gates)
    }
    guard let taken else { throw noSession(session) }
    for gate in taken.gates { gate.open() }
    // What was told before may be on its way to the disk, of this batch or of one before it.
    try await settle()
    return ReportReceipt(acknowledged: taken.last)
  }

  private func take(
    _ report: Report, _ session: String, _ table: inout AgentTable
  ) -> [Gate] {
    switch report {
    case .started(let member):
      guard let (job, node) = place(of: member, session, table) else { return [] }
      table[job]?.started.insert(node)
    case .ended(let member, let end): return ended(member, end, session, &table)
    case .notStarted(let member, let what):
      logger.warning(
        "a member was not started",
        metadata: [
          "job": "\(member.job)", "attempt": "\(member.attempt)",
          "member": "\(member.member)", "what": "\(what)",
        ])
      guard let (job, node) = place(of: member, session, table) else {
        return forget(member, session, &table)
      }
      // Who was told to go before its shim was there went because of that.
      let exit: TaskExit = table[job]?.isTerminating == true ? .terminated : .failed
      tell(.memberEnded(job, AttemptNumber(member.attempt), node, exit, code: 126))
    case .checkpointed(let member):
      guard let (job, _) = place(of: member, session, table) else { return [] }
      tell(.checkpointed(job, AttemptNumber(member.attempt)))
    case .resized(let member): resized(member, session, &table)
    case .health(let node, let trouble): health(node, trouble, session, &table)
    case .output(let part): questions.withLock { $0.answer(part) }?.open()
    case .status: break
    }
    return []
  }

  /// The job and node of a member that runs on the session's nodes; nil: it isn't, or not any more.
  private func place(
    of member: MemberName, _ session: String, _ table: AgentTable
  ) -> (JobID, NodeID)? {
    let job = JobID(member.job)
    guard let run = table[job], run.attempt.number == member.attempt,
      let index = run.slice(of: member.member)
    else { return nil }
    let node = run.allocation.slices[index].node
    return table.session[node] == session ? (job, node) : nil
  }

  /// The machine is told once all members have said that they are as they were told to be.
  private func resized(_ member: MemberName, _ session: String, _ table: inout AgentTable) {
    guard let (job, _) = place(of: member, session, table),
      table[job]?.resizing.remove(member.member) != nil, let run = table[job],
      run.resizing.isEmpty
    else { return }
    tell(.resized(job, run.attempt))
  }

  private func ended(
    _ member: MemberName, _ end: TaskEnd, _ session: String, _ table: inout AgentTable
  ) -> [Gate] {
    guard let (job, node) = place(of: member, session, table) else {
      return forget(member, session, &table)
    }
    let isTerminating = table[job]?.isTerminating ?? false
    guard table[job]?.leaving.contains(member.member) != true else {
      resized(member, session, &table)
      return []
    }
    let exit: TaskExit =
      if end.isOutOfMemory {
        .outOfMemory
      } else if end.isTerminated {
        // Nobody but the fence has ended what the machine didn't.
        isTerminating ? .terminated : .lost
      } else {
        end.exitCode == 0 && end.signal == nil ? .finished : .failed
      }
    table[job]?.ended.insert(node)
    tell(
      .memberEnded(
        job, AttemptNumber(member.attempt), node, exit, code: UInt8(clamping: max(0, end.exitCode)))
    )
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
    if let trouble {
      guard table.unwell.insert(node).inserted else { return }
      logger.warning("node \(name) is not well: \(trouble)")
      table.reasons[node] = trouble
      tell(.nodeChanged(node, .drained))
    } else if table.unwell.remove(node) != nil {
      logger.notice("node \(name) is well again")
      table.reasons[node] = nil
      tell(.nodeChanged(node, .inService))
    }
  }
}
