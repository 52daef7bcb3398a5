import Accounts
import Yams

extension DocumentNode {
  /// Whether it is no list and no mapping.
  var isPlain: Bool { node.scalar != nil }

  /// Whether nothing stands here.
  var isEmpty: Bool { node.scalar?.string.isEmpty ?? false }

  /// `yes` or `no`; `true` and `false`, too.
  func flag() throws(PolicyFileError) -> Bool {
    let written = try text()
    switch written {
    case "yes", "true": return true
    case "no", "false": return false
    default: throw error("'\(written)' is neither yes nor no", fix: "write one of them")
    }
  }

  /// A number with decimals, in units of the last of them; nil if it is none.
  static func scaled(_ written: some StringProtocol, places: Int) -> Int? {
    let parts = written.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count) else { return nil }
    var digits = String(parts[0])
    let decimals = parts.count == 2 ? String(parts[1]) : ""
    guard !digits.isEmpty, parts.count == 1 || (1...places).contains(decimals.utf8.count)
    else { return nil }
    digits += decimals + String(repeating: "0", count: places - decimals.utf8.count)
    return Int64(wholeNumber: digits).map(Int.init)
  }

  /// Thousandths without zeros at their end.
  static func written(thousandths: Int) -> String {
    var text = "\(thousandths / 1000)"
    var decimals = "\(thousandths % 1000 + 1000)".dropFirst()
    while decimals.last == "0" { decimals.removeLast() }
    if !decimals.isEmpty { text += "." + decimals }
    return text
  }

  /// A number with up to three decimals, in thousandths.
  func thousandths(in range: ClosedRange<Int>) throws(PolicyFileError) -> Int {
    let written = try text()
    guard let number = Self.scaled(written, places: 3), range.contains(number) else {
      let (low, high) = (range.lowerBound, range.upperBound)
      throw error(
        "'\(written)' is not a number from \(Self.written(thousandths: low))"
          + " to \(Self.written(thousandths: high))",
        fix: "write a number in that range, with three decimals at most")
    }
    return number
  }

  /// A percentage with one decimal at most, in thousandths.
  func share(in range: ClosedRange<Int>) throws(PolicyFileError) -> Int {
    let written = try text()
    let parts = written.split(separator: " ")
    guard parts.count == 2, parts[1] == "%", let number = Self.scaled(parts[0], places: 1),
      range.contains(number)
    else {
      throw error(
        "'\(written)' is not a percentage from \(range.lowerBound / 10) % to"
          + " \(range.upperBound / 10) %",
        fix: "write it like 90 %")
    }
    return number
  }

  /// `20 %` or `512 accelerators`.
  func amount() throws(PolicyFileError) -> AccountAmount {
    let written = try text()
    let parts = written.split(separator: " ")
    let fix = "write it like 12.5 % or 512 accelerators"
    guard parts.count == 2 else { throw error("'\(written)' is not an amount", fix: fix) }
    switch parts[1] {
    case "%":
      guard let millionths = Self.scaled(parts[0], places: 4), millionths <= 1_000_000 else {
        throw error(
          "'\(written)' is not a percentage from 0 % to 100 %",
          fix: "write it like 12.5 %, with four decimals at most")
      }
      return .fraction(millionths)
    case "accelerators", "accelerator":
      guard let count = Int64(wholeNumber: parts[0]), count <= ValueKind.mostAccelerators else {
        throw error(
          "'\(written)' is not a number of accelerators up to \(ValueKind.mostAccelerators)",
          fix: "write it like 512 accelerators")
      }
      return .accelerators(Int(count))
    default: throw error("'\(parts[1])' is not a unit of entitlement", fix: fix)
    }
  }

  /// Accelerator-hours, in accelerator-milliseconds.
  func acceleratorHours() throws(PolicyFileError) -> Int64 {
    let written = try text()
    let parts = written.split(separator: " ")
    guard parts.count == 2, parts[1] == "accelerator-hours" || parts[1] == "accelerator-hour",
      let hours = Int64(wholeNumber: parts[0]),
      (1...ValueKind.mostAcceleratorHours).contains(hours)
    else {
      throw error(
        "'\(written)' is not 1 to \(ValueKind.mostAcceleratorHours) accelerator-hours",
        fix: "write it like 50000 accelerator-hours")
    }
    return hours * 3_600_000
  }

  /// A power, in watts.
  func watts(in range: ClosedRange<Int>) throws(PolicyFileError) -> Int {
    let written = try text()
    let units = [("W", 0), ("kW", 3), ("MW", 6)]
    let parts = written.split(separator: " ")
    let unit = parts.count == 2 ? units.first { $0.0 == parts[1] } : nil
    guard let unit,
      let number = unit.1 == 0
        ? Int64(wholeNumber: parts[0]).map(Int.init) : Self.scaled(parts[0], places: unit.1)
    else {
      throw error(
        "'\(written)' is not a power", fix: "write a number and W, kW or MW, such as 38.5 MW")
    }
    guard range.contains(number) else {
      throw error(
        "'\(written)' is not within \(Self.written(watts: range.lowerBound)) to"
          + " \(Self.written(watts: range.upperBound))",
        fix: "write a power in that range")
    }
    return number
  }

  /// Watts in the largest unit that divides them.
  static func written(watts: Int) -> String {
    if watts > 0, watts % 1_000_000 == 0 { return "\(watts / 1_000_000) MW" }
    if watts > 0, watts % 1000 == 0 { return "\(watts / 1000) kW" }
    return "\(watts) W"
  }
}

extension ValueKind {
  /// More accelerators than any fleet has: a million nodes of 64.
  static let mostAccelerators = 64_000_000

  /// As many accelerator-hours as a century of a hundred thousand, about.
  static let mostAcceleratorHours: Int64 = 100_000_000_000
}
