public import Units

/// Puts values one behind the other, each in the one way in which it can be written.
///
/// Numbers take as few bytes as they need, seven bits to a byte, the lowest first (LEB128); those
/// that may be negative are folded first, so that small ones stay small: 0, -1, 1, -2, ….
public struct ByteWriter: Sendable {
  /// What was written so far.
  public private(set) var bytes: [UInt8] = []

  /// The instant that others are told from, so that those near it take a byte or two.
  public var base = Instant(milliseconds: 0)

  /// A writer that has written nothing yet.
  public init() {}

  /// A writer with room for so many bytes.
  public init(capacity: Int) { bytes.reserveCapacity(capacity) }

  /// A byte as it is.
  public mutating func put(byte: UInt8) { bytes.append(byte) }

  /// A number, seven bits to a byte.
  public mutating func put(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// A number that may be negative.
  public mutating func put(_ number: Int64) {
    put(UInt64(bitPattern: (number << 1) ^ (number >> 63)))
  }

  /// A number that may be negative.
  public mutating func put(_ number: Int) { put(Int64(number)) }

  /// A wide number that may be negative.
  public mutating func put(_ number: Int128) {
    var rest = UInt128(bitPattern: (number << 1) ^ (number >> 127))
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// A number of things that follow.
  public mutating func put(count: Int) { put(UInt64(count)) }

  /// 0 or 1.
  public mutating func put(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

  /// How many bytes of UTF-8, and these.
  public mutating func put(_ text: String) {
    let utf8 = Array(text.utf8)
    put(utf8)
  }

  /// How many bytes, and these.
  public mutating func put(_ block: [UInt8]) {
    put(count: block.count)
    bytes += block
  }

  /// An instant, told from `base`.
  public mutating func put(_ instant: Instant) {
    put(instant.milliseconds &- base.milliseconds)
  }

  /// A span in milliseconds.
  public mutating func put(_ span: TimeSpan) { put(span.milliseconds) }
}
