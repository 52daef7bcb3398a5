/// A point in time, in milliseconds since 1970-01-01T00:00:00Z.
///
/// Core rooms never read a clock: an instant comes in as an argument. A trace without a calendar
/// date counts from its own first instant, which is then zero.
@frozen
public struct Instant: Hashable, Sendable {
  /// Milliseconds since the epoch; negative before it.
  public var milliseconds: Int64

  /// An instant by its distance from the epoch.
  @inlinable
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// Earlier than every instant that occurs: "since always".
  @inlinable
  public static var distantPast: Instant { Instant(milliseconds: .min) }

  /// Later than every instant that occurs: "never".
  @inlinable
  public static var distantFuture: Instant { Instant(milliseconds: .max) }

  /// The instant `span` later; stays at the ends of time instead of overflowing.
  @inlinable
  public static func + (instant: Instant, span: TimeSpan) -> Instant {
    let (sum, overflow) = instant.milliseconds.addingReportingOverflow(span.milliseconds)
    guard overflow else { return Instant(milliseconds: sum) }
    return span.milliseconds > 0 ? .distantFuture : .distantPast
  }

  /// The time from `earlier` to `later`; both must be real instants, not an end of time.
  @inlinable
  public static func - (later: Instant, earlier: Instant) -> TimeSpan {
    TimeSpan(milliseconds: later.milliseconds - earlier.milliseconds)
  }
}

extension Instant: Comparable {
  @inlinable
  public static func < (a: Instant, b: Instant) -> Bool { a.milliseconds < b.milliseconds }
}

/// A length of time in whole milliseconds.
@frozen
public struct TimeSpan: Hashable, Sendable {
  /// The length; negative spans run backwards.
  public var milliseconds: Int64

  /// A span of so many milliseconds.
  @inlinable
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// A span of so many seconds.
  @inlinable
  public static func seconds(_ seconds: Int64) -> TimeSpan {
    TimeSpan(milliseconds: seconds * 1000)
  }

  /// No time at all.
  @inlinable
  public static var zero: TimeSpan { TimeSpan(milliseconds: 0) }
}

extension TimeSpan: Comparable {
  @inlinable
  public static func < (a: TimeSpan, b: TimeSpan) -> Bool { a.milliseconds < b.milliseconds }
}
