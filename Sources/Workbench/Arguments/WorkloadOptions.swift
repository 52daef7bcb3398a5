public import ArgumentParser
import Fleet
import Policy
import PolicyFiles
import Reports
import Simulation
import Traces
import Units

extension Overruns: ExpressibleByArgument {}

/// Which jobs, on which fleet: what `replay` and `compare` have in common.
struct WorkloadOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A trace, plain or gzip; a scheduler's journal, or the folder that it is in; "
        + "MODEL[:JOBS[:LOAD]], a workload generated from the seed, such as philly-like:20000:90 "
        + "(models: \(GeneratedArgument.names)); or a scenario file (.yaml), which names its fleet "
        + "and its policy.", valueName: "trace"))
  var trace: String

  @OptionGroup var selection: TraceOptions

  @Option(help: FleetArgument.help)
  var fleet: FleetArgument?

  @Option(
    help: ArgumentHelp(
      "A YAML file that says onto which accounts and modes of the policy those of the trace go.",
      valueName: "file"))
  var mapAccounts: String?

  @Option(help: "What becomes of jobs that ran longer than they asked for.")
  var overruns = Overruns.raise

  @Option(
    help: ArgumentHelp(
      "What a generated workload follows from; a recorded trace draws nothing.", valueName: "n"))
  var seed: UInt64?

  func validate() throws {
    guard ScenarioArgument.isScenario(trace) else {
      guard fleet != nil else {
        throw ValidationError("--fleet: say which, such as 66x8; only scenarios name their own")
      }
      return
    }
    guard !selection.isGiven else {
      throw ValidationError(
        "\(trace): a scenario says which jobs it has; options that choose jobs are for traces")
    }
  }

  /// Whether these jobs are one workload, as reports are about.
  func validate(_ report: ReportOptions) throws {
    guard report.isWanted, window.count > 1 else { return }
    throw ValidationError(
      "--report: several windows are several workloads; give one --window, or none")
  }

  var window: [WindowArgument] { selection.window }

  /// Onto which accounts the trace's go, if a file says so.
  private func mapping() throws -> AccountMapping? {
    try mapAccounts.map(AccountMapping.init(option:))
  }

  /// The scenario, with its file's path; nil where a trace is named.
  func scenario() throws -> ScenarioArgument? {
    if ScenarioArgument.isScenario(trace) { return try ScenarioArgument(path: trace, seed: seed) }
    guard let model = try GeneratedArgument(trace), model.isDrawnOneByOne else { return nil }
    var others = selection
    others.limit = nil
    guard !others.isGiven, mapAccounts == nil else {
      throw ValidationError(
        "\(trace): of the options that choose and map jobs only --limit is for generated ones; "
          + "write them with gsim generate, and replay the file")
    }
    return ScenarioArgument(model, most: selection.limit, seed: seed)
  }

  /// The fleet that an option names, or the scenario.
  func fleet(of scenario: ScenarioArgument?) throws -> FleetArgument {
    guard let fleet = fleet ?? scenario?.fleet else {
      throw ValidationError("--fleet: say which, such as 66x8")
    }
    return fleet
  }

  /// What a replay under one policy is of, as the options say, or the scenario.
  func setting(_ policy: PolicyArgument?) throws -> ReplaySetting {
    let scenario = try scenario()
    let fleet = try fleet(of: scenario)
    guard let policy = policy ?? scenario?.policy else {
      throw ValidationError("--policy: say which; only scenarios name their own")
    }
    let topology = try fleet.topology()
    let rules = try policy.policy(on: topology)
    try scenario?.check(against: rules)
    return ReplaySetting(
      scenario: scenario, topology: topology, policy: rules,
      inputs: inputs(of: scenario, on: fleet) + [policy.written])
  }

  /// The files that are read, with those that a scenario names, so that nothing is written over
  /// them.
  func inputs(of scenario: ScenarioArgument?, on fleet: FleetArgument) -> [String] {
    JournalArgument.files(of: trace) + [fleet.written]
      + [mapAccounts, selection.columns].compactMap { $0 }
      + (scenario?.inputs ?? [])
  }

  /// The jobs with all that a report says of them.
  func load(_ scenario: ScenarioArgument?, for topology: Topology) throws -> Workload {
    if let scenario {
      var workload = try scenario.load(overruns, on: topology)
      workload.mapping = try mapping()
      return workload
    }
    let trace = try read(for: topology)
    var subject = ReplayReport.Subject(trace: self.trace, format: trace.format)
    subject.jobs = trace.jobs.count
    subject.skipped = trace.skipped.map { ($0.reason.description, $0.count) }
    subject.missingRequestedTimes = trace.missingRequestedTimes
    subject.overruns = (trace.overruns, overruns)
    let parts = try selection.parts(of: trace)
    let span = parts.count == 1 ? parts[0].jobs : trace.jobs[...]
    if let first = span.first, let last = span.last {
      subject.spanSeconds = Double((last.submitted - first.submitted).milliseconds) / 1000
    }
    var workload = Workload(subject: subject, parts: parts, seed: seed ?? 1)
    workload.names = trace.names
    workload.mapping = try mapping()
    return workload
  }

  private func read(for topology: Topology) throws -> Trace {
    if let model = try GeneratedArgument(trace) {
      let jobs = try model.phillyJobs(accelerators: topology.acceleratorCount, seed: seed ?? 1)
      return try selection.selected(Trace(format: .philly, jobs: jobs))
    }
    return try selection.read(trace)
  }
}

extension AccountMapping {
  /// The mapping in a file that `--map-accounts` names.
  init(option path: String) throws {
    let file = ConfigurationFile(
      path: path, option: "map-accounts",
      hint: "write one: Documentation/Reference/AccountMapping.md")
    try self.init(try file.text(), file: path)
  }
}

/// A policy on a fleet, and the scenario that jobs come from, if one was named.
struct ReplaySetting {
  var scenario: ScenarioArgument?
  var topology: Topology
  var policy: ClusterPolicy

  /// What was read, so that nothing is written over it.
  var inputs: [String]
}

/// The jobs to replay.
struct Workload: Sendable {
  var subject: ReplayReport.Subject

  /// The windows with the index of their first job, or the whole as one part.
  var parts: [(start: Int, jobs: ArraySlice<TraceJob>)]

  /// The scenario, with the jobs of its trace; then there are no parts.
  var scenario: (scenario: Scenario, trace: [TraceJob])?

  /// What its draws follow from.
  var seed: UInt64 = 1

  /// Whom and what the numbers of its jobs stand for.
  var names = TraceNames()

  /// Onto which accounts and modes these go, if a file says so.
  var mapping: AccountMapping?

  /// Who pays for its recorded jobs under a policy; nil: the root, under the first mode, as the
  /// trace tells nobody.
  func owners(under policy: ClusterPolicy) throws -> TraceOwners? {
    // A scenario that says where jobs go asks nobody.
    guard scenario?.scenario.trace?.shares.isEmpty ?? true else {
      guard mapping == nil else {
        throw ValidationError("--map-accounts: the scenario's 'shares' say where its jobs go")
      }
      return nil
    }
    guard mapping != nil || !names.accounts.isEmpty || !names.modes.isEmpty else { return nil }
    try mapping?.check(against: policy)
    let jobs = scenario?.trace ?? parts.flatMap { $0.jobs }
    return try TraceOwners(of: jobs, names, under: policy, mapping: mapping, seed: seed)
  }

  /// 0 where only playing it tells.
  var jobCount: Int { parts.reduce(0) { $0 + $1.jobs.count } }

  /// The same, a little shaken: `ShakenWorkload`; what a scenario draws is drawn anew.
  ///
  /// - Parameter number: 0: as it is.
  func shaken(_ number: UInt64) -> Workload {
    guard number > 0 else { return self }
    let shake = ShakenWorkload()
    var shaken = self
    shaken.parts = parts.map { ($0.start, shake.jobs(Array($0.jobs), seed: number)[...]) }
    shaken.seed = seed &+ number &* 0x9E37_79B9_7F4A_7C15
    if let (scenario, trace) = scenario {
      var drawn = scenario
      drawn.seed = shaken.seed
      shaken.scenario = (drawn, shake.jobs(trace, seed: number))
    }
    return shaken
  }
}
