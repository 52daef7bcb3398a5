/// An aligned table for people: each column to the left or to the right, two blanks between.
public struct Table: Sendable {
  /// Which side of its column a cell is pushed to.
  public enum Side: Sendable {
    /// Words.
    case left
    /// Numbers.
    case right
  }

  private var rows: [[String]] = []
  private let sides: [Side]

  /// A table that begins with this row of headings: the first column left, the others right.
  public init(headings: [String]) {
    rows.append(headings)
    sides = headings.indices.map { $0 == 0 ? .left : .right }
  }

  /// A table without headings: both of its columns to the left, as of a form.
  public init() { sides = [.left, .left] }

  /// A table whose columns are headed and pushed to a side.
  public init(columns: [(heading: String, side: Side)]) {
    rows.append(columns.map(\.heading))
    sides = columns.map(\.side)
  }

  /// Adds a row; missing cells are empty.
  public mutating func add(_ cells: [String]) { rows.append(cells) }

  /// The rows with their columns aligned, each ended by a newline, no trailing blanks.
  public var text: String {
    let columns = rows.reduce(0) { max($0, $1.count) }
    var widths = [Int](repeating: 0, count: columns)
    for row in rows {
      for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.count) }
    }
    var text = ""
    for row in rows {
      var line = ""
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        if column > 0 { line += "  " }
        let side = column < sides.count ? sides[column] : .right
        line += side == .left ? cell + padding : padding + cell
      }
      while line.last == " " { line.removeLast() }
      text += line + "\n"
    }
    return text
  }
}
