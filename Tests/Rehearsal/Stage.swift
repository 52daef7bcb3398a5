public import Client
public import Foundation
import Glibc
import Synchronization
import Wire

/// A folder with a daemon and its agents, each a process that can be killed and started again.
public final class Stage: Sendable {
  private struct Cast: Sendable {
    var daemon: Program?
    var agents: [String: Program] = [:]
  }

  /// What the daemon and its agents are started with.
  public struct Options: Sendable {
    /// The fleet that the cluster begins with.
    public var fleet: String
    /// The policy that it begins with.
    public var policy: String
    /// Further words for `gschedd`.
    public var daemonArguments: [String] = []
    /// The daemon's folder; nil: one of the stage's.
    public var state: String?
    /// A library that is loaded into the daemon, and what is added to its environment.
    public var daemonLibrary: String?
    public var daemonEnvironment: [String: String] = [:]

    /// A cluster of a fleet under a policy, as their files' texts say.
    public init(fleet: String, policy: String) {
      self.fleet = fleet
      self.policy = policy
    }
  }

  /// Something that did not happen in time, and the end of the daemon's log.
  public struct Missed: Error, CustomStringConvertible {
    /// What did not happen.
    public let what: String
    /// The last lines of the daemon's log.
    public let log: String

    public var description: String { "\(what); the daemon said last:\n\(log)" }
  }

  /// Where all of it lies.
  public let folder: URL

  private let options: Options
  private let cast = Mutex(Cast())

  /// A stage on which nothing runs yet, in a folder of its own.
  ///
  /// - Throws: the system's error where the folder can't be made.
  public init(_ options: Options) throws {
    self.options = options
    folder = FileManager.default.temporaryDirectory
      .appending(path: "mu-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try write(options.fleet, to: "fleet.yaml")
    try write(options.policy, to: "policy.yaml")
  }

  deinit { close() }

  /// Kills all that runs here, and removes the folder unless it is kept.
  ///
  /// A program that ends lets nobody go: so who may be its last says this.
  public func close() {
    let cast = cast.withLock { $0 }
    cast.daemon?.kill()
    for agent in cast.agents.values { agent.kill() }
    // What tasks a run that failed left behind goes with its shim.
    for shim in shims { Glibc.kill(shim, SIGKILL) }
    if !isKept.withLock({ $0 }) { try? FileManager.default.removeItem(at: folder) }
  }

  private let isKept = Mutex(false)

  /// Leaves the folder where it is when the stage goes, for whoever wants to look.
  public func keep() { isKept.withLock { $0 = true } }

  // MARK: Files

  /// A file or folder of the stage.
  public func path(_ name: String) -> String { folder.appending(path: name).path }

  /// The daemon's folder.
  public var state: String { options.state ?? path("state") }

  /// The daemon's journal.
  public var journal: String { state + "/journal.db" }

  /// Where the daemon listens.
  public var address: String { "unix:\(path("muster.sock"))" }

  /// Writes a file of the stage.
  ///
  /// - Throws: the system's error.
  public func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  /// What the daemon has said so far.
  public var daemonLog: String {
    (try? String(contentsOfFile: path("gschedd.log"), encoding: .utf8)) ?? ""
  }

  /// The shims of members that have not ended, by what the agents keep.
  private var shims: [Int32] {
    let files = FileManager.default
    return cast.withLock { Array($0.agents.keys) }.flatMap { name -> [Int32] in
      let members = path("\(name)/members")
      return ((try? files.contentsOfDirectory(atPath: members)) ?? []).compactMap { member in
        guard !files.fileExists(atPath: "\(members)/\(member)/end") else { return nil }
        let marker = try? String(contentsOfFile: "\(members)/\(member)/marker", encoding: .utf8)
        return marker?.split(separator: " ").first.flatMap { Int32($0) }
      }
    }
  }

  // MARK: The daemon

  /// The daemon's process; nil: none was started.
  public var daemon: Program? { cast.withLock { $0.daemon } }

  /// Starts the daemon, and does not wait for it.
  ///
  /// - Throws: the system's error.
  public func startDaemon() throws {
    let arguments = [
      "--state", state, "--listen", address, "--fleet", path("fleet.yaml"), "--policy",
      path("policy.yaml"),
    ]
    let daemon: Program
    let log = folder.appending(path: "gschedd.log")
    if let library = options.daemonLibrary {
      // A library may set variables, and a Swift program that finds its environment moved has no
      // arguments any more: so a shell sets them first.
      var environment = options.daemonEnvironment
      environment["LD_PRELOAD"] = library
      daemon = try Program(
        "/bin/sh",
        ["-c", #"exec "$0" "$@""#, Program.path(of: "gschedd")] + arguments
          + options.daemonArguments, log: log, environment: environment)
    } else {
      daemon = try Program(
        "gschedd", arguments + options.daemonArguments, log: log,
        environment: options.daemonEnvironment)
    }
    cast.withLock { $0.daemon = daemon }
  }

  /// Kills the daemon.
  public func killDaemon() { daemon?.kill() }

  /// Asks the daemon to stop, and waits; its exit code.
  @discardableResult
  public func stopDaemon() -> Int32 { daemon?.stop() ?? 0 }

  /// A client of the daemon, for one thread.
  ///
  /// - Throws: `ClientError` where the folder's path is too long for a socket.
  public func client() throws -> ControllerClient {
    var connection = Connection(try ControllerAddress(parsing: address))
    connection.connectLimitMs = 2_000
    connection.requestLimitMs = 30_000
    return ControllerClient(connection)
  }

  /// Waits until the daemon serves.
  ///
  /// - Throws: `Missed` where it doesn't within so many seconds.
  public func awaitServing(within seconds: Double = 60) throws {
    let client = try client()
    try self.await("the daemon serves", within: seconds) {
      guard daemon?.isRunning == true else {
        throw Missed(what: "the daemon has ended", log: String(daemonLog.suffix(2_000)))
      }
      let standing: ServerStanding? = try? client.get(from: Route.ping)
      return standing != nil
    }
  }

  // MARK: Agents

  /// Starts an agent; a name that there is already is started again over what it keeps.
  ///
  /// - Throws: the system's error.
  public func startAgent(_ name: String, _ arguments: [String]) throws {
    let all = ["--controller", address, "--state", path(name)] + arguments
    let agent = try Program("gnoded", all, log: folder.appending(path: "\(name).log"))
    cast.withLock { $0.agents[name] = agent }
  }

  /// An agent's process.
  public func agent(_ name: String) -> Program? { cast.withLock { $0.agents[name] } }

  /// Asks all agents to stop, and waits.
  public func stopAgents() {
    let agents = cast.withLock { Array($0.agents.values) }
    for agent in agents { agent.signal(SIGTERM) }
    for agent in agents { _ = agent.wait() }
  }

  /// Waits until so many nodes have an agent.
  ///
  /// - Throws: `Missed` where they don't within so many seconds.
  public func awaitNodes(_ count: Int, within seconds: Double = 60) throws {
    let client = try client()
    try self.await("\(count) nodes are heard of", within: seconds) {
      var heard = 0
      try? client.rows(NodeRow.self, from: Route.nodes) { row in
        if row.agent == "connected" { heard += 1 }
        return true
      }
      return heard >= count
    }
  }

  /// Waits until something is so; asks a few times a second.
  ///
  /// - Throws: `Missed` where it isn't within so many seconds.
  public func await(
    _ what: String, within seconds: Double, _ isSo: () throws -> Bool
  ) throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      if try isSo() { return }
      usleep(20_000)
    }
    throw Missed(what: "not within \(seconds) s: \(what)", log: String(daemonLog.suffix(2_000)))
  }
}
