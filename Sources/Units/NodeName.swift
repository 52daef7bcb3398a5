/// A node's name taken apart for hostlists: a prefix and, where it ends in digits, its number.
public struct NodeName: Hashable, Sendable {
  /// Everything before the trailing digits; the whole name where there are none.
  public var prefix: String

  /// The trailing number, or nil where the name does not end in digits.
  public var number: UInt32?

  /// How many digits the number is written with, leading zeros included.
  public var width: Int

  /// Takes a name apart: `rack2-n007` is `rack2-n`, 7, three digits wide.
  ///
  /// A run of more than nine digits stays part of the prefix but for its last nine.
  public init(_ name: String) {
    let digits = name.utf8.reversed().prefix(9).prefix { $0 >= 0x30 && $0 <= 0x39 }
    width = digits.count
    prefix = String(decoding: name.utf8.dropLast(width), as: UTF8.self)
    number = digits.isEmpty ? nil : digits.reversed().reduce(0) { $0 * 10 + UInt32($1 - 0x30) }
  }

  /// The name as it is written, in UTF-8.
  public func write(into text: inout [UInt8]) {
    text.append(contentsOf: prefix.utf8)
    guard let number else { return }
    text.append(decimal: UInt64(number), width: width)
  }
}

extension NodeName: CustomStringConvertible {
  public var description: String {
    var text: [UInt8] = []
    write(into: &text)
    return String(decoding: text, as: UTF8.self)
  }
}

extension [UInt8] {
  /// Appends a number in decimal digits, padded with zeros up to `width`.
  public mutating func append(decimal value: UInt64, width: Int = 0) {
    // Digits come last first. Turning them round in the array itself costs more than all else.
    var digits: InlineArray<20, UInt8> = InlineArray(repeating: 0x30)
    var first = digits.count
    var rest = value
    repeat {
      first -= 1
      digits[first] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
    var padding = width - (digits.count - first)
    while padding > 0 {
      append(0x30)
      padding -= 1
    }
    while first < digits.count {
      append(digits[first])
      first += 1
    }
  }

  /// Appends a signed number in decimal digits.
  public mutating func append(decimal value: Int64) {
    if value < 0 { append(0x2D) }
    append(decimal: value.magnitude)
  }
}
