import Server
import Testing
import Units

@Suite struct `The daemon's clock` {
  /// The calendar's clock against the steady one, in milliseconds, and what is said after a while.
  private static let rows: [(passed: Int64, calendar: Int64, said: Int64)] = [
    (1000, 1000, 1000),
    (1000, 1003, 1003),
    (1000, 997, 997),
    (1000, 3_600_000, 1005),
    (1000, -3_600_000, 995),
    (100, 3_600_000, 100),
    (0, 500, 0),
  ]

  @Test(arguments: rows) func `follows the calendar's without jumping`(
    _ row: (passed: Int64, calendar: Int64, said: Int64)
  ) {
    let said = SystemClock.next(
      after: Instant(milliseconds: 0), passed: row.passed,
      calendar: Instant(milliseconds: row.calendar))
    #expect(said == Instant(milliseconds: row.said))
  }

  @Test func `says nothing earlier than it has said before it was stopped`() {
    let later = Instant(milliseconds: 4_000_000_000_000)
    let clock = SystemClock(notBefore: later)
    #expect(clock.now() >= later)
    var last = clock.now()
    for _ in 0..<1000 {
      let now = clock.now()
      #expect(now >= last)
      last = now
    }
  }

  @Test(.timeLimit(.minutes(1))) func `wakes whoever asked last, once it is time`() async {
    let clock = SystemClock()
    let woken: String = await withCheckedContinuation { continuation in
      clock.wake(at: clock.now() + .seconds(3600)) { continuation.resume(returning: "first") }
      clock.wake(at: clock.now() + TimeSpan(milliseconds: 20)) {
        continuation.resume(returning: "second")
      }
    }
    #expect(woken == "second")
  }
}
