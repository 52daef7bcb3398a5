/// What a number column of a trace holds.
enum NumberColumn {
  case submitTime, runTime, requestedTime, size

  /// The column as an error names it.
  var name: String {
    switch self {
    case .submitTime: "submit time"
    case .runTime: "run time"
    case .requestedTime: "requested time"
    case .size: "size"
    }
  }
}

/// How one format writes its numbers, and what each may be.
struct NumberRules {
  /// The unit that times are written in.
  enum TimeUnit {
    case seconds, milliseconds
  }

  let unit: TimeUnit
  /// Whether -1 stands for unknown; otherwise it is as wrong as any negative number.
  let marksUnknown: Bool
  /// What sizes count: "processors" or "accelerators".
  let counted: String

  /// What `time` and `size` give for -1 where it stands for unknown.
  static let unknown: Int64 = -1

  /// The longest time and the latest instant, 3,170 years: sums of thousands still fit 64 bits.
  static let mostMilliseconds: Int64 = 100_000_000_000_000

  /// The largest size, a hundred times the largest machines there are.
  static let mostCounted: Int64 = 100_000_000

  /// The time in milliseconds that `number` tells, or `unknown`; it fills the field at `field`.
  @inline(__always)
  func time(
    _ number: Decimal, _ column: NumberColumn, in line: borrowing Span<UInt8>, at field: Int
  ) throws(LineFault) -> Int64 {
    let thousandths = number.thousandths
    let time = unit == .seconds ? thousandths : thousandths / 1000
    guard number.reading == .exact, thousandths >= 0, time <= Self.mostMilliseconds else {
      if number.reading == .exact, isUnknown(number) { return Self.unknown }
      throw timeFault(number, column, in: line, at: field)
    }
    return time
  }

  /// The size that `number` tells, or `unknown`; it fills the field at `field`.
  @inline(__always)
  func size(
    _ number: Decimal, in line: borrowing Span<UInt8>, at field: Int
  ) throws(LineFault) -> Int64 {
    let size = number.thousandths / 1000
    let isSize = number.thousandths >= 0 && size <= Self.mostCounted && number.isWhole
    guard number.reading == .exact, isSize else {
      if number.reading == .exact, isUnknown(number) { return Self.unknown }
      throw sizeFault(number, in: line, at: field)
    }
    return size
  }

  private func isUnknown(_ number: Decimal) -> Bool {
    marksUnknown && number.thousandths == -1000 && number.isWhole
  }

  @inline(never)
  private func timeFault(
    _ number: Decimal, _ column: NumberColumn, in line: borrowing Span<UInt8>, at field: Int
  ) -> LineFault {
    let text = fieldText(line, from: field)
    let unitName = unit == .seconds ? "seconds" : "milliseconds"
    let unknownToo = marksUnknown ? ", or -1 where it is unknown" : ""
    switch number.reading {
    case .absent: preconditionFailure("a field without a number came to be judged")
    case _ where number.thousandths < 0:
      return LineFault(
        column: field + 1, what: "\(column.name) \(text): a time is never negative",
        fix: "write \(unitName)\(unknownToo)")
    case .exact, .tooLarge:
      let most = unit == .seconds ? "100,000,000,000" : "100,000,000,000,000"
      return LineFault(
        column: field + 1, what: "\(column.name) \(text): at most \(most) \(unitName)",
        fix: "write \(unitName)\(unknownToo)")
    }
  }

  @inline(never)
  private func sizeFault(
    _ number: Decimal, in line: borrowing Span<UInt8>, at field: Int
  ) -> LineFault {
    let text = fieldText(line, from: field)
    let fix = "write a whole number" + (marksUnknown ? ", or -1 where it is unknown" : "")
    let what: String
    switch number.reading {
    case .absent: preconditionFailure("a field without a number came to be judged")
    case _ where number.thousandths < 0:
      what = "\(text) \(counted): a size is never negative"
    case .exact where number.thousandths / 1000 <= Self.mostCounted && !number.isWhole:
      what = "\(text) \(counted): only whole ones count"
    case .exact, .tooLarge:
      return LineFault(
        column: field + 1, what: "\(text) \(counted): at most 100,000,000",
        fix: "correct the number or remove the line")
    }
    return LineFault(column: field + 1, what: what, fix: fix)
  }

  /// The fault of a field that is empty, is no number, or has more behind it.
  @inline(never)
  func notANumber(
    _ column: NumberColumn?, in line: borrowing Span<UInt8>, field: Range<Int>
  ) -> LineFault {
    let name = column.map { "\($0.name): " } ?? ""
    let found =
      field.isEmpty ? "nothing stands here" : "\"\(line.shown(field))\" is not a number"
    let unknownToo = marksUnknown ? ", or -1 where it is unknown" : ""
    return LineFault(
      column: field.lowerBound + 1, what: name + found, fix: "write digits\(unknownToo)")
  }

  /// The text of a field that is a number, up to the next blank or comma.
  private func fieldText(_ line: borrowing Span<UInt8>, from start: Int) -> String {
    var end = start
    while end < line.count, !line[end].isBlank, line[end] != UInt8(ascii: ",") { end += 1 }
    return line.shown(start..<end)
  }
}
