import Units

/// Gangs of a mix as a stream without end: when each comes, and how long it stays.
///
/// They come at random moments (a Poisson process), and stays are exponential, whatever the size.
/// A gang asks for nodes of one kind, in proportion to how many there are, so that all kinds are
/// in demand alike.
struct GangArrivals: Sendable {
  struct Arrival {
    var kind: Int
    /// Which of the mix it is.
    var entry: Int
    /// Both in milliseconds.
    var at: Int
    var stay: Int
  }

  /// An hour in milliseconds. Only its ratio to the gap matters.
  static let meanStay = 3_600_000

  /// Running sums.
  private let kinds: [Int]
  private let entries: [Int]
  /// The mean time between two arrivals in milliseconds is the first over the second.
  private let gap: (Int128, Int128)
  private var random: SeededGenerator
  private(set) var now = 0

  init(_ mix: GangMix, on fleet: GangFleet, loadPercent: Int, seed: UInt64) {
    kinds = Self.sums(fleet.kinds.map(\.nodes.count))
    entries = Self.sums(mix.entries.map(\.share))
    gap = (
      Int128(mix.nodes) * Int128(Self.meanStay) * 100,
      Int128(mix.shares) * Int128(fleet.nodeCount) * Int128(loadPercent)
    )
    random = SeededGenerator(seed: seed)
  }

  private static func sums(_ values: [Int]) -> [Int] {
    var sum = 0
    return values.map { value in
      sum += value
      return sum
    }
  }

  /// The next gang to come.
  mutating func next() -> Arrival {
    now += Int(Int128(random.exponential()) * gap.0 / (gap.1 << SeededGenerator.exponentialBits))
    return nextThatIsThere()
  }

  /// A gang that came before and is still there: the rest of an exponential stay is like a whole.
  mutating func nextThatIsThere() -> Arrival {
    Arrival(
      kind: draw(kinds), entry: draw(entries), at: now,
      stay: max(1, random.exponential(mean: Self.meanStay)))
  }

  private mutating func draw(_ sums: [Int]) -> Int {
    guard sums.count > 1, let all = sums.last else { return 0 }
    let moment = random.below(all)
    return sums.firstIndex { $0 > moment } ?? 0
  }
}
