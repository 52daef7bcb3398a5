public import ArgumentParser
import Arguments
import Foundation
import Glibc
import Logging
import PolicyFiles
import Store
import Units
import Wire

/// `gschedd`: serves a cluster, checks its journal, backs it up.
public struct DaemonCommand: AsyncParsableCommand {
  /// What the command is called and does.
  public static let configuration = CommandConfiguration(
    commandName: "gschedd", abstract: "The scheduler daemon.", version: Daemon.version,
    subcommands: [ServeCommand.self, CheckCommand.self, BackupCommand.self],
    defaultSubcommand: ServeCommand.self)

  /// A command without words.
  public init() {}

  /// Runs the command line and exits: 0, 1 for a failure of the work, 2 for wrong usage.
  public static func runAndExit() async -> Never { await Program.runAndExit(Self.self) }
}

/// The folder of a daemon's state.
struct StateOptions: ParsableArguments {
  @Option(help: "The folder that holds the journal and, unless told otherwise, the socket.")
  var state: String

  /// The journal's path.
  var journal: String { state + "/" + Controller.journalName }
}

/// Serves a cluster until it is told to stop.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve a cluster until SIGTERM; SIGHUP reads the policy file anew.")

  @OptionGroup var folder: StateOptions

  @Option(help: "Where to listen: unix:PATH or https://HOST:PORT. Default: unix:DIR/muster.sock")
  var listen: String?

  @Option(help: "The fleet file; asked for when a cluster begins.")
  var fleet: String?

  @Option(help: "The policy file; asked for when a cluster begins.")
  var policy: String?

  @Option(
    help: ArgumentHelp(
      "Write the decision log to a file, behind what is there, a line a decision.",
      valueName: "file"))
  var decisions: String?

  @Option(help: "How much to log: debug, info, notice, warning or error.")
  var logLevel = "info"

  func run() async throws {
    var logger = Logger(label: "gschedd", factory: { StreamLogHandler.standardError(label: $0) })
    guard let level = Logger.Level(rawValue: logLevel) else {
      throw ValidationError("--log-level '\(logLevel)': give debug, info, notice, warning or error")
    }
    logger.logLevel = level
    try await serve(logger)
  }

  private func serve(_ logger: Logger) async throws {
    // What is kept holds scripts and environments: it is for nobody else to read.
    umask(0o077)
    let address = try ListenAddress(listen ?? "unix:\(folder.state)/muster.sock")
    do {
      try FileManager.default.createDirectory(
        atPath: folder.state, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o755])
    } catch {
      throw Refusal(
        "no-folder", "the folder can't be made: \(error.localizedDescription)",
        where: folder.state, fix: "give one that this user may write")
    }
    let controller = try Controller.open(
      in: folder.state, beginning: { try beginning() },
      clock: { SystemClock(notBefore: $0) })
    let log = try decisions.map { try DecisionFile(at: $0, of: controller, logger: logger) }
    let daemon = try Daemon(controller, decisions: log, logger: logger)
    try await daemon.serve(at: address, rereading: policy)
  }

  private func beginning() throws(Refusal) -> Controller.Beginning {
    guard let fleet, let policy else {
      throw Refusal(
        "no-files", "a cluster begins with a fleet file and a policy file", where: folder.state,
        fix: "give --fleet Policies/fleets/laptop.yaml --policy Policies/single-team.yaml to try it"
      )
    }
    return Controller.Beginning(
      fleet: try NamedText(reading: fleet), policy: try NamedText(reading: policy))
  }
}

/// Reads a journal from end to end.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Read the journal from end to end, and believe nothing.")

  @OptionGroup var folder: StateOptions

  func run() throws {
    let check = try JournalCheck(of: folder.journal)
    for fault in check.faults { print("\(fault)") }
    print(
      "entries \(check.first) to \(check.last), \(check.snapshots) snapshots: "
        + (check.faults.isEmpty ? "all as they were written" : "\(check.faults.count) faults"))
    guard check.faults.isEmpty else {
      throw Refusal(
        "damaged", "the journal is not what was written", where: folder.journal,
        fix: "restore the last backup")
    }
  }
}

/// Copies a journal while it is written.
struct BackupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Copy the journal, while the daemon runs or not.")

  @OptionGroup var folder: StateOptions

  @Argument(help: "The file to make; there may be none yet.")
  var file: String

  func run() throws {
    umask(0o077)
    try SQLiteStore.backUp(folder.journal, to: file)
  }
}
