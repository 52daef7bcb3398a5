public import Traces
internal import Units

/// Draws jobs like those of Microsoft's Philly cluster: sizes, run times, and when they come.
///
/// The same seed gives the same jobs on every machine: all arithmetic is on integers. What the
/// trace does not hold, the time that users ask for, is drawn here: the run time times a factor
/// from 1 to 4, rounded up to a time that a person would type.
public struct PhillyLikeWorkload: Sendable, Equatable {
  /// How many jobs to draw.
  public var jobs: Int
  /// The accelerators of the fleet; sizes above it are left out of the mix.
  public var accelerators: Int
  /// The offered load, in hundredths of what the fleet can do between first and last arrival.
  public var loadPercent: Int

  /// A workload for a fleet of so many accelerators.
  public init(jobs: Int, accelerators: Int, loadPercent: Int) {
    self.jobs = jobs
    self.accelerators = accelerators
    self.loadPercent = loadPercent
  }

  /// The Monday on which every workload begins, 2018-01-01, in milliseconds.
  private static let firstMonday: Int64 = 1_514_764_800_000

  /// From there to the year 10,000, which no timestamp can name.
  private static let longest: Int128 = 251_887_536_000_000

  /// The jobs of one seed, in order of submission. O(jobs · log jobs).
  ///
  /// Needs a fleet and a load above zero, and jobs that it works off before the year 10,000.
  public func generate(seed: UInt64) -> [TraceJob] {
    guard let jobs = draw(seed: seed) else {
      preconditionFailure("\(jobs) jobs would keep such a fleet busy for millennia")
    }
    return jobs
  }

  /// The jobs of one seed as `generate` gives them, or nil where the fleet would still be at work
  /// in the year 10,000.
  public func draw(seed: UInt64) -> [TraceJob]? {
    precondition(jobs >= 0, "\(jobs) jobs")
    precondition(accelerators > 0 && loadPercent > 0, "\(accelerators) at \(loadPercent) %")
    var generator = SeededGenerator(seed: seed)
    let mix = SizeMix(largest: accelerators)
    var drawn: [TraceJob] = []
    drawn.reserveCapacity(jobs)
    var work: Int128 = 0
    for _ in 0..<jobs {
      let size = mix.draw(from: &generator)
      let runTime = Self.runTime(size: size, from: &generator)
      let requested = Self.requestedTime(runTime: runTime, from: &generator)
      work += Int128(size) * Int128(runTime)
      drawn.append(
        TraceJob(
          submitted: Instant(milliseconds: 0), runTime: TimeSpan(milliseconds: runTime),
          requestedTime: TimeSpan(milliseconds: requested), size: UInt32(size)))
    }
    // The load is exact, not expected: the length of the workload follows from the work drawn.
    let span = work * 100 / (Int128(accelerators) * Int128(loadPercent))
    guard span < Self.longest else { return nil }
    let arrivals = ArrivalPattern().draw(jobs, within: Int64(span), from: &generator)
    for (index, arrival) in arrivals.enumerated() {
      drawn[index].submitted = Instant(milliseconds: Self.firstMonday + arrival)
    }
    return drawn
  }

  /// A run time in milliseconds: a point on the straight lines between measured quantiles.
  private static func runTime(size: Int, from generator: inout SeededGenerator) -> Int64 {
    let quantiles = PhillyMeasurements.quantiles
    let row = PhillyMeasurements.runTimes.first { size <= $0.size }!.seconds
    // A thousand draws to a ten-thousandth: the tail's last line is ten of them wide.
    let fine = 1000
    let draw = generator.below(quantiles.last! * fine)
    let above = quantiles.firstIndex { draw < $0 * fine }!
    let (from, to) = (row[above - 1] * 1000, row[above] * 1000)
    let along = draw - quantiles[above - 1] * fine
    return Int64(from + (to - from) * along / ((quantiles[above] - quantiles[above - 1]) * fine))
  }

  /// Times that a person types, in minutes: from a quarter of an hour to 60 days.
  private static let typedMinutes: [Int64] = [
    15, 30, 60, 120, 240, 480, 720, 1440, 2880, 4320, 7200, 10_080, 14_400, 20_160, 30_240, 43_200,
    64_800, 86_400,
  ]

  /// A requested time in milliseconds, never below the run time.
  private static func requestedTime(
    runTime: Int64, from generator: inout SeededGenerator
  ) -> Int64 {
    let factor = Int64(1000 + generator.below(3001))
    let wanted = runTime * factor / 1000
    let typed = typedMinutes.lazy.map { $0 * 60_000 }
    // The longest measured run is 54 days, so 60 days are enough for every job.
    return typed.first { $0 >= wanted } ?? typed.last!
  }
}

/// The published mix of sizes, as far as a fleet can hold them.
private struct SizeMix {
  private let sizes: [Int]
  /// How many jobs of the trace had this size or an earlier one.
  private let jobsUpTo: [Int]

  init(largest: Int) {
    let fitting = PhillyMeasurements.sizes.filter { $0.size <= largest }
    var total = 0
    sizes = fitting.map(\.size)
    jobsUpTo = fitting.map {
      total += $0.jobs
      return total
    }
  }

  func draw(from generator: inout SeededGenerator) -> Int {
    let draw = generator.below(jobsUpTo.last!)
    return sizes[jobsUpTo.firstIndex { draw < $0 }!]
  }
}

/// When jobs come: a Poisson process whose rate follows the hour of the day and the weekday.
///
/// Once their number is given, the arrivals of such a process are independent draws whose density
/// is its rate (Lewis and Shedler 1979, "Simulation of nonhomogeneous Poisson processes by
/// thinning"), which needs no logarithm.
private struct ArrivalPattern {
  private static let hour: Int64 = 3_600_000

  /// The rate in each hour of a week, 10,000 on average.
  private let rates: [Int64]
  /// The rates summed over time up to the beginning of each hour, and to the end of the week.
  private let massBefore: [Int64]

  init() {
    var rates: [Int64] = []
    var masses: [Int64] = [0]
    for weekday in PhillyMeasurements.weekdays {
      for hour in PhillyMeasurements.hours {
        rates.append(Int64(weekday * hour / 100))
        masses.append(masses.last! + rates.last! * Self.hour)
      }
    }
    self.rates = rates
    massBefore = masses
  }

  /// So many arrivals in order, in milliseconds from the first Monday, all within `span`.
  func draw(_ count: Int, within span: Int64, from generator: inout SeededGenerator) -> [Int64] {
    let bound = Int(max(1, mass(until: span)))
    var arrivals: [Int64] = []
    arrivals.reserveCapacity(count)
    for _ in 0..<count { arrivals.append(time(of: Int64(generator.below(bound)))) }
    arrivals.sort()
    return arrivals
  }

  /// The rate summed over the time until `time`.
  private func mass(until time: Int64) -> Int64 {
    let (hours, rest) = time.quotientAndRemainder(dividingBy: Self.hour)
    let (weeks, hour) = Int(hours).quotientAndRemainder(dividingBy: rates.count)
    return Int64(weeks) * massBefore.last! + massBefore[hour] + rates[hour] * rest
  }

  /// The time until which the rate sums up to `mass`.
  private func time(of mass: Int64) -> Int64 {
    let (weeks, rest) = mass.quotientAndRemainder(dividingBy: massBefore.last!)
    let hour = massBefore.firstIndex { $0 > rest }! - 1
    let hours = weeks * Int64(rates.count) + Int64(hour)
    return hours * Self.hour + (rest - massBefore[hour]) / rates[hour]
  }
}
