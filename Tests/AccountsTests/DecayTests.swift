import Accounts
import Foundation
import Testing
import Units

@Suite struct `Usage that grows instead of decaying` {
  @Test func `is to the bit what a walk over all slots adds up, over 500 seeds`() {
    for seed in 0..<500 as Range<UInt64> {
      DecayRun(seed: seed, slot: 7, halfLives: 9).expectExact(UInt16(seed % 3))
    }
  }

  @Test func `is to the bit what a walk over all slots adds up, over a year of weekly half-lives`()
  {
    let run = DecayRun(seed: 2026, slot: 590_625, halfLives: 52)
    for account in 0...2 as ClosedRange<UInt16> { run.expectExact(account) }
  }

  @Test func `has room for the largest fleet, charge and half-life, for ten epochs`() {
    let half: AccountSketch = """
      all
        uni 50%
        firm 50%
      """
    let start = Instant(milliseconds: 0)
    var book = AccountBook(
      tree: half.tree, models: ["h200"], chargeMilli: [720_000], capacityMilli: [100_000_000],
      halfLife: TimeSpan(milliseconds: 1 << 40), at: start)
    let all = AccountBook.Hold(account: AccountID(2), model: 0, milli: 100_000_000)
    book.hold(all, at: start)
    for epoch in 1...10 as ClosedRange<Int64> {
      let end = Instant(milliseconds: epoch << 43)
      let last = end + TimeSpan(milliseconds: -1)
      #expect(book.decayedUsage(.root, at: last).all < 1 << 124)
      #expect(book.ranks(at: last) == [0, 0, 1])
      #expect(book.charged(.root, at: last) == Int128(last.milliseconds) * 72_000_000_000)
      book.advance(to: end)
      #expect(book.ranks(at: last + .seconds(1)) == [0, 0, 1])
    }
  }

  @Test func `is exponential decay, to a thousandth`() {
    for seed in 0..<100 as Range<UInt64> {
      let run = DecayRun(seed: seed, slot: 59, halfLives: 12)
      let usages = (1...2).map { account in
        Double(run.book.decayedUsage(AccountID(account), at: run.end).all)
      }
      let exact = (1...2).map { account in
        run.intervals.filter { $0.account == account }.reduce(0.0) { sum, interval in
          let ages = [interval.from, interval.until].map {
            Double((run.end - $0).milliseconds) / Double(run.slot * 1024)
          }
          return sum + Double(interval.milli) * (exp2(-ages[1]) - exp2(-ages[0]))
        }
      }
      let error = usages[0] / usages[1] / (exact[0] / exact[1]) - 1
      #expect(abs(error) < 0.001, "seed \(seed)")
    }
  }
}

/// Gangs of two members that come and go over some half-lives.
private struct DecayRun {
  struct Interval {
    var account: UInt16
    var milli: Int
    var from: Instant
    var until: Instant
  }

  static let weights: [Int128] = (0..<1024).map { Int128(exp2(Double($0) / 1024) * 262_144) }

  let slot: Int64
  let end: Instant
  private(set) var book: AccountBook
  private(set) var intervals: [Interval] = []

  private static let entitled = [16_000, 3000, 3000]

  init(seed: UInt64, slot: Int64, halfLives: Int) {
    self.slot = slot
    var generator = SeededGenerator(seed: seed)
    let span = Int(slot) * 1024 * halfLives
    let start = Instant(milliseconds: -77_777)
    end = start + TimeSpan(milliseconds: Int64(span))
    let sketch: AccountSketch = """
      all
        uni 3
        firm 3
      """
    book = AccountBook(
      tree: sketch.tree, models: ["h200"], chargeMilli: [1], capacityMilli: [16_000],
      halfLife: TimeSpan(milliseconds: slot * 1024), at: start)
    for place in 0..<24 {
      let times = [generator.below(span), generator.below(span)].sorted()
      intervals.append(
        Interval(
          account: UInt16(1 + place % 2), milli: 1 + generator.below(2000),
          from: start + TimeSpan(milliseconds: Int64(times[0])),
          until: start + TimeSpan(milliseconds: Int64(times[1]))))
    }
    for time in Set(intervals.flatMap { [$0.from, $0.until] }).sorted() {
      for interval in intervals where interval.from != interval.until {
        let account = AccountID(interval.account)
        let hold = AccountBook.Hold(
          account: account, model: 0, milli: interval.milli, chargeMilli: 1)
        if interval.until == time { book.release(hold, at: time) }
        if interval.from == time { book.hold(hold, at: time) }
      }
    }
  }

  /// Compares what the book says at the end with the walk.
  func expectExact(_ account: UInt16) {
    let walked = walkedUsage(of: account)
    let kept = book.decayedUsage(AccountID(account), at: end)
    #expect(kept.all == walked.all, "slot \(slot), \(intervals)")
    #expect(kept.above == walked.above, "slot \(slot), \(intervals)")
  }

  /// Adds up slot by slot, from change to change, what was held times the slot's weight.
  func walkedUsage(of account: UInt16) -> (all: Int128, above: Int128) {
    let mine = intervals.filter { account == 0 || $0.account == account }
    let changes = Set(mine.flatMap { [$0.from, $0.until] }).sorted()
    var (all, above, index, change) = (Int128(0), Int128(0), 0, 0)
    var time = book.start
    var milli = 0
    while time < end {
      let next = book.start + TimeSpan(milliseconds: slot * Int64(index + 1))
      let weight = Self.weights[index % 1024] << (index % 8192 / 1024)
      while time < next {
        if change < changes.count, changes[change] <= time {
          milli = mine.filter { $0.from <= time && time < $0.until }.reduce(0) { $0 + $1.milli }
          change += 1
          continue
        }
        let until = change < changes.count ? min(next, changes[change]) : next
        let length = Int128((until - time).milliseconds)
        all += Int128(milli) * length * weight
        above += Int128(max(0, milli - Self.entitled[Int(account)])) * length * weight
        time = until
      }
      index += 1
      if index % 8192 == 0 { (all, above) = (all >> 8, above >> 8) }
    }
    return (all, above)
  }
}
