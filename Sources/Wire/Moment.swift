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
    self.init(
      Instant(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded())))
  }

  public var description: String {
    Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000).formatted(Self.style)
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
