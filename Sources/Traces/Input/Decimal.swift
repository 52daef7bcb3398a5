/// A decimal number as it stands in a trace, read without rounding through a `Double`.
struct Decimal {
  /// Whether the digits could be read as a number.
  enum Reading {
    /// `thousandths` is the number, cut after three places.
    case exact
    /// The number is larger than any use of it allows; only the sign of `thousandths` counts.
    case tooLarge
    /// No number begins here.
    case absent
  }

  /// The number times 1000; digits from the fourth place on are cut off, never rounded up.
  private(set) var thousandths: Int64 = 0
  /// Whether no digit behind the point is other than 0.
  private(set) var isWhole = true
  /// Whether this is a number at all.
  private(set) var reading = Reading.exact
  /// Behind the last byte that belongs to the number.
  private(set) var end: Int

  /// Whole parts below this leave room for a factor of 1000 and one more digit in 64 bits.
  private static let roomForDigit: Int64 = 100_000_000_000_000

  /// Reads the longest number that begins at `start`: a sign, digits, a point, digits.
  @inline(__always)
  init(_ text: borrowing Span<UInt8>, from start: Int, to limit: Int) {
    var place = start
    var isNegative = false
    if place < limit, text[place] == UInt8(ascii: "-") || text[place] == UInt8(ascii: "+") {
      isNegative = text[place] == UInt8(ascii: "-")
      place += 1
    }
    let firstDigit = place
    var whole: Int64 = 0
    while place < limit {
      let digit = text[place] &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      place += 1
      if whole < Self.roomForDigit {
        whole = whole &* 10 &+ Int64(digit)
      } else {
        reading = .tooLarge
      }
    }
    var digits = place - firstDigit
    thousandths = whole &* 1000
    end = place
    if place < limit, text[place] == UInt8(ascii: ".") {
      digits += readFraction(text, behind: place, to: limit)
    }
    if digits == 0 { reading = .absent }
    guard isNegative else { return }
    // Less than a thousandth below zero must not pass for zero.
    thousandths = thousandths == 0 && !isWhole ? -1 : -thousandths
  }

  /// Reads the digits behind the point, and tells how many they are.
  private mutating func readFraction(
    _ text: borrowing Span<UInt8>, behind point: Int, to limit: Int
  ) -> Int {
    var place = point + 1
    var unit: Int64 = 100
    while place < limit {
      let digit = text[place] &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      if digit != 0 { isWhole = false }
      thousandths += Int64(digit) * unit
      unit /= 10
      place += 1
    }
    end = place
    return place - point - 1
  }

  /// The number as that of a user; 0, nobody known, where it can be none.
  var user: UInt32 {
    guard reading == .exact, isWhole else { return 0 }
    return UInt32(exactly: thousandths / 1000) ?? 0
  }
}
