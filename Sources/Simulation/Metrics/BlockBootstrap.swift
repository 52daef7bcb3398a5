import Units

/// How sure a figure is: intervals by drawing whole weeks of a workload anew, with replacement.
///
/// Jobs of one week are much alike and wait for one another, so that to draw single jobs would
/// promise too much (Künsch 1989, "The jackknife and the bootstrap for general stationary
/// observations"). Two policies are compared on the same drawn weeks: what both owe to a hard week
/// drops out of their difference.
public struct BlockBootstrap: Sendable {
  /// What a group of jobs of one block came to, in a form that adds up.
  public struct Sample: Sendable {
    /// How many jobs.
    public private(set) var count = 0
    private var wait = 0.0
    private var slowdown = 0.0
    /// Jobs by wait: 16 bins for each doubling from a second on.
    private var bins: [Int32] = []

    /// No job.
    public init() {}

    /// Adds a job.
    public mutating func add(_ record: JobRecords.Record) {
      count += 1
      wait += Double(record.waited) / 1000
      slowdown += record.boundedSlowdown
      let bin = Self.bin(of: Double(record.waited) / 1000)
      if bin >= bins.count { bins += Array(repeating: 0, count: bin + 1 - bins.count) }
      bins[bin] += 1
    }

    /// Adds all jobs of another sample. O(bins)
    public mutating func add(_ other: Sample) {
      count += other.count
      wait += other.wait
      slowdown += other.slowdown
      if other.bins.count > bins.count {
        bins += Array(repeating: 0, count: other.bins.count - bins.count)
      }
      for (index, count) in other.bins.enumerated() { bins[index] += count }
    }

    /// A figure of the sample; nil: it has no job.
    public func value(of figure: Figure) -> Double? {
      guard count > 0 else { return nil }
      return switch figure {
      case .meanWait: wait / Double(count)
      case .meanSlowdown: slowdown / Double(count)
      case .medianWait: quantile(percent: 50)
      case .p90Wait: quantile(percent: 90)
      }
    }

    /// By nearest rank, to within the 4.4 % that a bin is wide.
    private func quantile(percent: Int) -> Double {
      let rank = Distribution.rank(ofPercent: percent, of: count)
      var below = 0
      for (index, count) in bins.enumerated() {
        below += Int(count)
        if below >= rank { return Self.middle(of: index) }
      }
      return Self.middle(of: bins.count - 1)
    }

    private static func bin(of seconds: Double) -> Int {
      guard seconds >= 1 else { return 0 }
      let exponent = Int(seconds.exponent)
      let rest = seconds.significand
      let sixteenth = edges.lastIndex { $0 <= rest } ?? 0
      return 1 + exponent * 16 + sixteenth
    }

    private static func middle(of bin: Int) -> Double {
      guard bin > 0 else { return 0 }
      let (exponent, sixteenth) = (bin - 1).quotientAndRemainder(dividingBy: 16)
      let from = edges[sixteenth]
      let until = sixteenth == 15 ? 2 : edges[sixteenth + 1]
      return (from * until).squareRoot() * Double(sign: .plus, exponent: exponent, significand: 1)
    }

    /// 2 to the power of 0, 1⁄16, …, 15⁄16.
    private static let edges: [Double] = {
      var root = 2.0
      for _ in 0..<4 { root = root.squareRoot() }
      return (0..<16).map { power in (0..<power).reduce(1.0) { value, _ in value * root } }
    }()
  }

  /// What is said of a group of jobs.
  public enum Figure: String, CaseIterable, Sendable {
    /// From submission to start, on average, in seconds.
    case meanWait = "mean_wait_s"
    /// Half of the jobs wait at most so long, in seconds.
    case medianWait = "median_wait_s"
    /// Nine in ten jobs wait at most so long, in seconds.
    case p90Wait = "p90_wait_s"
    /// The bounded slowdown, on average.
    case meanSlowdown = "mean_bounded_slowdown"
  }

  /// Where a figure lies, in 95 of 100 workloads like this one.
  public struct Interval: Hashable, Sendable {
    /// The lower end.
    public var low: Double
    /// The upper end.
    public var high: Double

    /// Whether it lies on one side of zero.
    public var isClear: Bool { low > 0 || high < 0 }
  }

  /// How often the blocks are drawn anew.
  public static let draws = 1000

  private let blocks: Int
  private let seeds: Int
  private let seed: UInt64
  /// For each draw, for each of its blocks, which one it is, and of which seed.
  private let plans: [[Int32]]

  /// Draws for a workload of so many blocks, played with so many seeds.
  ///
  /// - Precondition: at least two blocks, and a seed.
  public init(blocks: Int, seeds: Int, following seed: UInt64) {
    precondition(blocks > 1 && seeds > 0, "nothing to draw from")
    self.blocks = blocks
    self.seeds = seeds
    self.seed = seed
    // Far from the seeds that workloads themselves are drawn from.
    var draws = SeededGenerator(seed: seed ^ 0x424C_4F43_4B53)
    plans = (0..<Self.draws).map { _ in
      (0..<blocks).map { _ in Int32(draws.below(blocks * seeds)) }
    }
  }

  /// The interval of the difference of a figure between two policies; nil: too few jobs.
  ///
  /// - Parameters:
  ///   - samples: of the one policy, by seed × blocks + block.
  ///   - base: of the other, whose figure is taken off; nil: the interval of the figure itself.
  public func intervals(
    _ samples: [Sample], against base: [Sample]?
  ) -> [Figure: Interval] {
    var values: [Figure: [Double]] = [:]
    for plan in plans {
      for (figure, value) in differences(samples, base, plan) {
        values[figure, default: []].append(value)
      }
    }
    return Self.middle(of: values)
  }

  /// Where the figure of the next so many blocks lies, or its difference; nil: too little is known.
  ///
  /// What a plan can be wrong by has two parts, which are drawn apart (Stine 1985): the span that
  /// comes is not like the mean, and the mean itself is known from these blocks alone. Both are
  /// drawn as runs of `count` blocks, as a queue of one day is there on the next (the circular
  /// bootstrap of Politis and Romano 1992). How far apart they are is then stretched by
  /// `stretch(blocks:ahead:)`. From less than two such spans nothing is said. Narrower intervals,
  /// of the mean over many of them, are those of `intervals`.
  ///
  /// - Precondition: at least one block ahead.
  public func intervals(
    ahead count: Int, _ samples: [Sample], against base: [Sample]?
  ) -> [Figure: Interval] {
    precondition(count > 0, "\(count) blocks ahead")
    guard blocks >= 2 * count else { return [:] }
    let centre = differences(samples, base, (0..<Int32(blocks * seeds)).map { $0 })
    var random = SeededGenerator(seed: seed ^ 0x4148_4541_44)
    var values: [Figure: [Double]] = [:]
    for _ in 0..<Self.draws {
      let coming = differences(samples, base, run(of: count, &random))
      var plan: [Int32] = []
      while plan.count < blocks { plan += run(of: min(count, blocks - plan.count), &random) }
      let learned = differences(samples, base, plan)
      for (figure, value) in coming {
        guard let mean = learned[figure] else { continue }
        values[figure, default: []].append(value - mean)
      }
    }
    let stretch = Self.stretch(blocks: blocks, ahead: count)
    var intervals = Self.middle(of: values)
    for (figure, errors) in intervals {
      guard let known = centre[figure] else { continue }
      intervals[figure] = Interval(
        low: known + stretch * errors.low, high: known + stretch * errors.high)
    }
    return intervals
  }

  /// Blocks that follow one another, of one seed; after the last comes the first.
  private func run(of count: Int, _ random: inout SeededGenerator) -> [Int32] {
    let first = random.below(blocks * seeds)
    let (seed, block) = first.quotientAndRemainder(dividingBy: blocks)
    return (0..<count).map { Int32(seed * blocks + (block + $0) % blocks) }
  }

  /// By what the spread of runs of m blocks among n is short of that of spans that come.
  ///
  /// Runs are drawn from the very blocks whose mean they are held against, so that their variance
  /// is short by the part m ÷ n: √(n ÷ (n − m)), as of Wu's jackknife histogram (1990). And the
  /// spread is itself known from few runs: Student's t in place of the normal distribution
  /// (Hesterberg 2015 for the bootstrap). Its degrees of freedom are those of overlapping runs,
  /// 3m (n − m) ÷ (2m² + 1): n − 1 for single blocks, 1.5 (n ÷ m − 1) for long runs (Meketon and
  /// Schmeiser 1984).
  static func stretch(blocks n: Int, ahead m: Int) -> Double {
    let degrees = Double(3 * m * (n - m)) / Double(2 * m * m + 1)
    return (Double(n) / Double(n - m)).squareRoot() * studentQuantile(degrees) / normalQuantile
  }

  /// Beyond it lies one in forty values of a normal distribution.
  private static let normalQuantile = 1.959964

  /// Beyond it lies one in forty values of Student's t: within 3 % from 1.5 degrees of freedom on.
  ///
  /// Abramowitz and Stegun 1964, 26.7.5.
  static func studentQuantile(_ degrees: Double) -> Double {
    let x = normalQuantile
    let y = x * x
    let terms = [
      x, x * (y + 1) / 4, x * ((5 * y + 16) * y + 3) / 96,
      x * (((3 * y + 19) * y + 17) * y - 15) / 384,
      x * ((((79 * y + 776) * y + 1482) * y - 1920) * y - 945) / 92160,
    ]
    return terms.reversed().reduce(0) { $0 / degrees + $1 }
  }

  private func differences(
    _ samples: [Sample], _ base: [Sample]?, _ plan: [Int32]
  ) -> [Figure: Double] {
    let drawn = sum(samples, plan)
    let other = base.map { sum($0, plan) }
    var values: [Figure: Double] = [:]
    for figure in Figure.allCases {
      guard var value = drawn.value(of: figure) else { continue }
      if let other {
        guard let taken = other.value(of: figure) else { continue }
        value -= taken
      }
      values[figure] = value
    }
    return values
  }

  /// Where 95 of 100 values lie; a group that most draws miss altogether has too few jobs to say
  /// anything.
  private static func middle(of values: [Figure: [Double]]) -> [Figure: Interval] {
    values.compactMapValues { values in
      guard values.count >= draws * 9 / 10 else { return nil }
      let sorted = values.sorted()
      let tail = sorted.count / 40
      return Interval(low: sorted[tail], high: sorted[sorted.count - 1 - tail])
    }
  }

  private func sum(_ samples: [Sample], _ plan: [Int32]) -> Sample {
    var sum = Sample()
    for index in plan { sum.add(samples[Int(index)]) }
    return sum
  }
}
