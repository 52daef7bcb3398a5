/// A decimal number to three places, as thousandths: `12`, `3.152`.
public struct Thousandths: Hashable, Sendable {
  /// So many thousandths.
  public let value: Int

  /// So many thousandths.
  public init(_ value: Int) { self.value = value }

  /// Digits, and up to three more behind a point; nil: it is written otherwise.
  public init?(_ text: String) {
    let parts = text.utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
    guard parts.count <= 2, let whole = Self.number(parts[0], digits: 1...7) else { return nil }
    guard parts.count == 2 else {
      self.init(whole * 1000)
      return
    }
    guard var part = Self.number(parts[1], digits: 1...3) else { return nil }
    for _ in parts[1].count..<3 { part *= 10 }
    self.init(whole * 1000 + part)
  }

  /// As short as it can be written.
  public var text: String {
    let (whole, part) = value.quotientAndRemainder(dividingBy: 1000)
    guard part > 0 else { return "\(whole)" }
    var digits = String(1000 + part).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return "\(whole).\(digits)"
  }

  private static func number(_ text: Substring.UTF8View, digits: ClosedRange<Int>) -> Int? {
    guard digits.contains(text.count), text.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }
}
