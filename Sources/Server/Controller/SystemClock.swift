import Dispatch
import Foundation
import Synchronization
public import Units

/// The machine's clock, steadied: it never runs backwards, and never jumps.
///
/// It runs with the clock that counts through suspend, and follows the calendar's clock by at most
/// one part in 200: an hour by which somebody sets the calendar's clock takes eight days to
/// arrive, and no job reaches its time limit early because of it.
public final class SystemClock: ControllerClock {
  private struct Hands: Sendable {
    /// The steady clock, and the time, when the two were compared with the calendar's clock last.
    var steady: ContinuousClock.Instant
    var base: Instant
    /// What was said last.
    var said: Instant
    var wakes: UInt64 = 0
  }

  /// How much faster or slower than the steady clock it may run: one part in so many.
  private static let yielding: Int64 = 200

  /// How often it looks at the calendar's clock, in milliseconds.
  private static let comparing: Int64 = 1000

  /// Nobody sleeps for longer without a look at the clock.
  private static let longestSleep: Int64 = 60_000

  private let hands: Mutex<Hands>
  private let calendar: @Sendable () -> Instant
  private let queue = DispatchQueue(label: "clock")

  /// The machine's clock.
  ///
  /// - Parameter instant: what it has said before it was stopped: it says nothing earlier.
  public convenience init(notBefore instant: Instant = .distantPast) {
    self.init(notBefore: instant) {
      Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }
  }

  init(notBefore instant: Instant, calendar: @escaping @Sendable () -> Instant) {
    self.calendar = calendar
    let start = max(instant, calendar())
    hands = Mutex(Hands(steady: ContinuousClock.now, base: start, said: start))
  }

  /// The time, to the millisecond.
  public func now() -> Instant {
    let steady = ContinuousClock.now
    return hands.withLock { hands in
      let (seconds, attoseconds) = (steady - hands.steady).components
      var passed = max(0, seconds * 1000 + attoseconds / 1_000_000_000_000_000)
      if passed >= Self.comparing {
        hands.base = Self.next(after: hands.base, passed: passed, calendar: calendar())
        hands.steady += .milliseconds(passed)
        passed = 0
      }
      hands.said = max(hands.said, hands.base + TimeSpan(milliseconds: passed))
      return hands.said
    }
  }

  /// What is said when so many milliseconds have passed since something was.
  public static func next(after said: Instant, passed: Int64, calendar: Instant) -> Instant {
    let steady = said + TimeSpan(milliseconds: passed)
    let off = calendar.milliseconds - steady.milliseconds
    let most = passed / yielding
    return steady + TimeSpan(milliseconds: max(-most, min(most, off)))
  }

  /// Calls once it is an instant, from a thread of its own.
  public func wake(at instant: Instant, _ call: @escaping @Sendable () -> Void) {
    let wake = hands.withLock { hands in
      hands.wakes += 1
      return hands.wakes
    }
    sleep(wake, until: instant, call)
  }

  private func sleep(
    _ wake: UInt64, until instant: Instant, _ call: @escaping @Sendable () -> Void
  ) {
    let now = now()
    guard instant > now else {
      queue.async { [self] in
        if isLast(wake) { call() }
      }
      return
    }
    let left = min(Self.longestSleep, instant.milliseconds &- now.milliseconds)
    let time = left < 0 ? Self.longestSleep : left
    queue.asyncAfter(deadline: .now() + .milliseconds(Int(time))) { [weak self] in
      guard let self, isLast(wake) else { return }
      sleep(wake, until: instant, call)
    }
  }

  private func isLast(_ wake: UInt64) -> Bool { hands.withLock { $0.wakes == wake } }
}
