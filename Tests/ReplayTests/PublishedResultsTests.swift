import Simulation
import Testing
import Traces

/// What others measured on these traces must come out again, before anybody judges a policy here.
@Suite(.enabled(if: RecordedTraces.areThere, RecordedTraces.skipped))
struct `Published results` {
  /// RLScheduler (Zhang et al., SC'20): mean bounded slowdown over ten windows of 1,024 jobs.
  struct Row: Sendable, CustomTestStringConvertible {
    var trace: String
    var policy: String
    var slowdown: Double

    var testDescription: String { "\(policy) on \(trace): \(slowdown)" }
  }

  static let table = [
    Row(trace: "lublin_256", policy: "rlscheduler-fcfs", slowdown: 7273.77),
    Row(trace: "lublin_256", policy: "rlscheduler-sjf", slowdown: 277.35),
    Row(trace: "lublin_256", policy: "rlscheduler-fcfs+backfill", slowdown: 235.82),
    Row(trace: "lublin_256", policy: "rlscheduler-sjf+backfill", slowdown: 73.31),
    Row(trace: "lublin_256_new2", policy: "rlscheduler-fcfs", slowdown: 7842.47),
    Row(trace: "lublin_256_new2", policy: "rlscheduler-sjf", slowdown: 787.89),
    Row(trace: "lublin_256_new2", policy: "rlscheduler-fcfs+backfill", slowdown: 247.61),
    Row(trace: "lublin_256_new2", policy: "rlscheduler-sjf+backfill", slowdown: 91.99),
  ]

  static let windows = [1981, 2756, 4299, 8850, 3316, 2714, 5228, 7762, 4022, 7085]

  @Test(arguments: table)
  func `RLScheduler's table comes out to the second decimal`(row: Row) throws {
    let jobs = try RecordedTraces.trace("swf/\(row.trace).swf.gz").jobs
    let means = try Self.windows.map { start in
      let window = jobs[start..<start + 1024]
      let metrics = try replay(window, on: (256, 1), row.policy).result.metrics
      return Distribution(metrics.boundedSlowdowns).mean
    }
    #expect(abs(Distribution(means).mean - row.slowdown) < 0.006)
  }

  /// Whole traces, against a reference that counts processors: mean wait in seconds.
  struct Whole: Sendable, CustomTestStringConvertible {
    var trace: String
    var processors: Int
    var policy: String
    var wait: Double

    var testDescription: String { "\(policy) on \(trace): \(wait) s" }
  }

  static let wholes = [
    Whole(trace: "SDSC-SP2-derived", processors: 128, policy: "fcfs", wait: 1_261_091),
    Whole(trace: "SDSC-SP2-derived", processors: 128, policy: "fcfs+easy", wait: 17_860),
    Whole(trace: "SDSC-SP2-derived", processors: 128, policy: "fcfs+conservative", wait: 20_950),
    Whole(trace: "lublin_256", processors: 256, policy: "fcfs", wait: 2_388_444),
    Whole(trace: "lublin_256", processors: 256, policy: "fcfs+easy", wait: 97_156),
    Whole(trace: "lublin_256", processors: 256, policy: "fcfs+conservative", wait: 131_568),
  ]

  @Test(arguments: wholes)
  func `mean waits on whole traces are within 3 % of the reference`(row: Whole) throws {
    let jobs = try RecordedTraces.trace("swf/\(row.trace).swf.gz").jobs
    let metrics = try replay(jobs[...], on: (row.processors, 1), row.policy).result.metrics
    let mean = Distribution(milliseconds: metrics.waits).mean
    #expect(abs(mean / row.wait - 1) < 0.03, "the mean wait is \(mean) s")
  }
}
