import Scheduling
import Simulation
import Testing
import Units

@Suite struct `Explanations in random worlds` {
  private static let seeds: Range<UInt64> = 0..<240

  /// Each world runs once; the tests below look at the same answers.
  private static let inquirers: [Inquirer] = seeds.map { seed in
    guard var world = try? PolicyWorld(seed: seed) else { fatalError("no world \(seed)") }
    if seed % 2 == 1 { world.addVariety(seed: seed) }
    var inquirer = Inquirer(seed: seed)
    var cluster = VirtualCluster(topology: world.topology, policy: world.policy)
    cluster.incidents = world.incidents
    cluster.run(world.jobs, observer: &inquirer)
    return inquirer
  }

  private func expectNone(
    _ complaints: KeyPath<Inquirer, [String]>, _ location: SourceLocation = #_sourceLocation
  ) {
    for inquirer in Self.inquirers {
      guard let first = inquirer[keyPath: complaints].first else { continue }
      let more = inquirer[keyPath: complaints].count - 1
      Issue.record("seed \(inquirer.seed): \(first), and \(more) more", sourceLocation: location)
    }
  }

  @Test func `name a cause or a promise wherever a job waits, unless the next cycle starts it`() {
    expectNone(\.silent)
  }

  @Test func `name only causes that are so, with numbers that can be counted`() {
    expectNone(\.untrue)
  }

  @Test func `suggest only what starts the job at once`() { expectNone(\.useless) }

  @Test func `say when a job starts, and what it was promised, if it was`() {
    expectNone(\.vague)
  }

  @Test func `say until when others may not be disturbed: from then on they have to go`() {
    expectNone(\.undisturbing)
  }

  @Test func `give every job in the queue a place of its own`() { expectNone(\.misplaced) }

  @Test func `are asked for often, and find something: else they would prove nothing`() {
    var causes = Verdict.Kind.allCases.map { _ in 0 }
    var changes = Suggestion.Change.Kind.allCases.map { _ in 0 }
    for inquirer in Self.inquirers {
      for kind in inquirer.causes { causes[Int(kind.rawValue)] += 1 }
      for kind in inquirer.changes { changes[Int(kind.rawValue)] += 1 }
    }
    #expect(Self.inquirers.reduce(0) { $0 + $1.asked } > 2000)
    #expect(changes.allSatisfy { $0 > 4 }, "\(changes)")
    // Nobody is behind a head, as these policies reserve, and none is changed.
    for kind in Verdict.Kind.allCases where kind != .behind && kind != .notAdmitted {
      #expect(causes[Int(kind.rawValue)] > 0, "\(kind)")
    }
  }
}
