import ArgumentParser
import Arguments
import Wire

/// What may stand on `gsub`'s command line, in its environment, and on a script's `#GSUB` lines.
struct SubmitOptions: ParsableArguments {
  @OptionGroup(title: "The job") var job: JobOptions
  @OptionGroup(title: "The gang") var gang: GangOptions
  @OptionGroup(title: "When it runs") var terms: TermOptions
  @OptionGroup(title: "What it runs") var task: TaskOptions
}

/// What the job is called, who pays, and how many of it there are.
struct JobOptions: ParsableArguments {
  @Option(
    name: [.customShort("J"), .long],
    help: "What it is called; else the script's name.")
  var name: String?

  @Option(
    name: [.customShort("A"), .long],
    help: ArgumentHelp("Who is charged: a path in the tree of accounts.", valueName: "path"))
  var account: String?

  @Option(help: ArgumentHelp("The access mode, such as fast-lane.", valueName: "name"))
  var mode: String?

  @Option(
    name: [.customShort("t"), .customLong("time")],
    help: ArgumentHelp("Time limit: 4h, 90m, 1:30:00, 2-12:00; bare minutes.", valueName: "time"),
    transform: { try TimeLimit(parsing: $0) })
  var timeLimit: TimeLimit?

  @Option(
    name: [.customShort("a"), .long],
    help: ArgumentHelp("An array of jobs: 0-99%10, 1,4,7, 0-20:5.", valueName: "indices"),
    transform: ArrayArgument.parse)
  var array: JobSubmission.ArraySpec?
}

/// When it may start, and what else it waits for.
struct TermOptions: ParsableArguments {
  @Option(
    name: [.customShort("d"), .long],
    help: ArgumentHelp("Jobs that come first: afterok:12:13,afterany:9.", valueName: "jobs"),
    transform: { Dependencies(jobs: try DependencyArgument.parse($0)) })
  var dependency: Dependencies?

  @Option(
    name: [.customShort("b"), .long],
    help: ArgumentHelp("Not to start before: now+2h, 18:30, 2026-03-01T06:00.", valueName: "time"),
    transform: PointInTime.init(parsing:))
  var begin: PointInTime?

  @Option(
    help: ArgumentHelp("To be over by then, written as --begin is.", valueName: "time"),
    transform: PointInTime.init(parsing:))
  var deadline: PointInTime?

  @Option(help: ArgumentHelp("The reservation that it runs in.", valueName: "name"))
  var reservation: String?

  @Flag(
    name: [.customShort("H"), .long], inversion: .prefixedNo, exclusivity: .chooseLast,
    help: "It does not start until it is released.")
  var hold = false

  /// Several jobs; a later list takes the place of an earlier one.
  struct Dependencies {
    var jobs: [JobSubmission.Dependency]
  }
}

/// What it runs, where its output goes, and which signals it gets.
struct TaskOptions: ParsableArguments {
  enum OpenMode: String, ExpressibleByArgument, CaseIterable {
    case append, truncate
  }

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "Its output: %j job, %a index, %t member, %N node, %x name, %u user.", valueName: "file"),
    completion: .file())
  var output: String?

  @Option(
    name: [.customShort("e"), .customLong("error")],
    help: ArgumentHelp("Its errors; else with its output.", valueName: "file"),
    completion: .file())
  var errors: String?

  @Option(help: ArgumentHelp("Whether its files are appended to.", valueName: "mode"))
  var openMode: OpenMode?

  @Option(
    name: [.customShort("D"), .long],
    help: ArgumentHelp("Where it is started; else here.", valueName: "folder"),
    completion: .directory)
  var chdir: String?

  @Option(
    help: ArgumentHelp(
      "The environment it gets: ALL, NONE, or names and NAME=value.", valueName: "names"))
  var export: String?

  @Option(help: ArgumentHelp("Processes of each member.", valueName: "count"))
  var tasksPerMember: Int?

  @Option(
    help: ArgumentHelp("How often it makes a checkpoint: 30m.", valueName: "time"),
    transform: TimeLimit.span(parsing:))
  var checkpointEvery: Int64?

  @Option(
    help: ArgumentHelp(
      "What tells it to make one, before it is ended: USR2@90.", valueName: "signal@time"),
    transform: SignalArgument.parse)
  var checkpointSignal: TaskSpec.SignalAhead?

  @Option(
    help: ArgumentHelp("A signal before its time limit: USR2@30.", valueName: "signal@time"),
    transform: SignalArgument.parse)
  var signal: TaskSpec.SignalAhead?

  func validate() throws {
    if let tasksPerMember, !(1...4096).contains(tasksPerMember) {
      throw ValidationError("--tasks-per-member \(tasksPerMember): give 1 to 4096")
    }
  }
}
