import Simulation
import Testing
import Traces
import Units

@Suite struct `A workload like Philly's` {
  static let large = PhillyLikeWorkload(jobs: 40_000, accelerators: 528, loadPercent: 90)
    .generate(seed: 1)

  /// So many per thousand.
  static func perMille(_ count: Int, of jobs: [TraceJob]) -> Int { count * 1000 / jobs.count }

  @Test func `follows from its seed`() {
    let workload = PhillyLikeWorkload(jobs: 500, accelerators: 64, loadPercent: 80)
    #expect(workload.generate(seed: 7) == workload.generate(seed: 7))
    #expect(workload.generate(seed: 7) != workload.generate(seed: 8))
  }

  @Test func `has as many jobs as asked for, in order`() {
    for jobs in [0, 1, 2, 1000] {
      let drawn = PhillyLikeWorkload(jobs: jobs, accelerators: 8, loadPercent: 50)
        .generate(seed: 3)
      #expect(drawn.count == jobs)
      #expect(drawn.map(\.submitted) == drawn.map(\.submitted).sorted())
    }
  }

  @Test(arguments: [(1, 932), (2, 22), (4, 22), (8, 20), (16, 2)])
  func `has the published mix of sizes`(size: UInt32, perMille: Int) {
    let found = Self.perMille(Self.large.count { $0.size == size }, of: Self.large)
    #expect(abs(found - perMille) <= 4)
  }

  @Test(arguments: [1, 3, 8, 100]) func `leaves out what the fleet cannot hold`(fleet: Int) {
    let drawn = PhillyLikeWorkload(jobs: 20_000, accelerators: fleet, loadPercent: 70)
      .generate(seed: 2)
    #expect(drawn.allSatisfy { $0.size > 0 && Int($0.size) <= fleet })
  }

  @Test(arguments: [
    (size: 1 as UInt32, low: 1000, high: 1250), (size: 4, low: 12_000, high: 23_000),
    (size: 8, low: 16_000, high: 32_000),
  ])
  func `has each size's median run time`(size: UInt32, low: Int64, high: Int64) {
    let times = Self.large.filter { $0.size == size }.map(\.runTime).sorted()
    let median = times[times.count / 2]
    #expect(median > .seconds(low) && median < .seconds(high))
  }

  @Test func `has a heavy tail`() {
    let work = Self.large.map { Int64($0.size) * $0.runTime.milliseconds }.sorted(by: >)
    let all = work.reduce(0, +)
    let topTenth = work.prefix(work.count / 10).reduce(0, +)
    #expect(topTenth * 100 / all > 80)
  }

  @Test(arguments: [(50, 66 * 8), (90, 66 * 8), (120, 64), (300, 8)])
  func `offers the load that was asked for`(percent: Int, fleet: Int) {
    for seed in 0..<10 as Range<UInt64> {
      let jobs = PhillyLikeWorkload(jobs: 4000, accelerators: fleet, loadPercent: percent)
        .generate(seed: seed)
      let work = jobs.map { Int64($0.size) * $0.runTime.milliseconds }.reduce(0, +)
      let span = jobs.last!.submitted - jobs.first!.submitted
      let offered = Int(work * 100 / (span.milliseconds * Int64(fleet)))
      #expect(abs(offered - percent) * 100 <= percent * 3, "seed \(seed): \(offered) %")
    }
  }

  @Test func `follows the hours and the weekdays of the trace`() {
    var hours = [Int](repeating: 0, count: 24)
    var weekdays = [Int](repeating: 0, count: 7)
    let day: Int64 = 86_400_000
    for job in Self.large {
      // 1970-01-01 was a Thursday.
      let (days, ofDay) = job.submitted.milliseconds.quotientAndRemainder(dividingBy: day)
      hours[Int(ofDay / 3_600_000)] += 1
      weekdays[Int((days + 3) % 7)] += 1
    }
    #expect(hours[7] > hours[14] * 5 / 2)
    #expect(weekdays[4] > weekdays[6] * 3 / 2)
  }

  @Test func `asks for a time that a person types, never below the run time`() throws {
    let quarter: Int64 = 15 * 60_000
    for job in Self.large {
      let asked = try #require(job.requestedTime)
      #expect(asked >= job.runTime)
      #expect(asked.milliseconds % quarter == 0)
      #expect(asked >= .seconds(15 * 60) && asked <= .seconds(60 * 86_400))
    }
    #expect(Set(Self.large.map(\.requestedTime)).count <= 18)
  }

  @Test func `draws the same on every machine`() {
    let drawn = PhillyLikeWorkload(jobs: 3, accelerators: 8, loadPercent: 100).generate(seed: 42)
    let text = drawn.map {
      "\($0.submitted.milliseconds) \($0.runTime.milliseconds) "
        + "\($0.requestedTime!.milliseconds) \($0.size)"
    }
    #expect(
      text == [
        "1514765084532 935154 1800000 1", "1514765390151 1320057 7200000 1",
        "1514765462816 3930868 14400000 1",
      ])
  }
}
