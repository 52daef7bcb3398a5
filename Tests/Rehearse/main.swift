import ArgumentParser
import Foundation
import Rehearsal

/// `rehearse`: whole runs of the real programs.
struct Rehearse: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rehearse", abstract: "Run the real programs through a whole rehearsal.",
    subcommands: [Agree.self, Beside.self, Endure.self, Live.self, Plan.self])

  /// Says how far it is, on standard error.
  static func progress(_ words: String) {
    FileHandle.standardError.write(Data("\(words)\n".utf8))
  }
}

/// `rehearse endure`: a daemon that is killed over and over.
struct Endure: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Kill the daemon and its agents at random moments, cut one off, and look for what was lost.")

  @Option(help: "How many jobs, at least.")
  var jobs = 2_000

  @Option(help: "How often the daemon is killed, at least.")
  var kills = 200

  @Option(help: "How many nodes.")
  var nodes = 6

  @Option(help: "What the load and all moments follow from (default: another each time).")
  var seed: UInt64?

  func run() throws {
    var options = Endurance.Options()
    options.jobs = jobs
    options.kills = kills
    options.nodes = nodes
    options.seed = seed ?? UInt64.random(in: 1...999_999)
    Rehearse.progress("--seed \(options.seed)")
    let report = try Endurance.run(options) { Rehearse.progress($0) }
    print(report)
    Rehearse.progress("an agent is cut off")
    let findings = try Severance.run { Rehearse.progress($0) }
    print(
      findings.isEmpty
        ? "An agent that was cut off for longer than its lease broke nothing."
        : findings.joined(separator: "\n"))
    if !report.findings.isEmpty || !findings.isEmpty { throw ExitCode.failure }
  }
}

/// `rehearse agree`: a live run that the simulator must make again.
struct Agree: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Let an emulated fleet live, and have the simulator decide the same.")

  @Option(help: "How many jobs, at least.")
  var jobs = 5_000

  @Option(help: "In how many seconds they are submitted.")
  var seconds = 120.0

  @Option(help: "So many seconds of the tasks' clock go into one of the daemon's.")
  var hurry = 600

  @Option(help: "What the load follows from (default: another each time).")
  var seed: UInt64?

  @Flag(help: "Leave the journal where it is.")
  var keep = false

  func run() throws {
    var options = Agreement.Options()
    options.jobs = jobs
    options.seconds = seconds
    options.hurry = hurry
    options.seed = seed ?? UInt64.random(in: 1...999_999)
    Rehearse.progress("--seed \(options.seed)")
    let report = try Agreement.run(options) { Rehearse.progress($0) }
    print(report)
    var isSensitive = true
    for constant in Agreement.Constant.allCases {
      let differs = try report.differs(with: constant)
      isSensitive = isSensitive && differs
      print("with other \(constant.rawValue): \(differs ? "it differs" : "THE SAME")")
    }
    if keep || !report.isSame || !isSensitive {
      report.stage.keep()
      print("left as it was: \(report.stage.folder.path)")
    }
    if !report.isSame || !isSensitive { throw ExitCode.failure }
  }
}

/// `rehearse live`: a live daemon at size.
struct Live: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure a live daemon with 12,500 emulated nodes.")

  @Option(help: "The fleet file.")
  var fleet = "Policies/fleets/bench-100k.yaml"

  @Option(help: "How many jobs run.")
  var running = 20_000

  @Option(help: "How many jobs wait.")
  var waiting = 100_000

  @Option(help: "How long the journal is at the restart.")
  var entries = 1_000_000

  func run() throws {
    var options = LiveBench.Options()
    options.running = running
    options.waiting = waiting
    options.entries = entries
    let head = "| what | measured | asked for |\n|---|---:|---:|\n"
    FileHandle.standardOutput.write(Data(head.utf8))
    try LiveBench.run(options, fleet: String(contentsOfFile: fleet, encoding: .utf8)) { figure in
      // At once, as a run takes long.
      let line = "| \(figure.what) | \(figure.measured) | \(figure.bar ?? "") |\n"
      FileHandle.standardOutput.write(Data(line.utf8))
    }
  }
}

/// `rehearse beside`: Muster's commands and Slurm's.
struct Beside: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure Muster's commands, and Slurm's where it is installed.")

  @Option(help: "The fleet file.")
  var fleet = "Policies/fleets/bench-100k.yaml"

  @Option(help: "The folder of Muster's commands.")
  var commands: String

  @Option(help: "How many jobs wait where a long queue is measured, in arrays of 10,000.")
  var waiting = 50_000

  func run() throws {
    let table = try BesideSlurm.run(
      fleet: String(contentsOfFile: fleet, encoding: .utf8), commands: commands, waiting: waiting
    ) { Rehearse.progress($0) }
    func line(_ cells: [String]) { print("| \(cells.joined(separator: " | ")) |") }
    line(["what"] + table.engines)
    line(["---"] + table.engines.map { _ in "---:" })
    for row in table.rows { line([row.what] + row.measured) }
  }
}

/// `rehearse plan`: how long a plan takes on a live daemon.
struct Plan: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure gpolicy plan on a live emulated fleet with a history.")

  @Option(help: "How many jobs of history, at least.")
  var jobs = 50_000

  @Option(help: "So many seconds of the tasks' clock go into one of the daemon's.")
  var hurry = 6_000

  @Option(help: "What the load follows from.")
  var seed: UInt64 = 1

  func run() throws {
    var options = PlanBench.Options()
    options.jobs = jobs
    options.hurry = hurry
    options.seed = seed
    print(try PlanBench.run(options) { Rehearse.progress($0) })
  }
}

Rehearse.main()
