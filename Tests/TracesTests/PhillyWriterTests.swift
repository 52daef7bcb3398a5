import TestFiles
import Testing
import Traces
import Units

@Suite struct `The Philly writer` {
  @Test func `writes what the reader knows`() {
    let jobs = [
      job(at: 1_507_532_515, runs: 66, size: 1),
      TraceJob(
        submitted: Instant(milliseconds: 250), runTime: TimeSpan(milliseconds: 1_010),
        requestedTime: .seconds(9), size: 300),
      TraceJob(
        submitted: Instant(milliseconds: 0), runTime: TimeSpan(milliseconds: 7),
        requestedTime: nil, size: 100_000_000),
    ]
    let expected = """
      timestamp,duration,num_gpus,gpu_time,cluster,requested_time
      2017-10-09 07:01:55,66.0,1,66.0,a1,
      1970-01-01 00:00:00.250,1.01,300,303.0,a1,9.0
      1970-01-01 00:00:00,0.007,100000000,700000.0,a1,

      """
    #expect(String(decoding: PhillyWriter(cluster: "a1").file(of: jobs), as: UTF8.self) == expected)
  }

  @Test func `has Microsoft's columns alone where nobody asked for a time`() {
    let text = String(
      decoding: PhillyWriter().file(of: [job(at: 0, runs: 1, size: 1)]), as: UTF8.self)
    #expect(text.hasPrefix("timestamp,duration,num_gpus,gpu_time,cluster\n"))
  }

  @Test func `loses nothing`() throws {
    for seed in 0..<300 as Range<UInt64> { try Self.roundTrip(seed: seed) }
  }

  static func roundTrip(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    // Spread over every magnitude, not only the largest.
    func number(below bound: Int) -> Int { generator.below(generator.below(bound) + 1) }
    let jobs = (0..<(1 + generator.below(60))).map { _ in
      TraceJob(
        submitted: Instant(milliseconds: Int64(number(below: 253_402_300_800_000))),
        runTime: TimeSpan(milliseconds: Int64(number(below: 100_000_000_000_001))),
        requestedTime: generator.below(2) == 0 ? nil : .seconds(60),
        size: UInt32(1 + number(below: 100_000_000)))
    }.sorted { $0.submitted < $1.submitted }
    let file = TemporaryFile(PhillyWriter().file(of: jobs))
    let trace = try Trace.read(path: file.path)
    #expect(trace == Trace(format: .philly, jobs: jobs), "seed \(seed)")
  }
}
