public import ArgumentParser
import Arguments
import Client
import Cluster
import Codec
import Dispatch
import Foundation
import Hashing
import Policy
import PolicyFiles
import Reports
public import Simulation
import Store
import Synchronization
import Units
import Wire

extension EndEstimate: ExpressibleByArgument {}

/// A length of time such as `30d`, as `--last` takes it.
struct SpanArgument: ExpressibleByArgument {
  let span: TimeSpan

  private static let units: [(name: Character, seconds: Int64)] = [
    ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1),
  ]

  init(days: Int64) { span = .seconds(days * 86_400) }

  init?(argument: String) {
    guard let unit = Self.units.first(where: { $0.name == argument.last }),
      let count = Int64(argument.dropLast()), (1...36_500).contains(count)
    else { return nil }
    span = .seconds(count * unit.seconds)
  }
}

/// What a plan is made of, as `plan` and `apply` take it.
struct PlanOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How much of the journal is replayed, from its end: 30d, 12h. (default: 30d)",
      valueName: "time"))
  var last: SpanArgument?

  @Option(
    help: ArgumentHelp(
      "By what jobs are foreseen to end that are not over: history, or limits. "
        + "(default: history)"))
  var ends: EndEstimate?

  @Option(
    help: ArgumentHelp(
      "Plan from a daemon's folder, or a backup of its journal, instead of asking a daemon.",
      valueName: "folder"),
    completion: .directory)
  var state: String?

  @OptionGroup(title: "The scheduler") var controller: ControllerOptions

  func validate() throws {
    guard state == nil || controller.controller == nil else {
      throw ValidationError("--state and --controller: give one, as a plan is of one journal")
    }
  }

  /// - Throws: where something is said of how the journal is replayed, and none is.
  func checkNoJournal(_ why: String) throws {
    for (name, isGiven) in [("--last", last != nil), ("--ends", ends != nil)] where isGiven {
      throw ValidationError("\(name): says how the journal is replayed, but \(why)")
    }
  }

  /// The files that a plan reads by these options.
  var inputs: [String] { state.map(JournalArgument.files) ?? [] }
}

/// A policy file that somebody wants in force.
struct ProposedPolicy {
  let path: String
  let bytes: [UInt8]

  init(_ path: String) throws {
    self.path = path
    bytes = Array(
      try ConfigurationFile(path: path, option: "NEW", hint: "name a policy file").text().utf8)
  }

  /// A file that was in force before.
  init(_ bytes: [UInt8], name: String) {
    path = name
    self.bytes = bytes
  }

  var digest: String { SHA256Digester.digest(of: bytes) }

  /// The policy, which must go with the fleet that there is.
  func policy(on state: ClusterState) throws -> ClusterPolicy {
    let read = try PolicyFile(String(decoding: bytes, as: UTF8.self), file: path)
    try read.check(against: state.topology)
    return read.policy
  }
}

/// Plans a change: replays what there was under the policy in force and under the new one, and
/// looks on from now under both. Nothing is changed by it.
struct Planning {
  /// What people are told of where the past is from.
  private let source: String
  private let past: JournalSource.Past

  /// From a daemon's journal.
  init(_ options: PlanOptions) throws {
    let journal = try JournalSource(state: options.state, options.controller)
    let last = options.last ?? SpanArgument(days: 30)
    self.init(source: journal.name, try journal.past(last.span, options.ends ?? .history))
  }

  /// From a trace, where one is named; else from a daemon's journal.
  init(_ options: PlanOptions, _ trace: PlanTraceOptions) throws {
    guard let name = trace.trace else {
      try self.init(options)
      return
    }
    let past = try trace.past(name) {
      try JournalSource(state: options.state, options.controller).past(.zero, .limits)
    }
    self.init(source: name, past)
  }

  private init(source: String, _ past: JournalSource.Past) {
    self.source = source
    self.past = past
  }

  /// What the change would do; the two replays run side by side.
  func report(of proposal: ProposedPolicy) throws -> PlanReport {
    let history = past.history
    let state = history.state
    let next = try proposal.policy(on: state)
    let progress = Progress("replaying under two policies", total: 2 * history.jobs.count)
    let plays = Mutex([Result<PlanReport.Play, any Error>?](repeating: nil, count: 2))
    DispatchQueue.concurrentPerform(iterations: 2) { index in
      let play = Result {
        try Self.play(history, under: index == 0 ? nil : next, progress.part())
      }
      plays.withLock { $0[index] = play }
    }
    progress.clear()
    let (before, after) = plays.withLock { ($0[0], $0[1]) }
    guard let before, let after else { preconditionFailure("a replay did not come to its end") }
    return PlanReport(
      of: history, from: source, PlanReport.Subject(state.policy, digest: past.digest),
      PlanReport.Subject(next, digest: proposal.digest), try before.get(), try after.get())
  }

  private static func play(
    _ history: RecordedHistory, under change: ClusterPolicy?, _ part: Progress.Part
  ) throws -> PlanReport.Play {
    var outlook: QueueOutlook?
    do throws(QueueOutlook.Refused) {
      if history.state.jobs.count > 0 || history.sequence > 0 {
        outlook = try QueueOutlook(history, changingTo: change)
      }
    } catch {
      throw CommandFailure("the policy can't be applied as things stand: \(error)")
    }
    let policy = change ?? history.state.policy
    var replay = Replay(topology: history.state.topology, policy: policy, overruns: .raise)
    replay.recordsJobs = true
    replay.measuresSharing = true
    let users = HistoryUsers(history, under: policy)
    return PlanReport.Play(
      replay.run(users, log: DecisionLog(sink: nil)) { part.show($0) }, outlook)
  }
}
