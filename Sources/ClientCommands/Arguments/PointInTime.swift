public import Foundation
public import Units

/// A moment as it is typed: `now+1hour`, `18:30`, `tomorrow`, `2026-03-01T06:00`, or with its zone.
public struct PointInTime: Hashable, Sendable {
  private enum Form: Hashable {
    case absolute(Instant)
    /// So long after now; negative: before.
    case relative(milliseconds: Int64)
    /// The next time that a clock shows this, in seconds since midnight.
    case clock(seconds: Int64)
    /// A midnight so many days from today's, and so many seconds behind it.
    case day(Int64)
    /// Days since 1970 and seconds of the day, by the clock on the wall.
    case local(seconds: Int64)
  }

  private let form: Form

  private static let words: [(String, Form)] = [
    ("now", .relative(milliseconds: 0)), ("midnight", .clock(seconds: 0)),
    ("noon", .clock(seconds: 43_200)), ("today", .day(0)), ("tomorrow", .day(1)),
    ("yesterday", .day(-1)),
  ]

  /// Reads a moment.
  ///
  /// - Throws: `ArgumentFault`.
  public init(parsing text: String) throws(ArgumentFault) {
    guard let form = Self.read(text) else {
      throw ArgumentFault(
        "give a moment such as now+2h, 18:30, tomorrow, 2026-03-01 or 2026-03-01T06:00")
    }
    self.form = form
  }

  /// The instant that is meant, by a clock and a zone.
  public func instant(now: Instant, in zone: TimeZone) -> Instant {
    let offset = Int64(zone.secondsFromGMT(for: Date(now)))
    let wall = now.milliseconds.flooredBy(1000) / 1000 + offset
    let midnight = wall.flooredBy(86_400)
    switch form {
    case .absolute(let instant): return instant
    case .relative(let milliseconds): return now + TimeSpan(milliseconds: milliseconds)
    case .clock(let seconds):
      let next = midnight + seconds
      return Self.instant(wall: next > wall ? next : next + 86_400, in: zone)
    case .day(let days): return Self.instant(wall: midnight + days * 86_400, in: zone)
    case .local(let seconds): return Self.instant(wall: seconds, in: zone)
    }
  }

  /// The instant at which clocks in a zone show so many seconds since 1970.
  private static func instant(wall: Int64, in zone: TimeZone) -> Instant {
    // The offset at a moment near it, then that at the moment which follows from it.
    let near = wall - Int64(zone.secondsFromGMT(for: Date(Instant(milliseconds: wall * 1000))))
    let offset = Int64(zone.secondsFromGMT(for: Date(Instant(milliseconds: near * 1000))))
    return Instant(milliseconds: (wall - offset) * 1000)
  }

  private static func read(_ text: String) -> Form? {
    if let word = words.first(where: { $0.0 == text }) { return word.1 }
    if text.hasPrefix("now+") || text.hasPrefix("now-") {
      guard let seconds = seconds(text.dropFirst(4)) else { return nil }
      return .relative(milliseconds: (text.hasPrefix("now+") ? seconds : -seconds) * 1000)
    }
    if text.hasPrefix("-"), let seconds = seconds(text.dropFirst()) {
      return .relative(milliseconds: -seconds * 1000)
    }
    if text.hasSuffix("Z") || text.dropFirst(11).contains(where: { $0 == "+" || $0 == "-" }) {
      let plain = Date.ISO8601FormatStyle()
      let fine = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
      guard let date = (try? plain.parse(text)) ?? (try? fine.parse(text)) else { return nil }
      return .absolute(
        Instant(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded())))
    }
    let parts = text.split(separator: "T", omittingEmptySubsequences: false)
    if parts.count == 1, let seconds = clock(parts[0]) { return .clock(seconds: seconds) }
    guard parts.count <= 2, let day = day(parts[0]),
      let seconds = parts.count == 2 ? clock(parts[1]) : 0
    else { return nil }
    return .local(seconds: day * 86_400 + seconds)
  }

  /// `1hour`, `90`, `30minutes`, `1h30m`; a bare number counts seconds, as Slurm's does.
  private static func seconds(_ text: Substring) -> Int64? {
    if let seconds = TimeLimit.seconds(String(text)) { return seconds }
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard (1...9).contains(digits.count), let count = Int64(digits) else { return nil }
    let names: [(String, Int64)] = [
      ("", 1), ("second", 1), ("minute", 60), ("hour", 3600), ("day", 86_400), ("week", 604_800),
    ]
    let name = text.dropFirst(digits.count)
    return names.first { name == $0.0 || name == $0.0 + "s" }.map { count * $0.1 }
  }

  /// `18:30` or `18:30:05`, in seconds since midnight.
  private static func clock(_ text: Substring) -> Int64? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { $0.count == 2 ? Int64($0) : nil }
    guard numbers.count == parts.count, (2...3).contains(numbers.count),
      (0...23).contains(numbers[0]), numbers.dropFirst().allSatisfy({ (0...59).contains($0) })
    else { return nil }
    return numbers[0] * 3600 + numbers[1] * 60 + (numbers.count == 3 ? numbers[2] : 0)
  }

  /// `2026-03-01`, in days since 1970.
  private static func day(_ text: Substring) -> Int64? {
    guard text.utf8.count == 10,
      let date = try? Date.ISO8601FormatStyle().parse("\(text)T00:00:00Z")
    else { return nil }
    // A thirtieth of February would be read as the second of March.
    guard date.formatted(Date.ISO8601FormatStyle()).hasPrefix(text) else { return nil }
    return Int64(date.timeIntervalSince1970) / 86_400
  }
}

extension Date {
  init(_ instant: Instant) {
    self.init(timeIntervalSince1970: Double(instant.milliseconds) / 1000)
  }
}

extension Int64 {
  /// The largest multiple of a step that is not above.
  func flooredBy(_ step: Int64) -> Int64 {
    let rest = self % step
    return self - (rest < 0 ? rest + step : rest)
  }
}
