import Dispatch
import Foundation
import Synchronization
public import Units

/// The machine's clock, steadied: it never runs backwards, and never jumps.
///
/// It runs with the clock that counts through suspend, and follows the calendar's clock by at most
/// one part in 200: an hour by which somebody sets the calendar's clock takes eight days to
/// arrive, and no job reaches its time limit early because of it.
///
/// What it has said stands in a file, beside the steady clock. So it goes on in the same way after
/// a restart of the daemon; after one of the machine the calendar's clock counts.
public final class SystemClock: ControllerClock {
  private struct Hands: Sendable {
    /// The steady clock, and the time, when the two were compared with the calendar's clock last.
    var steady: ContinuousClock.Instant
    var base: Instant
    /// What was said last.
    var said: Instant
    var kept = Instant.distantPast
    var wakes: UInt64 = 0
  }

  /// What a clock has said, and when by the clock that runs since the machine started.
  public struct Mark: Hashable, Sendable {
    /// Which run of the machine.
    public var boot: String
    /// The milliseconds since its start, those in which it slept too.
    public var milliseconds: Int64
    /// What was said then.
    public var instant: Instant

    /// A mark.
    public init(boot: String, milliseconds: Int64, instant: Instant) {
      (self.boot, self.milliseconds, self.instant) = (boot, milliseconds, instant)
    }

    /// Reads a mark as it is written; nil: it is none.
    public init?(_ text: String) {
      let words = text.split(whereSeparator: \.isWhitespace)
      guard words.count == 3, let steady = Int64(words[1]), let instant = Int64(words[2]) else {
        return nil
      }
      self.init(
        boot: String(words[0]), milliseconds: steady,
        instant: Instant(milliseconds: instant))
    }

    /// The mark as a line.
    public var text: String { "\(boot) \(milliseconds) \(instant.milliseconds)\n" }
  }

  /// How much faster or slower than the steady clock it may run: one part in so many.
  private static let yielding: Int64 = 200

  /// How often it looks at the calendar's clock, in milliseconds.
  private static let comparing: Int64 = 1000

  /// Nobody sleeps for longer without a look at the clock.
  private static let longestSleep: Int64 = 60_000

  /// What was said is kept so often, in milliseconds.
  private static let keeping: Int64 = 10_000

  private let file: String?
  private let boot: String
  private let hands: Mutex<Hands>
  private let calendar: @Sendable () -> Instant
  private let queue = DispatchQueue(label: "clock")

  /// The machine's clock.
  ///
  /// - Parameters:
  ///   - instant: what it has said before it was stopped: it says nothing earlier.
  ///   - file: where it keeps what it has said; nil: nowhere.
  public init(notBefore instant: Instant = .distantPast, keptIn file: String? = nil) {
    self.file = file
    calendar = { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
    let path = "/proc/sys/kernel/random/boot_id"
    boot =
      (try? String(contentsOfFile: path, encoding: .utf8))?
      .trimmingCharacters(in: .whitespacesAndNewlines) ?? "-"
    let kept = file.flatMap { try? String(contentsOfFile: $0, encoding: .utf8) }
    let start = Self.start(
      after: kept.flatMap { Mark($0) }, boot: boot, milliseconds: Self.bootMs,
      calendar: calendar(), notBefore: instant)
    hands = Mutex(Hands(steady: ContinuousClock.now, base: start, said: start))
    hands.withLock { keep(&$0) }
  }

  /// What is said first: by the steady clock, where it has run since something was said.
  public static func start(
    after mark: Mark?, boot: String, milliseconds: Int64, calendar: Instant,
    notBefore instant: Instant
  ) -> Instant {
    guard let mark, mark.boot == boot, mark.milliseconds <= milliseconds else {
      return max(instant, calendar)
    }
    let passed = TimeSpan(milliseconds: milliseconds - mark.milliseconds)
    return max(instant, mark.instant + passed)
  }

  /// The milliseconds since the machine started, those in which it slept too.
  private static var bootMs: Int64 {
    let text = (try? String(contentsOfFile: "/proc/uptime", encoding: .utf8)) ?? ""
    let seconds = text.split(separator: " ").first.flatMap { Double($0) }
    return Int64((seconds ?? 0) * 1000)
  }

  /// Where it can't be kept, the calendar's clock counts after a restart.
  private func keep(_ hands: inout Hands) {
    guard let file, hands.kept + TimeSpan(milliseconds: Self.keeping) <= hands.base else { return }
    hands.kept = hands.base
    let mark = Mark(boot: boot, milliseconds: Self.bootMs, instant: hands.base)
    try? Data(mark.text.utf8).write(to: URL(filePath: file), options: .atomic)
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
        keep(&hands)
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
