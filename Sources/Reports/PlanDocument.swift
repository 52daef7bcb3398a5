import Accounts
import Cluster
import Policy
import Simulation
import Units

/// What `gpolicy plan --json` writes; see Documentation/Reference/PlanJSON.md.
struct PlanDocument: Encodable {
  private let version = 1
  private let source: String
  private let fleet: String
  private let in_force: File
  private let new: File
  private let period: Period
  private let groups: [ComparisonDocument.Group]
  private let block_days: Int?
  private let moved: [ComparisonDocument.Moved]
  private let figures: [Figure]
  private let queue: [Job]?
  private let guard_rails: [Rail]
  private let broken: [String]
  private let summary: String

  init(_ report: PlanReport) {
    source = report.source
    fleet = report.fleet
    in_force = File(policy: report.current.policy.name, sha256: report.current.digest)
    new = File(policy: report.next.policy.name, sha256: report.next.digest)
    period = Period(report.history)
    groups = report.groups.rows.map(ComparisonDocument.Group.init)
    block_days = report.groups.blockDays
    moved = report.groups.jobs.map { ComparisonDocument.Moved($0.policy, $0.losers, $0.gainers) }
    figures = Figure.all(report)
    let policy = report.history.state.policy
    queue = report.queue?.pairs.map { Job($0, policy) }
    guard_rails = report.verdicts.map(Rail.init)
    broken = report.broken
    summary = report.summary
  }

  private struct File: Encodable {
    var policy: String
    var sha256: String
  }

  private struct Period: Encodable {
    var asked_ms: Int64
    var begin_ms: Int64
    var end_ms: Int64
    var entry: UInt64
    var jobs: Int
    var carried_over: Int
    var ends_by_history: Int
    var ends_by_limit: Int
    var policy_changes: Int
    var fleet_changes: Int

    init(_ history: RecordedHistory) {
      asked_ms = history.asked.milliseconds
      begin_ms = history.begin.milliseconds
      end_ms = history.end.milliseconds
      entry = history.sequence
      jobs = history.jobs.count
      carried_over = history.carriedOver
      ends_by_history = history.count(.byHistory)
      ends_by_limit = history.count(.byLimit)
      policy_changes = history.policyChanges
      fleet_changes = history.fleetChanges
    }
  }

  private struct Figure: Encodable {
    var figure: String
    var by: String
    var of: String
    var in_force: Double?
    var new: Double?

    static func all(_ report: PlanReport) -> [Figure] {
      let scopes: [GuardRail.Scope] = [.everybody, .everyMember, .everyMode]
      return scopes.flatMap { scope in
        let names = GuardRail.Figure.allCases.filter { $0.goes(with: scope) }
        return PolicyFigures.groups(of: scope, report.next.policy).flatMap { group in
          names.map { name in
            Figure(
              figure: name.rawValue, by: Self.word(group), of: group.name,
              in_force: report.before.value(name, of: group),
              new: report.after.value(name, of: group))
          }
        }
      }
    }

    static func word(_ group: PolicyFigures.Group) -> String {
      switch group.kind {
      case .everybody: "everybody"
      case .account: "account"
      case .mode: "mode"
      }
    }
  }

  private struct Job: Encodable {
    struct Fate: Encodable {
      var start_ms: Int64?
      var promise_ms: Int64?
      var evicted_ms: Int64?
      var barred: Bool

      init(_ fate: QueueOutlook.Fate) {
        start_ms = fate.start?.milliseconds
        promise_ms = fate.promise?.milliseconds
        evicted_ms = fate.evicted?.milliseconds
        barred = fate.isBarred
      }
    }

    var job: UInt32
    var account: String
    var mode: String
    var size: Int
    var state: String
    var submitted_ms: Int64
    var in_force: Fate
    var new: Fate

    init(_ pair: QueueChange.Pair, _ policy: ClusterPolicy) {
      let fate = pair.before
      job = fate.job.number
      account = policy.accounts.path(of: fate.account)
      mode = policy.modes[Int(fate.mode.number)].name
      size = fate.size
      state = fate.isRunning ? "running" : "waiting"
      submitted_ms = fate.submitted.milliseconds
      in_force = Fate(pair.before)
      new = Fate(pair.after)
    }
  }

  private struct Rail: Encodable {
    var figure: String
    var by: String
    var of: String
    var in_force: Double?
    var new: Double?
    var limit: Double?
    var lost_jobs: Int
    var holds: Bool

    init(_ verdict: RailVerdict) {
      figure = verdict.rail.figure.rawValue
      by = Figure.word(verdict.group)
      of = verdict.group.name
      in_force = verdict.before
      new = verdict.after
      limit = verdict.limit
      lost_jobs = verdict.lostJobs
      holds = !verdict.isBroken
    }
  }
}
