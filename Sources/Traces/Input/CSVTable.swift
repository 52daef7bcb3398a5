/// The header of a small CSV file with named columns, and its rows.
struct CSVTable {
  /// Where each wanted column stands; nil where it is optional and missing.
  private let places: [Int?]
  private let columns: Int

  /// One row: the fields of the wanted columns.
  struct Row {
    fileprivate let fields: [(text: Substring, column: Int)]
    fileprivate let places: [Int?]

    /// The text of a wanted column; nil where the file has no such column.
    func text(_ column: Int) -> String? { places[column].map { String(fields[$0].text) } }

    /// A whole number in a range; nil where the file has no such column or nothing stands in it.
    func number(_ column: Int, _ name: String, in range: ClosedRange<Int>) throws(LineFault)
      -> Int?
    {
      guard let place = places[column], !fields[place].text.isEmpty else { return nil }
      let field = fields[place]
      guard let number = Int(field.text), range.contains(number) else {
        throw LineFault(
          column: field.column,
          what: "\(name): \"\(field.text.shown)\" is no number from "
            + "\(range.lowerBound) to \(range.upperBound)",
          fix: "write a whole number")
      }
      return number
    }

    /// A whole number that must stand there.
    func required(_ column: Int, _ name: String, in range: ClosedRange<Int>) throws(LineFault)
      -> Int
    {
      if let number = try number(column, name, in: range) { return number }
      throw LineFault(
        column: places[column].map { fields[$0].column } ?? 1,
        what: "\(name): nothing stands here", fix: "write a whole number")
    }
  }

  /// Reads the file and makes something of each row.
  ///
  /// - Throws: `TraceError` where it can't be read, or any line of it is malformed.
  static func read<Element>(
    _ path: String, columns wanted: [String], optional: [String] = [],
    _ make: (Row) throws(LineFault) -> Element
  ) throws(TraceError) -> [Element] {
    var table: CSVTable?
    var hasNoHeader = false
    return try LineTable.read(path) { text throws(LineFault) in
      if let table { return try make(try table.row(text)) }
      // Without a header no row means anything: one fault is enough.
      guard !hasNoHeader else { return nil }
      hasNoHeader = true
      table = try CSVTable(header: text, wanted, optional)
      return nil
    }
  }

  private init(
    header: String, _ wanted: [String], _ optional: [String]
  ) throws(LineFault) {
    let names = Self.fields(of: header).map { String($0.text) }
    var places: [Int?] = []
    for name in wanted + optional {
      let found = names.indices.filter { names[$0] == name }
      if found.isEmpty, wanted.contains(name) {
        throw LineFault(
          column: 1, what: "the header names no column \(name)",
          fix: "let it name the columns \(wanted.joined(separator: ", "))")
      }
      if found.count > 1 {
        throw LineFault(
          column: 1, what: "the header names \(name) twice",
          fix: "rename one of the two columns")
      }
      places.append(found.first)
    }
    self.places = places
    columns = names.count
  }

  private func row(_ text: String) throws(LineFault) -> Row {
    let fields = Self.fields(of: text)
    guard fields.count == columns else {
      throw LineFault(
        column: 1, what: "\(fields.count) columns where the header has \(columns)",
        fix: "complete the line or remove it")
    }
    return Row(fields: fields, places: places)
  }

  private static func fields(of text: String) -> [(text: Substring, column: Int)] {
    var column = 1
    return text.split(separator: ",", omittingEmptySubsequences: false).map { field in
      defer { column += field.utf8.count + 1 }
      return (field, column)
    }
  }
}
