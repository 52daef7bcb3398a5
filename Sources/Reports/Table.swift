/// An aligned table for a terminal: the first column to the left, numbers to the right.
public struct Table: Sendable {
  private var rows: [[String]] = []

  /// A table that begins with this row of headings.
  public init(headings: [String]) { rows.append(headings) }

  /// Adds a row; missing cells are empty.
  public mutating func add(_ cells: [String]) { rows.append(cells) }

  /// The rows with their columns aligned, each ended by a newline, no trailing blanks.
  public var text: String {
    let columns = rows.reduce(0) { max($0, $1.count) }
    let widths = (0..<columns).map { column in
      rows.reduce(0) { max($0, column < $1.count ? $1[column].count : 0) }
    }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        line += column == 0 ? cell + padding : "  " + padding + cell
      }
      return line.replacing(#/ +$/#, with: "") + "\n"
    }.joined()
  }
}
