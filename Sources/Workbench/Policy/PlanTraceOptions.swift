import ArgumentParser
import Arguments
import Cluster
import Fleet
import Hashing
import Policy
import PolicyFiles
import Simulation
import Traces
import Units

/// The recorded jobs by which a plan judges a policy, where a daemon's own are not meant.
struct PlanTraceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Plan by the jobs of a trace, plain or gzip, or of another scheduler's journal.",
      valueName: "file"),
    completion: .file())
  var trace: String?

  @Option(
    help: ArgumentHelp(
      "The fleet that they come to, such as 66x8, or a file; else the scheduler's.",
      valueName: "file|NxA"))
  var fleet: FleetArgument?

  @Option(
    help: ArgumentHelp(
      "The policy that the new one is held against: a built-in one, or a file; else the one in "
        + "force at the scheduler.", valueName: "name|file"))
  var inForce: PolicyArgument?

  @Option(
    help: ArgumentHelp(
      "A YAML file that says onto which accounts and modes of the policy those of the trace go.",
      valueName: "file"))
  var mapAccounts: String?

  @OptionGroup var selection: TraceOptions

  func validate() throws {
    guard trace == nil else {
      guard selection.window.count <= 1 else {
        throw ValidationError("--window: give one, as a plan is of one run of jobs")
      }
      return
    }
    guard fleet == nil, inForce == nil, mapAccounts == nil, !selection.isGiven else {
      throw ValidationError("--trace: say which; the scheduler's journal needs no such options")
    }
  }

  /// - Throws: where something is said of a journal that is not read, or a scheduler is named that
  ///   is not asked.
  func check(beside options: PlanOptions) throws {
    guard trace != nil else { return }
    try options.checkNoJournal("a trace is; choose its jobs by --window")
    guard fleet != nil, inForce != nil else { return }
    for (name, isGiven) in [
      ("--state", options.state != nil), ("--controller", options.controller.controller != nil),
    ] where isGiven {
      throw ValidationError(
        "\(name): nobody is asked where --fleet and --in-force are given; leave one of them away")
    }
  }

  /// The files that are read, so that nothing is written over them.
  var inputs: [String] {
    (trace.map(JournalArgument.files) ?? [])
      + [fleet?.written, inForce?.written, mapAccounts, selection.columns].compactMap { $0 }
  }

  /// The trace as a period, with the policy in force in it.
  ///
  /// - Parameter standing: what a scheduler has, asked only where the options leave something out.
  func past(
    _ trace: String, _ standing: () throws -> JournalSource.Past
  ) throws -> JournalSource.Past {
    let known = fleet == nil || inForce == nil ? try standing() : nil
    guard let topology = try fleet?.topology() ?? known?.history.state.topology else {
      preconditionFailure("a fleet is named, or the scheduler's is known")
    }
    let rules = try inForce?.file(on: topology)
    guard let policy = rules?.policy ?? known?.history.state.policy,
      let digest = rules.map({ SHA256Digester.digest(of: Array($0.text.utf8)) }) ?? known?.digest
    else { preconditionFailure("a policy is named, or the scheduler's is known") }
    let read = try selection.read(trace)
    let jobs = try selection.parts(of: read)[0].jobs
    var mapping = RequestMapping(topology: topology, overruns: .raise)
    mapping.terms = read.names.terms
    if mapAccounts != nil || !read.names.accounts.isEmpty || !read.names.modes.isEmpty {
      let accounts = try mapAccounts.map(AccountMapping.init(option:))
      try accounts?.check(against: policy)
      mapping.owners = try TraceOwners(
        of: Array(jobs), read.names, under: policy, mapping: accounts, seed: 1)
    }
    let history = RecordedHistory(
      of: jobs.lazy.map { mapping.job($0) }, on: topology, under: policy)
    return JournalSource.Past(history: history, digest: digest)
  }
}
