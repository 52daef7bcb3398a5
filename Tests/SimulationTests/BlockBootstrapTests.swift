import Simulation
import Testing
import Units

@Suite struct `Intervals from blocks drawn anew` {
  private static let blocks = 16

  private func record(waited seconds: Int64) -> JobRecords.Record {
    var record = JobRecords.Record(submitted: Instant(milliseconds: 0), size: 1)
    record.waited = seconds * 1000
    record.ran = 60_000
    return record
  }

  /// Blocks of ten jobs that wait longer in some than in others, by `more` than they would.
  private func samples(_ draws: inout SeededGenerator, more: Int64) -> [BlockBootstrap.Sample] {
    (0..<Self.blocks).map { _ in
      let hardness = Int64(draws.below(1000))
      var sample = BlockBootstrap.Sample()
      for _ in 0..<10 { sample.add(record(waited: hardness + Int64(draws.below(200)) + more)) }
      return sample
    }
  }

  @Test func `are nothing wide where two policies do the same`() {
    var draws = SeededGenerator(seed: 1)
    let samples = samples(&draws, more: 0)
    let bootstrap = BlockBootstrap(blocks: Self.blocks, seeds: 1, following: 1)
    let intervals = bootstrap.intervals(samples, against: samples)
    #expect(intervals.count == BlockBootstrap.Figure.allCases.count)
    for interval in intervals.values {
      #expect(interval.low == 0 && interval.high == 0)
      #expect(!interval.isClear)
    }
  }

  @Test func `of a few blocks ahead are wider than those of the mean, and hold what comes`() throws
  {
    let bootstrap = BlockBootstrap(blocks: Self.blocks, seeds: 1, following: 1)
    var (held, wider) = (0, 0)
    for seed in 0..<40 as Range<UInt64> {
      var draws = SeededGenerator(seed: seed)
      let (one, other) = (samples(&draws, more: 0), samples(&draws, more: 100))
      let mean = try #require(bootstrap.intervals(other, against: one)[.meanWait])
      let ahead = try #require(bootstrap.intervals(ahead: 4, other, against: one)[.meanWait])
      if ahead.high - ahead.low > mean.high - mean.low { wider += 1 }
      var (before, after) = (BlockBootstrap.Sample(), BlockBootstrap.Sample())
      for block in samples(&draws, more: 0).prefix(4) { before.add(block) }
      for block in samples(&draws, more: 100).prefix(4) { after.add(block) }
      let shown = try #require(after.value(of: .meanWait)) - #require(before.value(of: .meanWait))
      if (ahead.low...ahead.high).contains(shown) { held += 1 }
    }
    #expect(wider > 35)
    #expect(held > 32)
  }

  /// Days of which each is half like the one before: 21 of them, from which a week is foreseen.
  private func days(_ count: Int, _ draws: inout SeededGenerator) -> [BlockBootstrap.Sample] {
    // All below a second: the sum is exact, and the histogram has one bin.
    var level = 0.0
    return (0..<count + 20).map { _ in
      level = level / 2 + Double(draws.below(401)) - 200
      var record = record(waited: 0)
      record.waited = 500 + Int64(level)
      var sample = BlockBootstrap.Sample()
      sample.add(record)
      return sample
    }.suffix(count)
  }

  /// What is drawn from three weeks is short of what three weeks leave open: without the stretch
  /// these held 77 of 100.
  @Test func `of a week ahead hold it about as often as they say, from three weeks`() throws {
    var held = 0
    for seed in 0..<100 as Range<UInt64> {
      var draws = SeededGenerator(seed: seed)
      let known = days(28, &draws)
      let bootstrap = BlockBootstrap(blocks: 21, seeds: 1, following: seed)
      let ahead = try #require(
        bootstrap.intervals(ahead: 7, Array(known.prefix(21)), against: nil)[.meanWait])
      var week = BlockBootstrap.Sample()
      for day in known.suffix(7) { week.add(day) }
      if ahead.low...ahead.high ~= (try #require(week.value(of: .meanWait))) { held += 1 }
    }
    #expect((90...99).contains(held), "\(held) of 100")
  }

  @Test func `say nothing of a span of which less than two were seen`() {
    var draws = SeededGenerator(seed: 1)
    let bootstrap = BlockBootstrap(blocks: 13, seeds: 1, following: 1)
    let known = days(13, &draws)
    #expect(bootstrap.intervals(ahead: 7, known, against: nil).isEmpty)
    #expect(!bootstrap.intervals(ahead: 6, known, against: nil).isEmpty)
  }

  @Test func `owe nothing to what is hard for both`() {
    // Each job waits 500 s longer, whatever its block is like: only that is left.
    let bootstrap = BlockBootstrap(blocks: Self.blocks, seeds: 1, following: 1)
    var one = SeededGenerator(seed: 2)
    var other = SeededGenerator(seed: 2)
    let intervals = bootstrap.intervals(
      samples(&other, more: 500), against: samples(&one, more: 0))
    #expect(intervals[.meanWait].map { abs($0.low - 500) < 0.001 } == true)
    #expect(intervals[.meanWait].map { abs($0.high - 500) < 0.001 } == true)
    #expect(intervals[.meanWait]?.isClear == true)
  }

  @Test func `of a mean hold it about as often as they say`() {
    let truth = 999.0 / 2 + 199.0 / 2
    var hits = 0
    for seed in 1...200 {
      var draws = SeededGenerator(seed: UInt64(seed))
      let bootstrap = BlockBootstrap(blocks: Self.blocks, seeds: 1, following: UInt64(seed))
      let interval = bootstrap.intervals(samples(&draws, more: 0), against: nil)[.meanWait]
      if let interval, interval.low...interval.high ~= truth { hits += 1 }
    }
    // 95 of 100 for many blocks; drawing from 16 is known to promise a little too much.
    #expect((176...198).contains(hits), "\(hits) of 200")
  }

  @Test func `are withheld where most draws have no job`() {
    var samples = [BlockBootstrap.Sample](repeating: .init(), count: Self.blocks)
    samples[3].add(record(waited: 5))
    let bootstrap = BlockBootstrap(blocks: Self.blocks, seeds: 1, following: 1)
    #expect(bootstrap.intervals(samples, against: nil).isEmpty)
  }

  @Test(arguments: [0, 1, 2, 59, 3_600, 86_400, 31_536_000])
  func `know a percentile to within a bin`(seconds: Int64) throws {
    var sample = BlockBootstrap.Sample()
    for _ in 0..<10 { sample.add(record(waited: seconds)) }
    let value = try #require(sample.value(of: .p90Wait))
    #expect(abs(value - Double(seconds)) <= 0.0443 * Double(seconds))
  }
}
