public import ArgumentParser
import Arguments
import Client
import Dispatch
import Fleet
import Foundation
import PolicyFiles
import Wire

/// `gnoded`: the agent of a node, or of a whole emulated fleet.
public struct GNoded: AsyncParsableCommand {
  /// What the command is called and what it can do.
  public static let configuration = CommandConfiguration(
    commandName: "gnoded",
    abstract: "Run a node's tasks for Muster's scheduler.",
    discussion: """
      It ends no task when it is stopped: the next gnoded over the same --state finds them again. \
      Start with: gnoded --controller unix:/run/muster/muster.sock
      """,
    version: "0.1.0")

  @Option(help: "Where the scheduler listens: unix:PATH or https://HOST:PORT.")
  var controller: String?

  @Option(help: "The node's name in the fleet file (default: the machine's).")
  var name: String?

  @Option(help: "Where other nodes reach this one (default: the machine's first address).")
  var address: String?

  @Option(help: "Where it keeps what must outlive it.")
  var state: String?

  @Flag(help: "Speak for the node though another agent did: it is gone, with all it started.")
  var takeOver = false

  @Option(help: "Play so many accelerators instead of looking for real ones.")
  var accelerators: Int?

  @Option(help: "The model of played accelerators.")
  var model: String?

  @Option(help: "Play the whole fleet of a fleet file; its tasks only take time.")
  var emulate: String?

  @Option(help: "Emulated tasks run so many times faster than the clock.")
  var timeScale = 1.0

  @Option(help: "Emulated nodes that fail: a file of lines SECONDS NODE [SECONDS].")
  var faults: String?

  @Option(help: "A file with the agent's token, for https://; else MUSTER_TOKEN.")
  var tokenFile: String?

  @Option(help: "A file of certificates to trust, for https://; else MUSTER_CA_FILE.")
  var caFile: String?

  @Option(help: "The agent's certificate, a PEM file, for https://; with --key-file.")
  var certFile: String?

  @Option(help: "The key of the agent's certificate, a PEM file.")
  var keyFile: String?

  @Option(help: "The shim's executable (default: gnoded-shim beside gnoded).")
  var shim: String?

  @Option(
    help: """
      The control group below which tasks get theirs (default: /muster, or of version 1 gnoded's \
      own).
      """)
  var controlGroup: String?

  @Option(help: "A program to run before a member's tasks, as gnoded's user.")
  var prolog: String?

  @Option(help: "A program to run after them, before their accelerators are free again.")
  var epilog: String?

  @Option(help: .hidden)
  var nvml: String?

  /// An agent of this machine.
  public init() {}

  /// Refuses what can't be meant.
  public func validate() throws {
    guard timeScale > 0, timeScale.isFinite else {
      throw ValidationError("--time-scale \(timeScale): give a number above 0")
    }
    guard (0...64).contains(accelerators ?? 0) else {
      throw ValidationError("--accelerators \(accelerators ?? 0): a node has 0 to 64")
    }
    guard (certFile == nil) == (keyFile == nil) else {
      throw ValidationError("--cert-file and --key-file belong together: give both")
    }
    guard emulate != nil || faults == nil else {
      throw ValidationError("--faults: only emulated nodes fail on request; add --emulate FLEET")
    }
  }

  /// Runs until SIGTERM or SIGINT; tasks run on.
  public func run() async throws {
    let (signals, sources) = Self.takeSignals()
    let outbox = ReportOutbox()
    let log: @Sendable (String) -> Void = { line in
      FileHandle.standardError.write(Data("gnoded: \(line)\n".utf8))
    }
    let found = try nodeOptions(log)
    let folder = try AgentFolder(found.state, takesOver: takeOver)
    let host: any TaskHost =
      if let emulate {
        try await EmulatedFleet(nodes(ofFleet: emulate), emulation(log), outbox: outbox)
      } else {
        try await NodeHost(found, in: folder, outbox: outbox)
      }
    let agent = NodeAgent(
      name: found.node.name, link: ClientLink(try connection()), host: host, outbox: outbox,
      folder: folder, log: log)
    let work = Task { await agent.run() }
    for await _ in signals { break }
    for source in sources { source.cancel() }
    work.cancel()
    await work.value
    log("stopped; tasks run on")
  }

  // MARK: What it was told

  private func connection() throws -> Connection {
    var words = Connection.Words()
    words.controller = controller
    words.tokenFile = tokenFile
    words.authorityFile = caFile
    if let certFile, let keyFile {
      words.identity = Connection.Identity(certificateFile: certFile, keyFile: keyFile)
    }
    return try Connection.find(words, environment: ProcessInfo.processInfo.environment) {
      FileManager.default.fileExists(atPath: $0)
    }
  }

  private func nodeOptions(_ log: @escaping @Sendable (String) -> Void) throws -> NodeOptions {
    var sources = NodeDiscovery.Sources()
    sources.name = name ?? emulate.map { _ in "emulated" }
    sources.address = address
    sources.nvml = nvml
    sources.accelerators = emulate == nil ? accelerators : 0
    sources.model = model
    let found = NodeDiscovery.node(sources)
    let program = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent()
    let beside = program?.appending(path: "gnoded-shim").path ?? "gnoded-shim"
    // Nodes played on one machine keep apart.
    var options = NodeOptions(
      node: found.node, state: state ?? "\(Self.stateFolder)/\(found.node.name)",
      shim: shim ?? beside)
    options.hasRealAccelerators = found.isReal
    options.nvml = nvml
    options.controlGroup = controlGroup
    options.prolog = prolog
    options.epilog = epilog
    options.log = log
    if emulate == nil, !FileManager.default.isExecutableFile(atPath: options.shim) {
      throw ValidationError("there is no shim at \(options.shim); give its place by --shim")
    }
    return options
  }

  private static var stateFolder: String {
    if Linux.isRoot { return "/var/lib/muster/agent" }
    let environment = ProcessInfo.processInfo.environment
    let base = environment["XDG_STATE_HOME"] ?? "\(NSHomeDirectory())/.local/state"
    return "\(base)/muster/agent"
  }

  private func nodes(ofFleet path: String) throws -> [AgentRegistration.Node] {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let topology = try FleetFile.decode(text, file: path)
    return topology.nodes.map { node in
      let type = topology.nodeTypes[node.type]
      var found = AgentRegistration.Node(
        name: "\(node.name)", address: "127.0.0.1", milliCores: Int(type.host.milliCores),
        memoryMib: Int(type.host.memory))
      found.accelerators = type.accelerators
      found.model = type.accelerators > 0 ? type.acceleratorModel : nil
      return found
    }
  }

  private func emulation(
    _ log: @escaping @Sendable (String) -> Void
  ) throws -> EmulatedFleet.Options {
    var options = EmulatedFleet.Options()
    options.timeScale = timeScale
    options.log = log
    if let faults {
      options.faults = try EmulatedFault.decode(
        String(contentsOfFile: faults, encoding: .utf8), file: faults)
    }
    return options
  }

  // MARK: The program

  /// Has SIGTERM and SIGINT come as words, from now on and as long as the sources live.
  private static func takeSignals() -> (AsyncStream<Void>, [any DispatchSourceSignal]) {
    let (signals, next) = AsyncStream<Void>.makeStream()
    let sources = [SIGTERM, SIGINT].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler { next.yield() }
      source.activate()
      return source
    }
    return (signals, sources)
  }

  /// Runs the command line and exits: 0, 1 for a failure of the work, 2 for wrong usage.
  public static func runAndExit() async -> Never { await Program.runAndExit(Self.self) }
}
