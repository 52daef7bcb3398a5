import Accounts
import Cluster
import Control
import Fleet
import Jobs
import Policy
import Simulation
import Testing
import Units

/// What a world has shown in which the policy and the fleet change.
struct ChangingWorldReport: Sendable {
  var seed: UInt64
  var successors: [RuleViolation]
  var ledger: [RuleViolation]
  var evictions: [RuleViolation]
  var losses: [String]
  var left: [String]
  var policies: Int
  var fleets: Int
  var refusals: [String]
  var barred: Int
  var keptClaims: Int
}

/// Watches that nothing is lost at a change.
private struct ChangingWorldRun: ReplayObserver {
  private var invariants = InvariantChecker(isStrict: false)
  private var ledger = LedgerChecker()
  private var evictions = EvictionChecker()
  private var losses: [String] = []
  private var before: ClusterState?
  private var input: Input?
  private var changed = (policies: 0, fleets: 0)
  private var refusals: [String] = []
  private var barred = 0
  private var keptClaims = 0
  private var last = Instant(milliseconds: 0)

  static func report(on world: PolicyWorld, seed: UInt64) -> ChangingWorldReport {
    var run = ChangingWorldRun()
    var cluster = VirtualCluster(topology: world.topology, policy: world.policy)
    cluster.incidents = world.incidents
    cluster.run(world.jobs, observer: &run)
    run.evictions.rested(at: run.last)
    let left = cluster.machine.state.jobs.all.filter { !$0.job.lifecycle.isPending }
    return ChangingWorldReport(
      seed: seed, successors: run.invariants.violations, ledger: run.ledger.violations,
      evictions: run.evictions.violations, losses: run.losses,
      left: left.map { "job \($0.id.number) runs for ever" }, policies: run.changed.policies,
      fleets: run.changed.fleets, refusals: run.refusals, barred: run.barred,
      keptClaims: run.keptClaims)
  }

  mutating func received(_ input: Input, at now: Instant) {
    self.input = input
    invariants.received(input, at: now)
    evictions.received(input, at: now)
  }

  mutating func performed(_ effect: Effect, at now: Instant) {
    invariants.performed(effect, at: now)
    evictions.performed(effect, at: now)
    switch effect {
    case .append(.policyChanged): changed.policies += 1
    case .append(.fleetChanged): changed.fleets += 1
    case .refused(let refusal): refusals.append(refusal.code)
    default: break
    }
  }

  mutating func settled(_ machine: ControlMachine, at now: Instant) {
    last = now
    invariants.settled(machine, at: now)
    evictions.settled(machine, at: now)
    ledger.settled(machine, at: now)
    defer { before = machine.state }
    switch input {
    case .policyChanged, .fleetChanged: break
    default: return
    }
    guard let before else { return }
    barred += machine.state.jobs.all.filter(\.job.isBarred).count
    keptClaims += machine.state.claims.filter { before.claims.contains($0) }.count
    for what in machine.state.losses(since: before, at: now) {
      losses.append("at \(now.milliseconds) ms: \(what)")
    }
  }
}

extension ClusterState {
  /// What is not as it was before a change, and should be.
  func losses(since before: ClusterState, at now: Instant) -> [String] {
    var losses: [String] = []
    if before.jobs.all.map(\.id) != jobs.all.map(\.id) { losses.append("other jobs live") }
    for (id, job) in before.jobs.all {
      guard let later = jobs[id] else { continue }
      if later.request != job.request || later.submitted != job.submitted {
        losses.append("job \(id.number) is another")
      }
      guard let run = job.lifecycle.run, let same = later.lifecycle.run else { continue }
      if run.attempt != same.attempt || run.started != same.started
        || run.reserved != same.reserved
        || before.holdings.spent(job.request, run, at: now)
          != holdings.spent(later.request, same, at: now)
      {
        losses.append("job \(id.number) runs otherwise")
      }
    }
    for (id, job) in jobs.all where job.isBarred == mayBeSubmitted(job.request) {
      losses.append("job \(id.number) is\(job.isBarred ? "" : " not") barred")
    }
    return losses + lossesOfBook(since: before, at: now)
  }

  private func mayBeSubmitted(_ request: JobRequest) -> Bool {
    do {
      try request.validate(on: Occupancy(topology: topology))
      try policy.admit(request, isNew: false)
      return true
    } catch {
      return false
    }
  }

  private func lossesOfBook(since before: ClusterState, at now: Instant) -> [String] {
    let (old, new) = (before.holdings.book, holdings.book)
    var losses: [String] = []
    let members = [.root] + old.tree.children[0]
    for number in 0..<old.tree.count {
      let id = AccountID(UInt16(number))
      let path = old.tree.path(of: id)
      if id != .root, new.tree.path(of: id) != path { losses.append("\(path) has moved") }
      if old.charged(id, at: now) != new.charged(id, at: now) { losses.append("\(path): charged") }
      if old.refunded(id) != new.refunded(id) { losses.append("\(path): refunded") }
      for model in old.models.indices
      where old.used(id, model: model, at: now) != new.used(id, model: model, at: now) {
        losses.append("\(path): used")
      }
      // Who is spared as a claim is void has lost nothing.
      if before.claims == claims, before.churn.lost(by: id, at: now) > churn.lost(by: id, at: now) {
        losses.append("\(path): churn")
      }
    }
    for lender in members {
      for borrower in members {
        for model in old.models.indices
        where old.lent(from: lender, to: borrower, model: model, at: now)
          != new.lent(from: lender, to: borrower, model: model, at: now)
        {
          losses.append("lent from \(lender.number) to \(borrower.number)")
        }
      }
    }
    return losses
  }
}

@Suite struct `Random worlds in which the policy and the fleet change` {
  /// Each world runs once; the tests below look at the same runs.
  private static let alike = reports(
    0..<400, PolicyWorld.Features.all.subtracting(.power), .changes)

  /// With power budgets and new models of accelerators, where a planner made afresh does otherwise
  /// in one world of a hundred, whether anything changes or not.
  private static let mixed = reports(1000..<1100, .all, [.changes, .models])

  private static var reports: [ChangingWorldReport] { alike + mixed }

  private static func reports(
    _ seeds: Range<UInt64>, _ features: PolicyWorld.Features, _ more: PolicyWorld.Features
  ) -> [ChangingWorldReport] {
    seeds.map { seed in
      guard let world = try? PolicyWorld(seed: seed, features.union(more)) else {
        fatalError("no world \(seed)")
      }
      return ChangingWorldRun.report(on: world, seed: seed)
    }
  }

  private func expectNone(
    _ kind: KeyPath<ChangingWorldReport, [RuleViolation]>, of reports: [ChangingWorldReport],
    _ location: SourceLocation = #_sourceLocation
  ) {
    for report in reports {
      let violations = report[keyPath: kind]
      guard let first = violations.first else { continue }
      Issue.record(
        "seed \(report.seed): \(first), and \(violations.count - 1) more", sourceLocation: location)
    }
  }

  @Test func `are planned alike by a planner made afresh after every input`() {
    expectNone(\.successors, of: Self.alike)
  }

  @Test func `lose no job, no run, no usage and no loan at a change`() {
    for report in Self.reports where !report.losses.isEmpty {
      Issue.record("seed \(report.seed): \(report.losses[0])")
    }
  }

  @Test func `lend as much as is borrowed, and charge what was held times its rate`() {
    expectNone(\.ledger, of: Self.reports)
  }

  @Test func `evict nobody in vain, but for a change of the rules`() {
    expectNone(\.evictions, of: Self.reports)
  }

  @Test func `let every run come to its end`() {
    for report in Self.reports where !report.left.isEmpty {
      Issue.record("seed \(report.seed): \(report.left[0])")
    }
  }

  @Test func `do change, refuse, bar and keep claims: else they would prove nothing`() {
    let reports = Self.reports
    #expect(reports.reduce(0) { $0 + $1.policies } > 300)
    #expect(reports.reduce(0) { $0 + $1.fleets } > 100)
    #expect(reports.reduce(0) { $0 + $1.barred } > 50)
    #expect(reports.reduce(0) { $0 + $1.keptClaims } > 5)
    for code in ["policy-fault", "account-in-use", "node-in-use"] {
      #expect(reports.contains { $0.refusals.contains(code) }, "\(code)")
    }
  }
}
