import Cluster
import Codec
import Foundation
import HTTPTypes
public import Hummingbird
public import HummingbirdCore
import Logging
import NIOCore
import Policy
import Store
import Units
import Wire

/// The addresses of the API, each with who may ask and what is answered.
public final class API: HTTPResponder {
  /// The largest body of a submission, and of what an agent says.
  static let longestSubmission = 8 << 20
  static let longestReport = 64 << 20

  let controller: Controller
  let board: JobBoard
  let hub: AgentHub
  let logger: Logger
  let since: Instant
  private let identity = SocketIdentity()

  /// The API of a controller.
  init(_ controller: Controller, _ board: JobBoard, _ hub: AgentHub, _ logger: Logger) {
    self.controller = controller
    self.board = board
    self.hub = hub
    self.logger = logger
    since = controller.clock.now()
  }

  /// Answers a request; whatever is wrong with it is answered by a refusal.
  public func respond(to request: Request, context: CallContext) async throws -> Response {
    do throws(Refusal) {
      guard let caller = await identity.caller(of: context.channel) else {
        throw Refusal(
          "unknown-caller", "nobody knows who asks", where: "connection",
          fix: "ask over the daemon's Unix socket")
      }
      return try await answer(Call(request, by: caller))
    } catch {
      logger.debug("refused: \(error)", metadata: ["path": "\(request.uri.path)"])
      return Reply.refusal(error)
    }
  }

  private func answer(_ call: Call) async throws(Refusal) -> Response {
    let path = call.path
    guard path.first == "v1", path.count > 1 else { throw noSuchRoute(call) }
    let isPost = call.request.method == .post
    guard isPost || call.request.method == .get else { throw otherMethod(call) }
    switch (isPost, path[1], path.count) {
    case (_, "jobs", _), (_, "forecast", 2): return try await answerJobs(call, isPost)
    case (_, "agents", _): return try await answerAgents(call, isPost)
    default: return try await answerCluster(call, isPost)
    }
  }

  private func answerCluster(_ call: Call, _ isPost: Bool) async throws(Refusal) -> Response {
    let address = call.path.dropFirst().joined(separator: "/")
    if !isPost, address != "ping" { try permit(.look, call) }
    switch (isPost, address) {
    case (false, "ping"): return try Reply.message(standing(for: call.caller))
    case (false, "nodes"): return nodes(call)
    case (true, "nodes/changes"): return try await changeNodes(call)
    case (false, "accounts"): return try accounts(call)
    case (false, "history"): return try history(call)
    case (false, "policy"): return try file(.policy)
    case (false, "fleet"): return try file(.fleet)
    case (false, "reservations"): return reservations(call)
    case (true, "policy"): return try await changePolicy(call)
    case (true, "fleet"): return try await changeFleet(call)
    case (true, "policy/edits"): return try await editPolicy(call)
    case (true, "ping"), (true, "nodes"), (true, "accounts"), (true, "history"),
      (true, "reservations"), (false, "nodes/changes"), (false, "policy/edits"):
      throw otherMethod(call)
    default: throw noSuchRoute(call)
    }
  }

  func noSuchRoute(_ call: Call) -> Refusal {
    Refusal(
      "no-such-route", "there is nothing at '\(call.request.uri.path)'", where: "address",
      fix: "see Documentation/Reference/API.md")
  }

  func otherMethod(_ call: Call) -> Refusal {
    Refusal(
      "other-method", "'\(call.request.method)' is not how this is asked", where: "method",
      fix: "see Documentation/Reference/API.md")
  }

  private func standing(for caller: Caller) -> ServerStanding {
    var standing = ServerStanding(
      version: Daemon.version, epoch: controller.store.epoch,
      now: Moment(controller.clock.now()), since: Moment(since),
      journal: controller.store.durable.sequence)
    standing.user = caller.name
    standing.role = caller.role
    return standing
  }

  /// The state after the last durable entry: what may be told to anybody.
  var state: ClusterState { controller.store.durable.state }

  /// - Throws: `Refusal` where the caller may not do it.
  func permit(_ deed: Permissions.Deed, _ call: Call) throws(Refusal) {
    let tree = state.policy.accounts
    if let refusal = Permissions.refusal(of: deed, by: call.caller, in: tree) { throw refusal }
  }

  /// Reads from the store, which may take its time, on no thread that others wait for.
  func reading<Result: Sendable>(
    _ body: @escaping @Sendable () throws(StoreError) -> Result
  ) async throws(Refusal) -> Result {
    let result: Swift.Result<Result, StoreError> = await withCheckedContinuation { done in
      Self.readers.async {
        do throws(StoreError) { done.resume(returning: .success(try body())) } catch {
          done.resume(returning: .failure(error))
        }
      }
    }
    switch result {
    case .success(let value): return value
    case .failure(let error):
      throw Refusal("stopped", "the journal can't be read: \(error)", fix: "see the daemon's log")
    }
  }
}
