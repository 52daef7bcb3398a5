import Cluster
import Codec
import Foundation
import Logging
import Policy
import Store
import Units
import Wire

/// The addresses of the API, each with who may ask and what is answered.
final class API: Sendable {
  /// The largest body of a submission, and of what an agent says.
  static let longestSubmission = 8 << 20
  static let longestReport = 64 << 20

  let controller: Controller
  let board: JobBoard
  let hub: AgentHub
  let logger: Logger
  let since: Instant
  let issuer: TokenIssuer
  private let identification: Identification

  /// The API of a controller.
  init(
    _ controller: Controller, _ board: JobBoard, _ hub: AgentHub, _ issuer: TokenIssuer,
    _ logger: Logger
  ) {
    self.controller = controller
    self.board = board
    self.hub = hub
    self.issuer = issuer
    self.logger = logger
    identification = Identification(issuer, controller.clock)
    since = controller.clock.now()
  }

  /// Answers a request; whatever is wrong with it is answered by a refusal.
  ///
  /// Who asks is made out before anything else is looked at: whom nobody knows learns nothing.
  func respond(to request: Request) async -> Response {
    do throws(Refusal) {
      let caller = try await identification.caller(of: request)
      let call = try Call(request, by: caller)
      if let refusal = Permissions.refusal(of: call.endpoint, by: caller) { throw refusal }
      if call.isBrief { return try await answer(call) }
      return try await Self.apart { () async throws(Refusal) in try await answer(call) }
    } catch {
      logger.debug("refused: \(error)", metadata: ["path": "\(request.path)"])
      return Reply.refusal(error)
    }
  }

  private func answer(_ call: Call) async throws(Refusal) -> Response {
    switch call.endpoint {
    case .ping: try Reply.message(standing(for: call.caller))
    case .submit: try await submit(call)
    case .forecast: try await forecast(call)
    case .jobs: try list(call)
    case .job: try await show(call)
    case .changeJob: try await change(call)
    case .why: try await why(call)
    case .output: try await output(call)
    case .history: try history(call)
    case .nodes: nodes(call)
    case .changeNodes: try await changeNodes(call)
    case .accounts: try accounts(call)
    case .reservations: reservations(call)
    case .policy: try file(.policy)
    case .policyChanges: try await policyChanges(call)
    case .policyChange: try await policyChange(call)
    case .journal: try await journal(call)
    case .changePolicy: try await changePolicy(call)
    case .editPolicy: try await editPolicy(call)
    case .fleet: try file(.fleet)
    case .changeFleet: try await changeFleet(call)
    case .tokens: try tokens(call)
    case .makeToken: try await makeToken(call)
    case .revokeTokens: try await revokeTokens(call)
    case .register: try await register(call)
    case .commands: try await commands(call)
    case .report: try await report(call)
    }
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

  /// Does what takes its time away from the event loop, which others' requests wait for.
  static func apart<Result, Failure: Error>(
    _ body: () async throws(Failure) -> Result
  ) async throws(Failure) -> Result {
    try await withTaskExecutorPreference(globalConcurrentExecutor, operation: body)
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
