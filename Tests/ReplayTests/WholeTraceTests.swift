import Simulation
import Testing
import Traces

@Suite(.enabled(if: RecordedTraces.areThere, RecordedTraces.skipped))
struct `Whole traces` {
  @Test func `Philly replays to the same decisions twice`() throws {
    let jobs = try RecordedTraces.trace("philly/philly_pollux.csv.gz").jobs
    #expect(jobs.count == 82_247)
    let (first, digest) = try replay(jobs[...], on: (66, 8), "fcfs+easy")
    #expect(first.metrics.counts.completed == 82_247)
    #expect(try replay(jobs[...], on: (66, 8), "fcfs+easy").digest == digest)
  }

  @Test(arguments: 1...3)
  func `Muri's traces run to their ends`(number: Int) throws {
    let jobs = try RecordedTraces.trace("muri/trace\(number).csv.gz").jobs
    let metrics = try replay(jobs[...], on: (8, 8), "sjf+easy").result.metrics
    #expect(metrics.counts.completed == jobs.count)
  }

  @Test func `Theta's out-of-order lines are put in order`() throws {
    let jobs = try RecordedTraces.trace("swf/theta_2023.swf.gz").jobs
    let metrics = try replay(jobs[...], on: (4360, 1), "fcfs+easy").result.metrics
    // Eight jobs ask for more nodes than the trace's header says there are.
    #expect(metrics.counts.rejected == 8)
    #expect(metrics.counts.completed == 8_393)
  }

  @Test func `RICC keeps a thousand nodes of eight busy`() throws {
    let jobs = try RecordedTraces.trace("swf/RICC-2010-2.swf.gz").jobs
    let metrics = try replay(jobs[...], on: (1024, 8), "fcfs+easy").result.metrics
    #expect(metrics.counts.completed == 447_794)
    #expect(abs(metrics.allocatedFraction - 0.889) < 0.001)
  }
}

@Suite struct `Generated workloads` {
  @Test(arguments: ["fcfs", "sjf+easy", "fcfs+easy", "fcfs+conservative"])
  func `replay to the same decisions twice, and to others from another seed`(
    policy: String
  ) throws {
    let workload = PhillyLikeWorkload(jobs: 3000, accelerators: 512, loadPercent: 95)
    func digest(_ seed: UInt64) throws -> String {
      try replay(workload.generate(seed: seed)[...], on: (64, 8), policy).digest
    }
    #expect(try digest(1) == digest(1))
    #expect(try digest(1) != digest(2))
  }
}
