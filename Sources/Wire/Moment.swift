import Foundation
public import Units

/// An instant in a message: ISO 8601 with its zone, to the millisecond.
public struct Moment: Hashable, Sendable {
  /// When.
  public var instant: Instant

  /// An instant.
  public init(_ instant: Instant) { self.instant = instant }

  private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
  private static let plainStyle = Date.ISO8601FormatStyle()
}

extension Moment: Comparable {
  public static func < (a: Moment, b: Moment) -> Bool { a.instant < b.instant }
}

extension Moment: LosslessStringConvertible {
  /// Reads `2026-03-01T06:00:00Z`, with milliseconds or without.
  public init?(_ text: String) {
    guard let date = (try? Self.style.parse(text)) ?? (try? Self.plainStyle.parse(text)) else {
      return nil
    }
    // From year 1 to 9999: what can be written again, and reckoned with.
    guard (-62_135_596_800..<253_402_300_800).contains(date.timeIntervalSince1970) else {
      return nil
    }
    self.init(
      Instant(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded())))
  }

  public var description: String {
    var text: [UInt8] = []
    write(into: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Writes it as text, `2026-03-01T06:00:00.000Z`, in UTF-8.
  ///
  /// Days to a date: Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013.
  public func write(into text: inout [UInt8]) {
    let (day, rest) = Self.divided(instant.milliseconds, by: 86_400_000)
    let (era, dayOfEra) = Self.divided(day + 719_468, by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let isNextYear = month >= 10
    let year = yearOfEra + era * 400 + (isNextYear ? 1 : 0)
    if year < 0 { text.append(UInt8(ascii: "-")) }
    text.append(decimal: UInt64(year.magnitude), width: 4)
    for (mark, number) in [
      ("-", month + (isNextYear ? -9 : 3)), ("-", dayOfYear - (153 * month + 2) / 5 + 1),
      ("T", rest / 3_600_000), (":", rest / 60_000 % 60), (":", rest / 1000 % 60),
    ] {
      text.append(contentsOf: mark.utf8)
      text.append(decimal: UInt64(number), width: 2)
    }
    text.append(UInt8(ascii: "."))
    text.append(decimal: UInt64(rest % 1000), width: 3)
    text.append(UInt8(ascii: "Z"))
  }

  /// Divides so that the rest is never negative.
  private static func divided(_ number: Int64, by divisor: Int64) -> (Int64, Int64) {
    let (whole, rest) = number.quotientAndRemainder(dividingBy: divisor)
    return rest < 0 ? (whole - 1, rest + divisor) : (whole, rest)
  }
}

extension Moment: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let moment = Moment(text) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "'\(text)' is no instant such as 2026-03-01T06:00:00Z")
    }
    self = moment
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
