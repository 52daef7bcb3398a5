import Foundation

/// A table for a page of documentation: the first column to the left, the others to the right.
struct MarkdownTable {
  private(set) var text: String

  init(headings: [String]) {
    text = ""
    add(headings)
    text += "|---|" + String(repeating: "---:|", count: headings.count - 1) + "\n"
  }

  mutating func add(_ cells: [String]) { text += "| \(cells.joined(separator: " | ")) |\n" }
}

/// A fraction in percent, with two decimals.
func percentage(_ fraction: Double) -> String { String(format: "%.2f", fraction * 100) }
