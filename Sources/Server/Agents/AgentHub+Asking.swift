import Fleet
import Foundation
import Jobs
import Synchronization
public import Units
public import Wire

/// What others ask of the hub: signals, places of members, reasons.
extension AgentHub {
  /// Sends a signal to all tasks of a running job.
  ///
  /// - Throws: `Refusal` where it doesn't run, or there is no such signal.
  public func signal(_ id: JobID, _ name: String) throws(Refusal) {
    let word = name.uppercased()
    let plain = word.hasPrefix("SIG") ? String(word.dropFirst(3)) : word
    guard Self.signals.contains(plain) else {
      throw Refusal(
        "bad-signal", "'\(name)' is no signal that a job may be sent", where: "name",
        fix: "send one of \(Self.signals.joined(separator: ", "))")
    }
    let gates = table.withLock { table -> [Gate]? in
      guard let run = table[id] else { return nil }
      return table.signal(id, run, plain)
    }
    guard let gates else {
      throw Refusal(
        "not-running", "job \(id.number) doesn't run", where: "job",
        fix: "wait until it does, or cancel it")
    }
    for gate in gates { gate.open() }
  }

  private static let signals = [
    "HUP", "INT", "QUIT", "ABRT", "KILL", "USR1", "USR2", "ALRM", "TERM", "CONT", "STOP", "TSTP",
    "TTIN", "TTOU", "WINCH",
  ]

  /// The nodes of a session by name; none where there is no such session.
  func nodes(of session: String) -> [String] {
    nodeNames(table.withLock { $0.sessions[session]?.nodes ?? [] })
  }

  /// The nodes by name that an agent spoke for last, whether it is in session or not. O(nodes)
  func nodes(ofAgent instance: UInt64) -> [String] {
    nodeNames(table.withLock { Set($0.agents.filter { $0.value == instance }.keys) })
  }

  private func nodeNames(_ nodes: Set<NodeID>) -> [String] {
    let topology = names.withLock { $0 }
    // A node may have left the fleet while its agent is in session.
    return nodes.sorted().filter { topology.topology.knownIndex(of: $0) != nil }
      .map { "\(topology.name(of: $0))" }
  }

  /// Where a member of a job runs, or ran last.
  ///
  /// - Throws: `Refusal` where it never ran, or has no such member.
  func place(
    of job: JobID, member: Int, _ row: JobRow
  ) throws(Refusal) -> (member: MemberName, node: NodeID) {
    let running = table.withLock { table -> (MemberName, NodeID)? in
      guard let run = table[job], let place = run.place(of: member) else {
        return nil
      }
      let name = MemberName(job: job.number, attempt: run.attempt.number, member: member)
      return (name, run.members[place].node)
    }
    if let running { return running }
    guard let list = row.nodes, let names = try? Hostlist(parsing: list).names,
      names.indices.contains(member),
      let node = self.names.withLock({ $0["\(names[member])"] })
    else {
      throw Refusal(
        "no-output", "job \(job.number) has no member \(member) that has run", where: "member",
        fix: "wait until it starts, or name another member")
    }
    return (
      MemberName(job: job.number, attempt: UInt16(clamping: row.attempt), member: member), node
    )
  }

  /// Lets all go who wait for commands or for jobs: the daemon is about to stop.
  func release() {
    let gates = table.withLock { table in
      table.isStopping = true
      let gates = table.sessions.values.compactMap(\.gate)
      for name in table.sessions.keys { table.sessions[name]?.gate = nil }
      return gates
    }
    for gate in gates { gate.open() }
    board.release()
  }
}
