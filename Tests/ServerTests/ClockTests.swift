import Foundation
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

  /// On the same run of the machine, or another: minutes since its start, the calendar's, and what
  /// is said first, ten minutes after the last word and after an entry at minute 1.
  @Test(arguments: [
    ("a", 15, 70, 20), ("a", 15, -50, 20), ("b", 15, 70, 70), ("b", 15, -50, 1), ("a", 4, 70, 70),
  ])
  func `goes on by the steady clock where the machine has run on`(
    boot: String, minutes: Int64, calendar: Int64, said: Int64
  ) throws {
    func minute(_ minute: Int64) -> Instant { Instant(milliseconds: minute * 60_000) }
    let mark = SystemClock.Mark(boot: "a", milliseconds: 5 * 60_000, instant: minute(10))
    let read = try #require(SystemClock.Mark(mark.text))
    #expect(read == mark)
    let start = SystemClock.start(
      after: read, boot: boot, milliseconds: minutes * 60_000, calendar: minute(calendar),
      notBefore: minute(1))
    #expect(start == minute(said))
  }

  @Test func `keeps what it says`() throws {
    let folder = try TemporaryFolder()
    let file = folder.path("clock")
    let clock = SystemClock(keptIn: file)
    let now = clock.now()
    let mark = SystemClock.Mark(try String(contentsOfFile: file, encoding: .utf8))
    #expect(try #require(mark).instant <= now)
    // Linux says in hundredths of a second how long it has run; the journal knows what was said.
    #expect((SystemClock(keptIn: file).now() - now).milliseconds >= -10)
    #expect(SystemClock(notBefore: now, keptIn: file).now() >= now)
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

  @Test(.timeLimit(.minutes(20))) func `wakes whoever asked last, once it is time`() async {
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
