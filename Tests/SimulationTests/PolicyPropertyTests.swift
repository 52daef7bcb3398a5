import Fleet
import Jobs
import Simulation
import Testing
import Units

@Suite struct `Random worlds of accounts, modes, windows, power and mishaps` {
  /// In the last two a successor ends, or shrinks, once more whom its predecessor did.
  private static let seeds = Array(0..<500 as Range<UInt64>) + [797, 1858]

  /// Each world runs once; the tests below look at the same runs.
  private static let reports: [PolicyWorldReport] = seeds.map { seed in
    guard let world = try? PolicyWorld(seed: seed) else { fatalError("no world \(seed)") }
    return PolicyWorldRun.report(on: world, seed: seed)
  }

  private func expectNone(
    _ kind: KeyPath<PolicyWorldReport, [RuleViolation]>,
    _ location: SourceLocation = #_sourceLocation
  ) {
    for report in Self.reports {
      let violations = report[keyPath: kind]
      guard let first = violations.first else { continue }
      Issue.record(
        "seed \(report.seed): \(first), and \(violations.count - 1) more", sourceLocation: location)
    }
  }

  @Test func `are planned alike by a planner made afresh after every input`() {
    expectNone(\.successors)
  }

  @Test func `never overdraw a budget, even if every run takes all its time`() {
    expectNone(\.budgets)
  }

  @Test func `never exceed a mode's limits or an array's throttle`() { expectNone(\.limits) }

  @Test func `keep to every site's power budget at every instant, also over day steps`() {
    expectNone(\.power)
  }

  @Test func `lend as much as is borrowed, and charge what was held times its rate`() {
    expectNone(\.ledger)
  }

  @Test func `evict nobody whose preemptor does not start on exactly the claimed room`() {
    expectNone(\.evictions)
  }

  @Test func `have nobody go for a guarantee who runs within its own member's entitlement`() {
    expectNone(\.rights)
  }

  @Test func `disturb nobody within the undisturbed time, nor end anybody before the notice`() {
    expectNone(\.undisturbed)
  }

  @Test func `let no later job like it pass a victim that waits again`() { expectNone(\.requeues) }

  @Test func `run no job where and when a window keeps nodes from it`() { expectNone(\.windows) }

  @Test func `put off no promise but for a fault, a guarantee or a rule`() {
    expectNone(\.promises)
  }

  @Test func `leave nobody waiting once all else is over`() {
    for report in Self.reports where !report.stuck.isEmpty {
      Issue.record("seed \(report.seed): \(report.stuck[0])")
    }
  }

  @Test func `do evict, shrink, dissolve and spare: else they would prove nothing`() {
    #expect(Self.reports.reduce(0) { $0 + $1.evictionCount } > 100)
    #expect(Self.reports.reduce(0) { $0 + $1.shrinkCount } > 10)
    #expect(Self.reports.reduce(0) { $0 + $1.dissolvedCount } > 5)
    #expect(Self.reports.reduce(0) { $0 + $1.sparedCount } > 5)
  }
}

@Suite struct `Random worlds in which any node serves any job` {
  private static let seeds: Range<UInt64> = 0..<500

  @Test func `give a member under its guarantee what it is entitled to within the bound`() throws {
    for seed in Self.seeds {
      var world = try PolicyWorld(seed: seed, [.budgets])
      world.useSingleAccelerators()
      let report = PolicyWorldRun.report(on: world, seed: seed)
      guard let first = report.guarantees.first else { continue }
      Issue.record("seed \(seed): \(first), and \(report.guarantees.count - 1) more")
    }
  }

  @Test func `give it that where others hold all cores as well`() throws {
    for seed in Self.seeds {
      var world = try PolicyWorld(seed: seed, [.budgets])
      try world.addCores(seed: seed)
      let report = PolicyWorldRun.report(on: world, seed: seed)
      guard let first = (report.guarantees + report.rights + report.evictions).first else {
        continue
      }
      Issue.record("seed \(seed): \(first)")
    }
  }
}

@Suite struct `Random worlds of two models in which gangs prefer to be close together` {
  private static let reports: [PolicyWorldReport] = (0..<400 as Range<UInt64>).map { seed in
    guard var world = try? PolicyWorld(seed: seed) else { fatalError("no world \(seed)") }
    world.addVariety(seed: seed)
    return PolicyWorldRun.report(on: world, seed: seed)
  }

  private func expectNone(_ kinds: KeyPath<PolicyWorldReport, [RuleViolation]>...) {
    for (report, kind) in Self.reports.flatMap({ report in kinds.map { (report, $0) } }) {
      guard let first = report[keyPath: kind].first else { continue }
      Issue.record("seed \(report.seed): \(first), and \(report[keyPath: kind].count - 1) more")
    }
  }

  @Test func `are planned alike by a planner made afresh after every input`() {
    expectNone(\.successors)
  }

  @Test func `put off no promise but for a fault, a guarantee or a rule`() {
    expectNone(\.promises)
  }

  @Test func `are planned alike where power runs short for who was not lent room`() throws {
    var world = try PolicyWorld(seed: 354)
    world.addVariety(seed: 354, models: false)
    #expect(PolicyWorldRun.report(on: world, seed: 354).successors.first == nil)
  }

  @Test func `keep every other rule`() {
    expectNone(\.budgets, \.limits, \.power, \.ledger, \.evictions, \.undisturbed, \.requeues)
    expectNone(\.rights)
  }

  @Test func `leave nobody waiting once all else is over`() {
    for report in Self.reports where !report.stuck.isEmpty {
      Issue.record("seed \(report.seed): \(report.stuck[0])")
    }
  }
}
