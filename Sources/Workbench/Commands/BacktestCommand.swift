import ArgumentParser
import Dispatch
import Fleet
import Policy
import PolicyFiles
import Reports
import Simulation
import Synchronization
import Traces
import Units

/// `gsim backtest`: how far what plans and start estimates say comes true.
struct BacktestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backtest",
    abstract: "Hold what is foreseen from some weeks of a trace against what the next one showed.",
    discussion: """
      After three weeks of a trace under the first policy, 'gpolicy plan' is asked about each of \
      the others, and the fourth week is played with and without the change. Jobs that have to \
      wait are told when they start, as gwhy would tell them, in intervals learned before. What \
      came of it on Philly, and how to read it: Documentation/Internals/Prediction.md.
      """)

  @Argument(
    help: ArgumentHelp(
      "A trace, plain or gzip, or a scheduler's journal.", valueName: "trace"))
  var trace: String

  @OptionGroup var selection: TraceOptions

  @Option(help: FleetArgument.help)
  var fleet: FleetArgument

  @Option(
    help: ArgumentHelp(
      "The policy in force, then those that are planned in its place; give two or more.",
      valueName: "name|file"))
  var policy: [PolicyArgument]

  @Option(help: ArgumentHelp("From how long something is learned.", valueName: "time"))
  var learn = SpanArgument(days: 21)

  @Option(help: ArgumentHelp("How long the span is that is foreseen.", valueName: "time"))
  var test = SpanArgument(days: 7)

  @Option(help: ArgumentHelp("How much later each time begins.", valueName: "time"))
  var step = SpanArgument(days: 28)

  @Option(
    help: ArgumentHelp(
      "Users ask for up to so many times the run time, as people type it; else as is recorded.",
      valueName: "factor"))
  var estimates: Int?

  @Option(
    help: ArgumentHelp("Every so many-th waiting job is told when it starts.", valueName: "n"))
  var sample = 5

  @Option(
    help: ArgumentHelp(
      "Every so many-th of these is told what becomes of the queue, which takes long.",
      valueName: "n"))
  var outlooks = 20

  @Option(help: ArgumentHelp("What the estimates follow from.", valueName: "n"))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp("Write the figures as JSON; - for standard output.", valueName: "file|-"))
  var json: String?

  func validate() throws {
    guard policy.count > 1 else { throw ValidationError("--policy: give two or more") }
    guard selection.window.count <= 1 else {
      throw ValidationError("--window: give one, as folds are of one run of jobs")
    }
    guard sample > 0, outlooks > 0 else {
      throw ValidationError("--sample and --outlooks: give at least 1")
    }
    guard estimates.map({ (2...1000).contains($0) }) ?? true else {
      throw ValidationError("--estimates: give 2 to 1000")
    }
  }

  mutating func run() throws {
    let topology = try fleet.topology()
    let inputs =
      JournalArgument.files(of: trace) + [fleet.written] + policy.map(\.written)
      + [selection.columns].compactMap { $0 }
    let output = try JSONOutput(json, inputs: inputs)
    let policies = try policy.map { try $0.policy(on: topology) }
    let read = try selection.read(trace)
    let jobs = asked(Array(try selection.parts(of: read)[0].jobs))
    let folds = BacktestFold.all(
      of: jobs, learning: learn.span, testing: test.span, every: step.span)
    guard !folds.isEmpty else {
      throw CommandFailure("\(trace): is shorter than what is learned from and foreseen together")
    }
    var mapping = RequestMapping(topology: topology, overruns: .raise)
    mapping.terms = read.names.terms
    let mappings = try policies.map { [mapping] policy in
      var mapping = mapping
      if !read.names.accounts.isEmpty || !read.names.modes.isEmpty {
        mapping.owners = try TraceOwners(
          of: jobs, read.names, under: policy, mapping: nil, seed: seed)
      }
      return mapping
    }
    let study = BacktestStudy(
      topology: topology, policies: policies, names: policy.map(\.written), mappings: mappings,
      asking: asking, testedDays: Int(test.span.milliseconds / 86_400_000))
    let report = try study.report(
      folds,
      BacktestReport.Subject(
        trace: trace, fleet: topology.name, inForce: policy[0].written,
        learnedDays: Double(learn.span.milliseconds) / 86_400_000,
        testedDays: Double(test.span.milliseconds) / 86_400_000))
    if !output.takesStandardOutput { try StandardOutput.write(report.text()) }
    try output.write(report.json())
  }

  private var asking: BacktestPlay.Asking {
    var asking = BacktestPlay.Asking()
    asking.every = sample
    asking.outlookEvery = outlooks
    return asking
  }

  /// The jobs with the times that users ask for.
  private func asked(_ jobs: [TraceJob]) -> [TraceJob] {
    guard let estimates else { return jobs }
    let model = EstimateModel(factorMilli: estimates * 1000, isRounded: true)
    var draws = SeededGenerator(seed: seed, for: "estimates")
    var jobs = jobs
    for index in jobs.indices {
      jobs[index].requestedTime = model.requestedTime(for: jobs[index].runTime, from: &draws)
    }
    return jobs
  }
}

/// All plays of all folds, as many at once as there are cores.
private struct BacktestStudy: Sendable {
  let topology: Topology
  let policies: [ClusterPolicy]
  let names: [String]
  let mappings: [RequestMapping]
  let asking: BacktestPlay.Asking
  let testedDays: Int

  private typealias Results = (changes: [BacktestReport.Change], starts: [BacktestReport.Starts])

  func report(
    _ folds: [BacktestFold], _ subject: BacktestReport.Subject
  ) throws -> BacktestReport {
    let progress = Progress("backtesting", total: folds.count, unit: "folds")
    let results = Mutex([Result<Results, any Error>?](repeating: nil, count: folds.count))
    DispatchQueue.concurrentPerform(iterations: folds.count) { index in
      let result = Result { try play(folds[index]) }
      results.withLock { $0[index] = result }
      progress.part().show(1)
    }
    progress.clear()
    let all = try results.withLock { $0 }.map { result in
      guard let result else { preconditionFailure("a fold did not come to its end") }
      return try result.get()
    }
    return BacktestReport(subject, all.flatMap(\.changes), all.flatMap(\.starts))
  }

  private func play(_ fold: BacktestFold) throws -> Results {
    var starts: [BacktestReport.Starts] = []
    var steady: BacktestPlay?
    for (number, policy) in policies.enumerated() {
      let play = BacktestPlay(
        fold, on: topology, under: policy, mapping: mappings[number], changingTo: nil,
        asking: asking)
      steady = steady ?? play
      for telling in BacktestPlay.Telling.allCases {
        starts.append(
          BacktestReport.Starts(
            cut: fold.cut, policy: names[number], telling, play.told(fold, telling)))
      }
    }
    guard let steady else { preconditionFailure("no policy is in force") }
    let plays = policies.enumerated().map { number, policy in
      policy.plays([replayed(steady.history, under: policy)], label: names[number])
    }
    let before = steady.shown(fold)
    var changes: [BacktestReport.Change] = []
    for number in policies.indices.dropFirst() {
      let changed = BacktestPlay(
        fold, on: topology, under: policies[0], mapping: mappings[0],
        changingTo: policies[number], asking: nil)
      if let why = changed.refusal {
        throw CommandFailure(
          "--policy \(names[number]) can't take the place of \(names[0]): \(why)")
      }
      let groups = GroupComparison(
        [plays[0], plays[number]], following: steady.history.sequence, aheadDays: testedDays)
      let said =
        groups.rows.first { $0.kind == .all && $0.policy == names[number] }?.measures ?? [:]
      let after = changed.shown(fold)
      for figure in BlockBootstrap.Figure.allCases {
        guard let said = said[figure], let base = before[figure], let shown = after[figure] else {
          continue
        }
        changes.append(
          BacktestReport.Change(
            cut: fold.cut, policy: names[number], figure, said: said, shown: shown - base))
      }
    }
    return (changes, starts)
  }

  /// The weeks before the cut, as `gpolicy plan` replays them.
  private func replayed(_ history: RecordedHistory, under policy: ClusterPolicy) -> JobRecords {
    var replay = Replay(topology: topology, policy: policy, overruns: .raise)
    replay.recordsJobs = true
    let result = replay.run(HistoryUsers(history, under: policy), log: DecisionLog(sink: nil))
    guard let jobs = result.jobs else { preconditionFailure("jobs are recorded") }
    return jobs
  }
}
