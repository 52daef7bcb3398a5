import Synchronization
import Units
import Wire

/// The time as HTTP's heads have it, written once a second at most. (RFC 9110 §5.6.7)
final class HTTPDate: Sendable {
  private struct Written: Sendable {
    var second = Int64.min
    var text = ""
  }

  private let clock: any ControllerClock
  private let last = Mutex(Written())

  init(_ clock: any ControllerClock) { self.clock = clock }

  /// `Sun, 01 Mar 2026 06:00:00 GMT`
  var now: String {
    let now = clock.now()
    return last.withLock { last in
      let second = now.milliseconds / 1000
      if last.second != second { last = Written(second: second, text: Self.text(now)) }
      return last.text
    }
  }

  static func text(_ instant: Instant) -> String {
    // 2026-03-01T06:00:00.000Z
    let words = Moment(instant).description.split { "-T.".contains($0) }
    let day = Int(instant.milliseconds / 86_400_000)
    let month = Int(words[1]).map { months[$0 - 1] } ?? ""
    return "\(weekdays[day % 7]), \(words[2]) \(month) \(words[0]) \(words[3]) GMT"
  }

  // The first day of all was a Thursday.
  private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
}
