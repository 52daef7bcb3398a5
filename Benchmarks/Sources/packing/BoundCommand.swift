import ArgumentParser
import Foundation
import Traces

/// `packing bound`: what no method can pass, list by list.
struct BoundCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bound",
    abstract: "Print what can be allocated at most, by two linear programs, as a Markdown table.",
    discussion: """
      "All shares" holds for methods that refuse no pod that asks for a part of an accelerator. \
      "Choosing" holds for every method.
      """)

  func run() throws {
    let folder = try OpenbFolder()
    let solver = try Glpsol()
    let accelerators = try folder.nodes().reduce(0) { $0 + $1.accelerators }
    var table = MarkdownTable(headings: [
      "List", "All shares, 100 %", "130 %", "Choosing, 100 %", "130 %",
    ])
    var checked = 0
    for list in OpenbFolder.lists {
      let bounds = try ListBounds(list, in: folder, accelerators: accelerators, by: solver)
      checked += try bounds.checkAgainstKnown(list) ? 1 : 0
      table.add([
        list, percentage(bounds.acceptingAllShares[0]), percentage(bounds.acceptingAllShares[1]),
        percentage(bounds.choosing[0]), percentage(bounds.choosing[1]),
      ])
    }
    print(table.text, terminator: "")
    print("\nThe \(checked) bounds that are known from another program came out the same.")
  }
}

/// Both bounds of a list, as fractions of the fleet, at 100 and 130 percent arrived.
struct ListBounds {
  static let percents = [100, 130]

  /// The first bound at 100 % arrived, in percent, as an independent program with another solver
  /// found it; it may differ by 0.02.
  private static let known = ["default": 96.18, "gpushare100": 88.20]

  let acceptingAllShares: [Double]
  let choosing: [Double]

  init(
    _ list: String, in folder: OpenbFolder, accelerators: Int, by solver: borrowing Glpsol
  ) throws {
    let asks = try folder.pods(list).map { (accelerators: $0.accelerators, milli: $0.milli) }
    var all: [Double] = []
    var chosen: [Double] = []
    for percent in Self.percents {
      let bound = PackingBound(
        arrivals: .init(percent: percent, of: accelerators, asks: asks))
      all.append(try bound.acceptingAllShares(by: solver))
      chosen.append(try bound.choosing(by: solver))
    }
    acceptingAllShares = all
    choosing = chosen
  }

  /// Whether a figure is known for this list.
  ///
  /// - Throws: `PackingFailure` where it came out differently.
  func checkAgainstKnown(_ list: String) throws -> Bool {
    guard let known = Self.known[list] else { return false }
    guard abs(acceptingAllShares[0] * 100 - known) <= 0.02 else {
      throw PackingFailure(
        "\(list): the bound is \(percentage(acceptingAllShares[0])), not \(known);"
          + " the linear program or the list is not the one that it was")
    }
    return true
  }
}
