/// The first line of a CSV trace: which column is which.
///
/// Fields are parted by commas and nothing else: no trace that is read here quotes its fields.
struct CSVHeader {
  /// Where the columns of a wanted trio stand, in the order they were asked for.
  let places: [Int]
  /// Where the column stands that may be missing, if it is there.
  let optionalPlace: Int?
  /// How many columns every line has.
  let columns: Int

  /// Finds the `wanted` columns by name, and one that may be missing.
  init(
    _ line: borrowing Span<UInt8>, wanted: [String], optional: String? = nil
  ) throws(LineFault) {
    if let beyond = line.firstBeyondASCII(0..<line.count) {
      throw .notASCII(line[beyond], column: beyond + 1)
    }
    let names = Self.names(in: line)
    let list = wanted.joined(separator: ", ")
    guard names.contains(where: { wanted.contains($0.name) }) else {
      throw LineFault(
        column: 1, what: "no header", fix: "let the first line name the columns \(list)")
    }
    var places: [Int] = []
    for name in wanted {
      let found = names.indices.filter { names[$0].name == name }
      guard let place = found.first else {
        throw LineFault(
          column: 1, what: "the header names no column \(name)",
          fix: "let it name the columns \(list)")
      }
      if found.count > 1 {
        throw LineFault(
          column: names[found[1]].column, what: "the header names \(name) twice",
          fix: "rename one of the two columns")
      }
      places.append(place)
    }
    self.places = places
    optionalPlace = names.firstIndex { $0.name == optional }
    columns = names.count
  }

  /// The names in a line, and the 1-based byte columns that they begin at.
  static func names(in line: borrowing Span<UInt8>) -> [(name: String, column: Int)] {
    var names: [(name: String, column: Int)] = []
    var start = 0
    while start <= line.count {
      var end = start
      while end < line.count, line[end] != UInt8(ascii: ",") { end += 1 }
      let field = line.trimmed(start..<end)
      names.append((line.shown(field), field.lowerBound + 1))
      start = end + 1
    }
    return names
  }
}

/// The fields of a CSV line that make a job, found in one pass over the line.
struct CSVFields {
  private(set) var first = 0..<0
  private(set) var second = 0..<0
  private(set) var third = 0..<0
  /// The field that may be missing; empty where it is.
  private(set) var optional = 0..<0

  /// Finds the fields, and checks the number of columns and that all of the line is ASCII.
  init(_ line: borrowing Span<UInt8>, of header: borrowing CSVHeader) throws(LineFault) {
    var start = 0
    var column = 0
    var place = 0
    while true {
      let atEnd = place == line.count
      guard atEnd || line[place] == UInt8(ascii: ",") else {
        guard line[place] < 0x80 else {
          throw .notASCII(line[place], column: line.trimmed(start..<line.count).lowerBound + 1)
        }
        place += 1
        continue
      }
      guard column < header.columns else { throw Self.wrongCount("more", header, at: start) }
      if column == header.places[0] { first = line.trimmed(start..<place) }
      if column == header.places[1] { second = line.trimmed(start..<place) }
      if column == header.places[2] { third = line.trimmed(start..<place) }
      if column == header.optionalPlace { optional = line.trimmed(start..<place) }
      column += 1
      place += 1
      start = place
      if atEnd { break }
    }
    guard column == header.columns else {
      throw Self.wrongCount("only \(column)", header, at: line.count)
    }
  }

  private static func wrongCount(
    _ found: String, _ header: borrowing CSVHeader, at place: Int
  ) -> LineFault {
    let what =
      found == "more"
      ? "more columns than the header's \(header.columns)"
      : "\(found) of the header's \(header.columns) columns"
    return LineFault(column: place + 1, what: what, fix: "complete the line or remove it")
  }
}

extension NumberRules {
  /// The time in a CSV field, in milliseconds.
  func time(
    _ column: NumberColumn, in line: borrowing Span<UInt8>, field: Range<Int>
  ) throws(LineFault) -> Int64 {
    let number = Decimal(line, from: field.lowerBound, to: field.upperBound)
    guard number.end == field.upperBound, number.reading != .absent else {
      throw notANumber(column, in: line, field: field)
    }
    return try time(number, column, in: line, at: field.lowerBound)
  }

  /// The size in a CSV field.
  func size(in line: borrowing Span<UInt8>, field: Range<Int>) throws(LineFault) -> Int64 {
    let number = Decimal(line, from: field.lowerBound, to: field.upperBound)
    guard number.end == field.upperBound, number.reading != .absent else {
      throw notANumber(.size, in: line, field: field)
    }
    return try size(number, in: line, at: field.lowerBound)
  }
}
