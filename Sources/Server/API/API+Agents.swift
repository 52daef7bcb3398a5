import Foundation
import Hummingbird
import HummingbirdCore
import Units
import Wire

/// Agents: they register, take commands and report.
extension API {
  func answerAgents(_ call: Call, _ isPost: Bool) async throws(Refusal) -> Response {
    let path = call.path
    if path.count == 2 {
      guard isPost else { throw otherMethod(call) }
      let registration = try await call.message(
        AgentRegistration.self, most: Self.longestReport)
      return try Reply.message(try hub.register(registration, by: call.caller))
    }
    guard path.count == 4 else { throw noSuchRoute(call) }
    let session = String(path[2])
    // Thousands, where the agent is an emulated fleet's: they are only asked for where they count.
    let nodes = call.caller.role == .agent ? hub.nodes(of: session) : []
    try permit(.speak(forNodes: nodes), call)
    switch (isPost, path[3]) {
    case (true, "reports"):
      let batch = try await call.message(ReportBatch.self, most: Self.longestReport)
      return try Reply.message(try await hub.take(batch, from: session))
    case (false, "commands"):
      let after = UInt64(try call.number("after", in: 0...Int64.max, default: 0))
      let wait = try call.waitMs()
      return try Reply.message(try await hub.commands(session, after: after, waitMs: wait))
    case (false, "reports"), (true, "commands"): throw otherMethod(call)
    default: throw noSuchRoute(call)
    }
  }
}
