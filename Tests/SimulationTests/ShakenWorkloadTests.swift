import Simulation
import Testing
import Traces
import Units

@Suite struct `A shaken workload` {
  private let recorded: [TraceJob] = {
    var draws = SeededGenerator(seed: 9)
    var now: Int64 = 0
    return (0..<500).map { _ in
      now += Int64(draws.below(600_000))
      let run = TimeSpan(milliseconds: Int64(1 + draws.below(7_200_000)))
      let asked = TimeSpan(milliseconds: run.milliseconds * Int64(50 + draws.below(300)) / 100 + 1)
      return TraceJob(
        submitted: Instant(milliseconds: now), runTime: run,
        requestedTime: draws.below(10) == 0 ? nil : asked, size: UInt32(1 + draws.below(64)))
    }
  }()

  @Test func `is the recorded one for seed 0, and the same again for the same seed`() {
    #expect(ShakenWorkload().jobs(recorded, seed: 0) == recorded)
    let once = ShakenWorkload().jobs(recorded, seed: 7)
    #expect(once != recorded)
    #expect(once == ShakenWorkload().jobs(recorded, seed: 7))
  }

  @Test(arguments: 1...20)
  func `has the same jobs, in order, a little earlier or later`(seed: UInt64) throws {
    let shaken = ShakenWorkload().jobs(recorded, seed: seed)
    #expect(shaken.map(\.submitted) == shaken.map(\.submitted).sorted())
    func works(_ jobs: [TraceJob]) -> [String] {
      jobs.map { "\($0.runTime.milliseconds) \($0.size) \($0.requestedTime == nil)" }.sorted()
    }
    #expect(works(shaken) == works(recorded))
    let first = try #require(recorded.first)
    #expect(shaken.allSatisfy { $0.submitted >= first.submitted })
    // In order, the n-th submission moves no further than any single one may.
    for (one, other) in zip(recorded, shaken) {
      #expect(abs((one.submitted - other.submitted).milliseconds) <= 600_000)
    }
  }

  @Test(arguments: 1...20)
  func `keeps who asked for enough time, and who did not`(seed: UInt64) {
    func short(_ jobs: [TraceJob]) -> Int {
      jobs.filter { job in job.requestedTime.map { $0 < job.runTime } ?? false }.count
    }
    #expect(short(ShakenWorkload().jobs(recorded, seed: seed)) == short(recorded))
  }
}
