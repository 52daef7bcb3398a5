import Accounts
import Policy
public import Simulation
import Units

/// Who gains and who loses when one policy takes the place of another: by member, by mode, by size,
/// and job by job.
public struct GroupComparison: Sendable {
  /// One policy's plays of a workload: one for each seed, the first as it was recorded.
  public struct Plays: Sendable {
    /// The policy's name.
    public var policy: String
    /// What became of the jobs, by seed.
    public var jobs: [JobRecords]
    /// By account number: the member that it belongs to.
    public var members: [String]
    /// By mode number: its name.
    public var modes: [String]

    /// Plays under a policy whose accounts and modes have these names.
    public init(policy: String, jobs: [JobRecords], members: [String], modes: [String]) {
      self.policy = policy
      self.jobs = jobs
      self.members = members
      self.modes = modes
    }
  }

  /// By what jobs are put together.
  public enum Kind: String, CaseIterable, Sendable {
    /// All of them.
    case all
    /// The account below the root that pays.
    case member
    /// The access mode.
    case mode
    /// How many accelerators they ask for.
    case size
  }

  /// What is said of a figure of a group under a policy.
  public struct Measure: Sendable {
    /// Over all seeds; waits are in seconds.
    public var value: Double
    /// The value less the first policy's; nil: this is the first, or it has no such jobs.
    public var change: Double?
    /// Where the change lies, in 95 of 100 workloads like this one; nil: too little is known.
    public var interval: BlockBootstrap.Interval?
    /// Where the change of a span right after this one lies in 95 of 100; nil: too little is known,
    /// or nobody asked.
    public var ahead: BlockBootstrap.Interval?
  }

  /// A group of jobs under a policy.
  public struct Row: Sendable {
    /// By what its jobs are put together.
    public var kind: Kind
    /// Which group of that kind.
    public var group: String
    /// Under which policy.
    public var policy: String
    /// How many of its jobs came to an end, averaged over the seeds.
    public var jobs: Double
    /// What they came to.
    public var measures: [BlockBootstrap.Figure: Measure]
  }

  /// A job that waits longer, or less long, than under the first policy.
  public struct Job: Sendable {
    /// Under which policy.
    public var policy: String
    /// Its place in the workload, from 1.
    public var place: Int
    /// What it asked for, and who pays.
    public var record: JobRecords.Record
    /// The account below the root that pays.
    public var member: String
    /// How long it waited under the first policy, in milliseconds.
    public var before: Int64

    /// How much longer it waits, in milliseconds.
    public var loss: Int64 { record.waited - before }
  }

  /// All groups that have jobs, each under every policy in turn.
  public let rows: [Row]
  /// By policy but the first, the jobs that lose most, then those that gain most.
  public let jobs: [(policy: String, losers: [Job], gainers: [Job])]
  /// How many days are drawn at once for the intervals; nil: the workload is too short for any.
  public let blockDays: Int?
  /// How many seeds there were.
  public let seeds: Int
  /// The policy that the others are held against.
  public let first: String

  /// How many jobs are named that lose, and as many that gain.
  static let named = 5

  /// Compares the plays of several policies with those of the first.
  ///
  /// - Precondition: at least one policy, each played with as many seeds.
  /// - Parameters:
  ///   - seed: what the draws for the intervals follow from.
  ///   - aheadDays: how long a span after this one is foreseen; nil: none.
  public init(_ plays: [Plays], following seed: UInt64, aheadDays: Int? = nil) {
    precondition(!plays.isEmpty && plays.allSatisfy { $0.jobs.count == plays[0].jobs.count })
    let calendar = Blocks(plays[0].jobs[0])
    let ahead = calendar.flatMap { calendar in
      aheadDays.map { max(1, ($0 + calendar.days / 2) / calendar.days) }
    }
    seeds = plays[0].jobs.count
    first = plays[0].policy
    blockDays = calendar.map(\.days)
    let bootstrap = calendar.map {
      BlockBootstrap(blocks: $0.count, seeds: plays[0].jobs.count, following: seed)
    }
    let ended = Self.endedUnderEach(plays)
    let tallies = plays.map { Tally($0, calendar, ended) }
    rows = Self.rows(plays, tallies, (bootstrap, ahead))
    jobs = plays.dropFirst().map { other in
      let moved = Self.moved(from: plays[0], to: other)
      return (
        other.policy, Array(moved.prefix(Self.named).prefix { $0.loss > 0 }),
        Array(moved.reversed().prefix(Self.named).prefix { $0.loss < 0 })
      )
    }
  }

  /// By seed and place: whether a job came to its end under each policy, so that all are judged by
  /// the same jobs; nil where the policies did not see the same, as `sawTheSame` has it.
  private static func endedUnderEach(_ plays: [Plays]) -> [[Bool]]? {
    var ended: [[Bool]] = []
    for seed in plays[0].jobs.indices {
      let all = plays.map { $0.jobs[seed].records }
      guard all.allSatisfy({ sawTheSame(all[0], $0) }) else { return nil }
      ended.append(
        all[0].indices.map { place in all.allSatisfy { $0[place]?.isMeasured == true } })
    }
    return ended
  }

  /// Whether two policies were given the same jobs: not where users wait for one before they send
  /// the next.
  private static func sawTheSame(
    _ one: [JobRecords.Record?], _ other: [JobRecords.Record?]
  ) -> Bool {
    one.count == other.count
      && zip(one, other).allSatisfy { $0 == nil || $1 == nil || $0?.submitted == $1?.submitted }
  }

  private static func rows(
    _ plays: [Plays], _ tallies: [Tally], _ draws: (bootstrap: BlockBootstrap?, ahead: Int?)
  ) -> [Row] {
    var rows: [Row] = []
    for kind in Kind.allCases {
      let keys = Set(tallies.flatMap { $0.groups[kind, default: [:]].keys }).sorted()
      // One member, or one mode, is everybody.
      if kind != .all, keys.count < 2 { continue }
      for key in keys {
        let base = tallies[0].groups[kind]?[key]
        let before = base?.values ?? [:]
        for (index, tally) in tallies.enumerated() {
          guard let samples = tally.groups[kind]?[key] else { continue }
          rows.append(
            Row(
              kind: kind, group: key.name, policy: plays[index].policy,
              jobs: Double(samples.total.count) / Double(plays[index].jobs.count),
              measures: index == 0
                ? before.mapValues { Measure(value: $0) }
                : measures(samples, against: base, before, draws)))
        }
      }
    }
    return rows
  }

  private static func measures(
    _ samples: Tally.Group, against base: Tally.Group?,
    _ before: [BlockBootstrap.Figure: Double],
    _ draws: (bootstrap: BlockBootstrap?, ahead: Int?)
  ) -> [BlockBootstrap.Figure: Measure] {
    let intervals =
      base.flatMap { draws.bootstrap?.intervals(samples.blocks, against: $0.blocks) } ?? [:]
    var ahead: [BlockBootstrap.Figure: BlockBootstrap.Interval] = [:]
    if let base, let count = draws.ahead {
      ahead =
        draws.bootstrap?.intervals(ahead: count, samples.blocks, against: base.blocks) ?? [:]
    }
    var measures: [BlockBootstrap.Figure: Measure] = [:]
    for (figure, value) in samples.values {
      measures[figure] = Measure(
        value: value, change: before[figure].map { value - $0 }, interval: intervals[figure],
        ahead: ahead[figure])
    }
    return measures
  }

  /// Jobs of the recorded workload by how much longer they wait, most first; none where the
  /// policies did not see the same jobs.
  private static func moved(from first: Plays, to other: Plays) -> [Job] {
    let before = first.jobs[0].records
    let after = other.jobs[0].records
    guard sawTheSame(before, after) else { return [] }
    var jobs: [Job] = []
    for (place, pair) in zip(before, after).enumerated() {
      guard let one = pair.0, let two = pair.1, one.isMeasured, two.isMeasured else { continue }
      jobs.append(
        Job(
          policy: other.policy, place: place + 1, record: two,
          member: other.members[Int(two.account.number)], before: one.waited))
    }
    return jobs.sorted { ($0.loss, $1.place) > ($1.loss, $0.place) }
  }
}

/// The days of a workload, in blocks that are drawn as a whole.
struct Blocks: Sendable {
  let first: Instant
  let days: Int
  let count: Int

  /// Weeks where there are ten, else days where there are ten; nil: it is too short for either.
  ///
  /// From fewer blocks, intervals would promise much too much.
  init?(_ jobs: JobRecords) {
    let times = jobs.records.lazy.compactMap { $0?.submitted }
    guard let first = times.min(), let last = times.max() else { return nil }
    let span = Int((last - first).milliseconds / Self.day) + 1
    guard let days = [7, 1].first(where: { span >= 10 * $0 }) else { return nil }
    self.first = first
    self.days = days
    count = (span + days - 1) / days
  }

  private static let day: Int64 = 86_400_000

  func block(of time: Instant) -> Int {
    let block = Int((time - first).milliseconds / (Int64(days) * Self.day))
    // Shaken a little, a job may leave the last block.
    return min(max(block, 0), count - 1)
  }
}

/// All groups of one policy's jobs.
private struct Tally {
  /// A group's name, and where it stands among others.
  struct Key: Hashable, Comparable {
    var rank: Int
    var name: String

    static func < (one: Key, two: Key) -> Bool { (one.rank, one.name) < (two.rank, two.name) }
  }

  struct Group {
    /// By seed × blocks + block.
    var blocks: [BlockBootstrap.Sample]
    var total = BlockBootstrap.Sample()
    /// In seconds.
    var waits: [Double] = []

    /// The figures over all seeds, percentiles by nearest rank. O(n log n)
    var values: [BlockBootstrap.Figure: Double] {
      var values: [BlockBootstrap.Figure: Double] = [:]
      for figure in BlockBootstrap.Figure.allCases { values[figure] = total.value(of: figure) }
      guard !waits.isEmpty else { return values }
      let waits = Distribution(waits)
      (values[.medianWait], values[.p90Wait]) = (waits.p50, waits.p90)
      return values
    }
  }

  private(set) var groups: [GroupComparison.Kind: [Key: Group]] = [:]

  /// - Parameter ended: by seed and place, which jobs count; nil: all that came to their ends.
  init(_ plays: GroupComparison.Plays, _ calendar: Blocks?, _ ended: [[Bool]]?) {
    let count = calendar?.count ?? 1
    let empty = Group(blocks: Array(repeating: .init(), count: count * plays.jobs.count))
    for (seed, jobs) in plays.jobs.enumerated() {
      for (place, record) in jobs.records.enumerated() {
        guard let record, ended?[seed][place] ?? record.isMeasured else { continue }
        let block = seed * count + (calendar?.block(of: record.submitted) ?? 0)
        for kind in GroupComparison.Kind.allCases {
          let key = Self.key(of: record, kind, plays)
          groups[kind, default: [:]][key, default: empty].add(record, block)
        }
      }
    }
  }

  private static func key(
    of record: JobRecords.Record, _ kind: GroupComparison.Kind, _ plays: GroupComparison.Plays
  ) -> Key {
    switch kind {
    case .all: Key(rank: 0, name: "all jobs")
    case .member: Key(rank: 0, name: plays.members[Int(record.account.number)])
    case .mode: Key(rank: 0, name: plays.modes[Int(record.mode.number)])
    case .size:
      { Key(rank: $0.rank, name: $0.name) }(SizeClass(of: Int(record.size)))
    }
  }
}

extension Tally.Group {
  fileprivate mutating func add(_ record: JobRecords.Record, _ block: Int) {
    blocks[block].add(record)
    total.add(record)
    waits.append(Double(record.waited) / 1000)
  }
}
