import Cluster
import Codec
import Simulation
import Synchronization
import Testing
import Units

@Suite struct `Worlds of the swarm` {
  /// Short ones, in which together everything happens that is rare.
  private static let seeds: [UInt64] = [0, 1, 2, 4, 34, 38, 40, 55, 77]

  /// The same of some whose nodes share accelerators.
  private static let dividedSeeds: [UInt64] = [1, 4, 55]

  /// Each runs once; tests look at the same outcomes.
  private static let outcomes: [SwarmOutcome] =
    seeds.map { outcome($0, divided: false) } + dividedSeeds.map { outcome($0, divided: true) }

  private static func outcome(_ seed: UInt64, divided: Bool) -> SwarmOutcome {
    guard let setting = try? SwarmSetting(seed: seed, divided: divided) else {
      fatalError("no world \(seed)")
    }
    return SwarmRun(setting).outcome()
  }

  @Test func `break no rule`() {
    for (seed, outcome) in zip(Self.seeds + Self.dividedSeeds, Self.outcomes) {
      guard let failure = outcome.failure else { continue }
      Issue.record("seed \(seed): \(failure.rule): \(failure.what)")
    }
  }

  @Test func `see what is rare: else they would prove nothing`() {
    let seen = Self.outcomes.reduce(into: Set<String>()) { $0.formUnion($1.seen.keys) }
    for what in [
      "recoveries", "entries lost", "evictions", "losses", "shrinks", "silences", "fenced tasks",
      "doubled messages", "lost messages", "power cuts", "cut links", "ambushes",
      "policy changes", "fleet changes", "dissolved claims", "rejected jobs",
      "parts of accelerators", "parts of a host",
    ] {
      #expect(seen.contains(what), "\(what)")
    }
  }

  @Test(arguments: [4, 34, 55] as [UInt64])
  func `are told alike, line by line, whenever they run`(seed: UInt64) throws {
    let run = SwarmRun(try SwarmSetting(seed: seed))
    func story() -> [String] {
      let lines = Mutex<[String]>([])
      _ = run.outcome { line in lines.withLock { $0.append(line) } }
      return lines.withLock { $0 }
    }
    let first = story()
    #expect(first.count > 80)
    #expect(story() == first)
  }

  @Test func `are drawn alike, and otherwise for another seed`() throws {
    #expect(try SwarmSetting(seed: 5).lines == SwarmSetting(seed: 5).lines)
    #expect(try SwarmSetting(seed: 5).lines != SwarmSetting(seed: 6).lines)
  }
}

@Suite struct `A journal that gives an entry twice` {
  /// Whoever opens it reads its last entry about nodes twice: nothing that stops the core at once.
  private static let repeating: SwarmRun.Tamper = { entries in
    let isHarmless: (JournalEntry) -> Bool = { entry in
      entry.draft.events.allSatisfy { if case .noted = $0 { true } else { false } }
        && !entry.draft.events.isEmpty
    }
    if let place = entries.lastIndex(where: isHarmless) {
      entries.insert(entries[place], at: place)
    }
  }

  private static func failing() throws -> (SwarmSetting, SwarmFailure) {
    for seed in [4, 55, 34, 77, 40] as [UInt64] {
      let setting = try SwarmSetting(seed: seed)
      let outcome = SwarmRun(setting, tamper: repeating).outcome()
      if let failure = outcome.failure { return (setting, failure) }
    }
    throw SwarmTestFault.nothingFound
  }

  private enum SwarmTestFault: Error { case nothingFound }

  @Test func `is found, and shrunk to a crash`() throws {
    let (setting, failure) = try Self.failing()
    #expect(failure.rule == "recovery")
    let run = SwarmRun(setting, tamper: Self.repeating)
    let kept = Shrinking.fewest(of: Array(setting.parts.indices)) {
      run.outcome(keeping: $0).failure?.rule == failure.rule
    }
    #expect(kept.count <= 2, "\(kept.map(setting.words(for:)))")
    #expect(run.outcome(keeping: kept).failure?.rule == "recovery")
    #expect(SwarmRun(setting).outcome(keeping: kept).failure == nil)
  }
}

@Suite struct `Shrinking a list` {
  @Test(arguments: 0..<100 as Range<UInt64>)
  func `leaves exactly the elements that a failure takes`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let all = Array(0..<1 + random.below(60))
    let needed = Set((0..<random.below(5)).map { _ in random.below(all.count) })
    let kept = Shrinking.fewest(of: all) { needed.isSubset(of: $0) }
    #expect(kept == needed.sorted())
  }

  @Test func `finds a pair of which either one does`() {
    let kept = Shrinking.fewest(of: Array(0..<40)) { $0.contains(7) || $0.contains(31) }
    #expect(kept == [31])
  }
}
