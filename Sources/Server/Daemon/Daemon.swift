import Cluster
import Codec
import Fleet
import Foundation
import Jobs
public import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
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

  let board: JobBoard

  /// What speaks with the agents.
  public let hub: AgentHub

  /// What makes and believes tokens.
  public let issuer: TokenIssuer

  let api: API
  let logger: Logger
  private let failed = Gate()

  /// How many jobs a user may have that are not over, unless told otherwise.
  public static let jobsPerUser = 200_000

  /// Puts the parts together around a controller that was opened, and lets it begin.
  ///
  /// - Parameters:
  ///   - jobsPerUser: how many jobs a user may have that are not over.
  ///   - decisions: where the planner's decisions are written down; nil: nowhere.
  /// - Throws: `StoreError` where what live jobs run can't be read, `Refusal` where the keys of
  ///   tokens can't.
  public init(
    _ controller: Controller, jobsPerUser: Int = Daemon.jobsPerUser,
    decisions: DecisionFile? = nil, logger: Logger
  ) throws {
    board = JobBoard(mostJobs: jobsPerUser)
    self.controller = controller
    self.logger = logger
    let snapshot = controller.store.durable
    try Self.restore(board, from: controller, snapshot.state)
    hub = AgentHub(controller, board, logger)
    issuer = try TokenIssuer(controller)
    api = API(controller, board, hub, issuer, logger)
    let performers: [any Performer] = [board, hub] + (decisions.map { [$0] } ?? [])
    controller.start(performers) { [failed, logger] error in
      logger.critical("the journal has failed: \(error)")
      failed.open()
    }
    if snapshot.sequence == 1 { hub.begin() } else { hub.resume() }
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

  /// Reads anew what may have changed: keys, certificate and policy; what is wrong is logged.
  public func reread(_ path: String?, _ certificate: ServerCertificate?) async {
    do {
      try issuer.reload()
      logger.notice("the keys of tokens were read anew")
    } catch { logger.error("the keys of tokens stay as they are: \(error)") }
    if let certificate {
      do {
        try certificate.reload()
        logger.notice("the certificate was read anew", metadata: ["ends": "\(certificate.ends)"])
      } catch { logger.error("the certificate stays as it is: \(error)") }
    }
    guard let path else {
      logger.notice("SIGHUP: no --policy was given, so none is read anew")
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

  /// Serves at addresses until SIGTERM or SIGINT, or until the journal fails.
  ///
  /// - Parameters:
  ///   - certificate: what is shown at those of them that are reached by TLS.
  ///   - policy: the file that is read anew at SIGHUP.
  ///   - whenServing: told of each address once it is served, with the port that it has.
  /// - Throws: `Refusal` where it can't listen there; `StoreError` where the journal has failed.
  public func serve(
    at addresses: [ListenAddress], _ certificate: ServerCertificate? = nil,
    rereading policy: String? = nil,
    whenServing: @escaping @Sendable (ListenAddress) -> Void = { _ in }
  ) async throws {
    defer { controller.close() }
    var services: [any Service] = []
    for address in addresses {
      services.append(try listener(at: address, certificate, whenServing))
    }
    services += [
      Sweeper(hub: hub), FailureWatch(gate: failed, controller: controller),
      Rereading(daemon: self, path: policy, certificate: certificate),
    ]
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: services.map { .init(service: $0) },
        gracefulShutdownSignals: [.sigterm, .sigint], logger: Self.quiet(logger)))
    do { try await group.run() } catch let error as IOError {
      throw Refusal(
        "bad-address", "nothing can listen there: \(error)",
        where: addresses.map(\.description).joined(separator: ", "),
        fix: "see what else does, or give another address")
    }
    for case .unix(let path) in addresses { try? FileManager.default.removeItem(atPath: path) }
    logger.info("stopped")
  }

  private func listener(
    at address: ListenAddress, _ certificate: ServerCertificate?,
    _ whenServing: @escaping @Sendable (ListenAddress) -> Void
  ) throws -> any Service {
    try prepare(address)
    let date = HTTPDate(controller.clock)
    return HTTPListener(
      at: address,
      HTTPConnection.Settings(
        respond: { [api] request in await api.respond(to: request) },
        headers: { ["date": date.now, "server": "Muster"] },
        // Longer than any poll, and short enough for those who hang on and say nothing.
        idleLimit: address.isLocal ? nil : .seconds(90)),
      try Self.security(of: address, certificate)
    ) { [logger] served in
      if case .unix(let path) = served {
        // Whoever can reach the folder may connect: the kernel says who they are.
        try? FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: path)
      }
      logger.info("serving at \(served)")
      whenServing(served)
    }
  }

  private static func security(
    of address: ListenAddress, _ certificate: ServerCertificate?
  ) throws -> NIOSSLContext? {
    guard !address.isLocal else { return nil }
    guard let certificate else {
      throw Refusal(
        "no-certificate", "a port is served with TLS alone, and no certificate is given",
        where: "\(address)", fix: "give a certificate and its key")
    }
    return try NIOSSLContext(configuration: try certificate.configuration())
  }

  /// The server's own words are of no use to an operator: what matters is said here.
  private static func quiet(_ logger: Logger) -> Logger {
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .critical)
    return quiet
  }

  private func prepare(_ address: ListenAddress) throws(Refusal) {
    switch address {
    case .https: return
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

/// Reads anew at SIGHUP what may have changed.
private struct Rereading: Service {
  let daemon: Daemon
  let path: String?
  let certificate: ServerCertificate?

  func run() async throws {
    for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
      await daemon.reread(path, certificate)
    }
  }
}
