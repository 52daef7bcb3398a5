import Foundation
import Units
import Wire

/// Agents: they register, take commands and report.
extension API {
  func register(_ call: Call) async throws(Refusal) -> Response {
    // Who may speak for no node at all has no body read.
    try permit(.speak(forNodes: []), call)
    let registration = try await call.message(AgentRegistration.self, most: Self.longestReport)
    return try Reply.message(try await hub.register(registration, by: call.caller))
  }

  func report(_ call: Call) async throws(Refusal) -> Response {
    let session = try session(call)
    let body = try await call.body(most: Self.longestReport)
    let batch: ReportBatch
    if let plain = ReportBatch(line: body[...]) {
      batch = plain
    } else {
      batch = try WireJSON.decode(from: Data(body))
    }
    return try Reply.message(try await hub.take(batch, from: session))
  }

  func commands(_ call: Call) async throws(Refusal) -> Response {
    let session = try session(call)
    let after = UInt64(try call.number("after", in: 0...Int64.max, default: 0))
    let wait = try call.waitMs()
    return try Reply.commands(try await hub.commands(session, after: after, waitMs: wait))
  }

  /// The session that the address names, and whose nodes the caller speaks for.
  private func session(_ call: Call) throws(Refusal) -> String {
    let session = call.words.first.map(String.init) ?? ""
    // Thousands, where the agent is an emulated fleet's: they are only asked for where they count.
    let nodes = call.caller.role == .agent ? hub.nodes(of: session) : []
    try permit(.speak(forNodes: nodes), call)
    return session
  }
}
