import Foundation

/// How numbers are written for people.
public enum Wording {
  /// Thousands apart, as many decimals as asked: `1,234.5`.
  public static func number(_ value: Double, decimals: Int = 0) -> String {
    let plain = String(format: "%.\(decimals)f", abs(value))
    let parts = plain.split(separator: ".", omittingEmptySubsequences: false)
    var whole = ""
    for (index, digit) in parts[0].enumerated() {
      if index > 0, (parts[0].count - index) % 3 == 0 { whole.append(",") }
      whole.append(digit)
    }
    let sign = value < 0 ? "-" : ""
    return sign + whole + (parts.count > 1 ? "." + parts[1] : "")
  }

  /// Thousands apart.
  public static func number(_ value: Int) -> String { number(Double(value)) }

  /// A time span in the two largest units that say something: `3 d 4 h`, `12 min 5 s`, `0.8 s`.
  public static func time(seconds: Double) -> String {
    if seconds < 60 { return number(seconds, decimals: seconds < 10 ? 1 : 0) + " s" }
    let whole = Int(seconds.rounded())
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")]
    for (index, (size, name)) in units.enumerated() where whole >= size {
      let count = whole / size
      guard index + 1 < units.count else { return "\(count) \(name)" }
      let (smaller, smallerName) = units[index + 1]
      let rest = whole % size / smaller
      return rest == 0 ? "\(count) \(name)" : "\(count) \(name) \(rest) \(smallerName)"
    }
    return "0 s"
  }

  /// A fraction of one in percent, to a tenth.
  public static func percent(_ fraction: Double) -> String {
    number(fraction * 100, decimals: 1) + " %"
  }

  /// Bytes in millions.
  public static func bytes(_ count: Int) -> String {
    number(Double(count) / 1_000_000) + " MB"
  }
}
