import Cluster
import Codec
import Fleet
import Foundation
import Hummingbird
import HummingbirdCore
import Jobs
public import Logging
import NIOCore
import ServiceLifecycle
import Store
import Units
import UnixSignals
import Wire

/// The daemon: a controller with its board, its hub and its API, served until it is told to stop.
public final class Daemon: Sendable {
  /// The version of Muster.
  public static let version = "0.5.0"

  /// The longest path that a Unix socket may have: the kernel's, less the zero behind it.
  static let longestSocketPath = 107

  /// The machine and its journal.
  public let controller: Controller

  let board = JobBoard()

  /// What speaks with the agents.
  public let hub: AgentHub

  let api: API
  let logger: Logger
  private let failed = Gate()

  /// Puts the parts together around a controller that was opened, and lets it begin.
  ///
  /// - Parameter decisions: where the planner's decisions are written down; nil: nowhere.
  /// - Throws: `StoreError` where what live jobs run can't be read.
  public init(
    _ controller: Controller, decisions: DecisionFile? = nil, logger: Logger
  ) throws {
    self.controller = controller
    self.logger = logger
    let snapshot = controller.store.durable
    try Self.restore(board, from: controller, snapshot.state)
    hub = AgentHub(controller, board, logger)
    api = API(controller, board, hub, logger)
    let performers: [any Performer] = [board, hub] + (decisions.map { [$0] } ?? [])
    controller.start(performers) { [failed, logger] error in
      logger.critical("the journal has failed: \(error)")
      failed.open()
    }
    if snapshot.sequence == 1 { hub.begin() }
    logger.info(
      "controller \(controller.store.epoch) begins",
      metadata: [
        "entry": "\(snapshot.sequence)", "live jobs": "\(snapshot.state.jobs.count)",
        "nodes": "\(snapshot.state.topology.nodes.count)",
      ])
  }

  /// What live jobs run and are called stands beside the journal's state.
  private static func restore(
    _ board: JobBoard, from controller: Controller, _ state: ClusterState
  ) throws {
    for kept in try controller.store.liveSubmissions() {
      let spec = try SubmissionSpec(decoding: kept.spec)
      var card: SubmissionCard?
      for number in 0..<UInt32(kept.count) {
        let id = JobID(kept.first.number + number)
        guard let job = state.jobs[id] else { continue }
        let shared = card ?? SubmissionCard(first: kept.first, job.request, spec)
        card = shared
        board.restore(shared, for: id)
      }
    }
  }

  // MARK: Serving

  /// Reads a policy file anew, and puts it in force; what is wrong with it is logged.
  func reread(_ path: String?) async {
    guard let path else {
      logger.notice("SIGHUP: no --policy was given, so nothing is read anew")
      return
    }
    do {
      let file = try NamedText(reading: path)
      let topology = controller.store.durable.state.topology
      try await RuleChange(policy: file, on: topology, from: "SIGHUP").apply(to: controller)
      logger.notice("the policy of \(path) is in force")
    } catch {
      logger.error("the policy stays as it is: \(error)")
    }
  }

  /// Serves at an address until SIGTERM or SIGINT, or until the journal fails.
  ///
  /// - Parameter policy: the file that is read anew at SIGHUP.
  /// - Throws: `Refusal` where it can't listen there; `StoreError` where the journal has failed.
  public func serve(
    at address: ListenAddress, rereading policy: String? = nil,
    whenServing: @escaping @Sendable () -> Void = {}
  ) async throws {
    try prepare(address)
    let application = Application(
      responder: api, server: .http1(),
      configuration: ApplicationConfiguration(
        address: address.bind, serverName: "Muster", backlog: 4096),
      onServerRunning: { [logger] _ in
        if case .unix(let path) = address {
          // Whoever can reach the folder may connect: the kernel says who they are.
          try? FileManager.default.setAttributes(
            [.posixPermissions: 0o666], ofItemAtPath: path)
        }
        logger.info("serving at \(address)")
        whenServing()
      },
      logger: Self.quiet(logger))
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [
          .init(service: application), .init(service: Sweeper(hub: hub)),
          .init(service: FailureWatch(gate: failed, controller: controller)),
          .init(service: Rereading(daemon: self, path: policy)),
        ],
        gracefulShutdownSignals: [.sigterm, .sigint], logger: Self.quiet(logger)))
    defer { controller.close() }
    try await group.run()
    if case .unix(let path) = address { try? FileManager.default.removeItem(atPath: path) }
    logger.info("stopped")
  }

  /// The server's own words are of no use to an operator: what matters is said here.
  private static func quiet(_ logger: Logger) -> Logger {
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .critical)
    return quiet
  }

  private func prepare(_ address: ListenAddress) throws(Refusal) {
    switch address {
    case .https:
      throw Refusal(
        "no-tls", "a port is served with TLS alone, and no certificate is configured",
        where: "--listen", fix: "listen at unix:PATH")
    case .unix(let path):
      guard path.utf8.count <= Self.longestSocketPath else {
        throw Refusal(
          "bad-address",
          "the path has \(path.utf8.count) bytes, and a socket's at most "
            + "\(Self.longestSocketPath)", where: "--listen", fix: "give a shorter one")
      }
      // Whoever has the journal's lock is the only daemon of this folder: what is there is old.
      let attributes = try? FileManager.default.attributesOfItem(atPath: path)
      guard let type = attributes?[.type] as? FileAttributeType else { return }
      guard type == .typeSocket else {
        throw Refusal(
          "bad-address", "there is a file at '\(path)' that is no socket", where: "--listen",
          fix: "remove it, or give another path")
      }
      try? FileManager.default.removeItem(atPath: path)
    }
  }
}

/// Looks every second for agents that are not heard of.
private struct Sweeper: Service {

  /// What speaks with the agents.
  public let hub: AgentHub

  func run() async throws {
    await withTaskCancellationOrGracefulShutdownHandler {
      while !Task.isCancelled, !Task.isShuttingDownGracefully {
        hub.sweep()
        do { try await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(1)) } } catch
        { break }
      }
    } onCancelOrGracefulShutdown: {
      hub.release()
    }
  }
}

/// Ends the daemon when the journal fails: its memory is ahead of what is kept.
private struct FailureWatch: Service {
  let gate: Gate
  let controller: Controller

  func run() async throws {
    await withTaskCancellationOrGracefulShutdownHandler {
      await gate.wait(atMost: nil)
    } onCancelOrGracefulShutdown: {
      gate.open()
    }
    if let failure = controller.failure { throw failure }
  }
}

/// Reads the policy file anew at SIGHUP.
private struct Rereading: Service {
  let daemon: Daemon
  let path: String?

  func run() async throws {
    for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
      await daemon.reread(path)
    }
  }
}
