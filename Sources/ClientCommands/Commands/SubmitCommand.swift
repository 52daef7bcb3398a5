import ArgumentParser
import Arguments
import Client
import Foundation
import Wire

/// `gsub`: submits a script, a command, or an array of jobs.
struct SubmitCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "gsub",
    abstract: "Submit a job: a script, a command, or an array.",
    usage: """
      gsub [<options>] <script> [<argument> ...]
      gsub [<options>] --wrap <command>
      """,
    discussion: """
      A script may carry options as #GSUB lines after its first line and before its first \
      command. The command line overrides MUSTER_GSUB_ variables (MUSTER_GSUB_TIME for \
      --time), and those override the script. Exit codes: 0; 1 for a refusal; 2 for wrong \
      usage; 3 where the scheduler can't be reached; with --wait, the job's own.
      """,
    version: "0.1.0")

  @OptionGroup var options: SubmitOptions
  @OptionGroup(title: "How it is submitted") var manner: SubmitManner
  @OptionGroup(title: "The scheduler") var controller: ControllerOptions

  @Argument(
    help: ArgumentHelp("The script, or - for the input, and its arguments.", valueName: "script"),
    completion: .file())
  var words: [String] = []

  /// Reads the command line, and with it what the script and the environment say; then submits.
  static func submit(_ typed: [String], in world: Surroundings) throws {
    let line = try SubmitLine(typed)
    let script = try line.script(in: world)
    let origins = try SubmissionOrigins(script: script, environment: world.environment)
    // To read options takes longer than all else that is done here.
    let command =
      origins.isEmpty ? line.command : try parse(try origins.words() + line.words)
    for line in origins.late {
      world.errors(
        "gsub: \(script.name):\(line): this #GSUB stands behind the first command: it is not read")
    }
    try command.submit(script, in: world)
  }

  func validate() throws {
    guard manner.wrap == nil || words.isEmpty else {
      throw ValidationError("--wrap is the whole command: leave '\(words[0])' away, or quote it")
    }
  }

  func run(in world: Surroundings) throws {
    try submit(try SubmitLine(manner.wrap, words).script(in: world), in: world)
  }

  private func submit(_ script: Script, in world: Surroundings) throws {
    let submission = try JobSubmission(options, script, in: world)
    if manner.dryRun {
      return try world.print(
        manner.json ? try world.json(submission) : RequestView(submission).text)
    }
    let client = try controller.client(environment: world.environment)
    if manner.testOnly {
      let forecast: JobForecast = try client.post(submission, to: Route.forecast)
      return try world.print(
        manner.json ? try world.json(forecast) : ForecastView(forecast, world).text)
    }
    let reply: SubmissionReply = try client.post(submission, to: Route.jobs)
    try announce(reply, in: world)
    if manner.wait { try JobWait(client, world).wait(for: reply) }
  }

  private func announce(_ reply: SubmissionReply, in world: Surroundings) throws {
    if manner.json { return try world.print(try world.json(reply)) }
    if manner.parsable { return try world.print("\(reply.job)\n") }
    let last = reply.job + UInt32(max(1, reply.count)) - 1
    let more = reply.count > 1 ? ", the first of \(reply.count) (\(reply.job) to \(last))" : ""
    try world.print("Submitted job \(reply.job)\(more)\n")
  }
}

/// A command line, cut where the script's name stands: what comes behind it is the script's.
private struct SubmitLine {
  /// Finds the script; it does not know of `--help`, and takes what it does not know for words.
  ///
  /// Said to be a part of a command, it isn't searched for `--generate-completion-script`: twice
  /// the work, and behind the script's name that is a word like others.
  private struct Locator: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "locator", _superCommandName: "gsub")

    @OptionGroup var options: SubmitOptions
    @OptionGroup var manner: SubmitManner
    @OptionGroup var controller: ControllerOptions
    @Argument(parsing: .captureForPassthrough) var words: [String] = []
  }

  /// The command as it was typed.
  private(set) var command = SubmitCommand()
  /// What stands before the script.
  private let options: [String]
  private let script: [String]
  private let wrap: String?

  init(_ typed: [String]) throws {
    let located = try Locator.parse(typed)
    wrap = located.manner.wrap
    (command.options, command.manner) = (located.options, located.manner)
    command.controller = located.controller
    var words = located.words
    options = typed.dropLast(words.count)
    if let word = words.first, word.hasPrefix("-"), word != "-", word != "--" {
      // An option that is none, or one that asks for help: the command itself says so.
      _ = try SubmitCommand.parse(typed)
    }
    if words.first == "--" { words.removeFirst() }
    script = words
  }

  init(_ wrap: String?, _ words: [String]) {
    (self.wrap, script, options) = (wrap, words, [])
  }

  /// All of it, so that nothing of the script's is taken for an option.
  var words: [String] { options + ["--"] + script }

  func script(in world: Surroundings) throws -> Script {
    guard let wrap else { return try Script(words: script, in: world) }
    guard script.isEmpty else {
      throw ValidationError("--wrap is the whole command: leave '\(script[0])' away, or quote it")
    }
    return Script(wrapping: wrap)
  }
}

/// What becomes of a submission.
struct SubmitManner: ParsableArguments {
  @Option(help: ArgumentHelp("A command instead of a script.", valueName: "command"))
  var wrap: String?

  @Flag(name: [.customShort("W"), .long], help: "Wait until it is over; exit with its code.")
  var wait = false

  @Flag(help: "Submit nothing: say where it would run, when, and at what cost.")
  var testOnly = false

  @Flag(help: "Submit nothing: print what would be.")
  var dryRun = false

  @Flag(help: "Print the number alone.")
  var parsable = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard !(testOnly && dryRun) else {
      throw ValidationError("--test-only and --dry-run: give one of them")
    }
    guard !wait || !(testOnly || dryRun) else {
      let other = testOnly ? "--test-only" : "--dry-run"
      throw ValidationError("\(other) submits nothing that --wait could wait for")
    }
  }
}

/// Waits until jobs are over.
struct JobWait {
  private static let pollMs = 30_000
  /// For how long a controller that is away is tried again: ten minutes, every two seconds.
  private static let (tries, pauseMs) = (300, 2_000)

  private let client: ControllerClient
  private let world: Surroundings

  init(_ client: ControllerClient, _ world: Surroundings) {
    self.client = client
    self.world = world
  }

  /// Waits for all jobs of a submission; throws the greatest of their exit codes unless it is 0.
  func wait(for reply: SubmissionReply) throws {
    var worst: Int32 = 0
    for offset in 0..<UInt32(reply.count) {
      let row = try end(of: reply.job + offset)
      let code = row.state == .completed ? row.exitCode ?? 0 : row.exitCode ?? 1
      // A job that ended otherwise than well is never told as a success.
      worst = max(worst, Int32(row.state == .completed ? code : max(1, code)))
    }
    if worst != 0 { throw CommandFailure("", exitCode: worst) }
  }

  private func end(of job: UInt32) throws(ClientError) -> JobRow {
    var left = Self.tries
    while true {
      do throws(ClientError) {
        let row: JobRow = try client.get(from: Route.job(job), waitMs: Self.pollMs)
        if row.state.isOver { return row }
        left = Self.tries
      } catch {
        guard case .unreachable = error, left > 0 else { throw error }
        if left == Self.tries { world.errors("gsub: \(error); still waiting for job \(job)") }
        left -= 1
        world.pause(Self.pauseMs)
      }
    }
  }
}
