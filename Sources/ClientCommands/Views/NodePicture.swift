import Printing
import Units
import Wire

/// What is free where, one character for each accelerator, a leaf a line.
struct NodePicture {
  /// Colours that are told apart on dark and on light.
  private static let colours = [31, 33, 34, 35, 36, 91, 93, 94, 95, 96]
  private static let letters = Array("abcdefghijklmnopqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWYZ")

  private let world: Surroundings

  init(_ world: Surroundings) { self.world = world }

  /// Every leaf on a line, or on as many as a terminal needs, and what of it is free.
  func text(_ rows: [NodeRow]) -> String {
    var leaves: [(path: String, nodes: [NodeRow])] = []
    for row in rows {
      // The last domain of the path that holds several nodes: a block may be one node.
      let path = row.path.prefix(3).joined(separator: "/")
      if leaves.last?.path == path {
        leaves[leaves.count - 1].nodes.append(row)
      } else {
        leaves.append((path, [row]))
      }
    }
    let width = leaves.map(\.path.count).max() ?? 0
    var text = leaves.map { line($0.path, $0.nodes, width) }.joined()
    let (free, all) = rows.reduce((0, 0)) { sum, row in
      (sum.0 + (takesWork(row) ? row.holders.count { $0 == 0 } : 0), sum.1 + row.accelerators)
    }
    text += "\(Wording.number(free)) of \(Wording.number(all)) accelerators are free\n"
    return text
  }

  private func line(_ path: String, _ nodes: [NodeRow], _ width: Int) -> String {
    let names = nodes.map(\.name).joined(separator: ",")
    let hostlist = (try? Hostlist(parsing: names).description) ?? names
    let free = nodes.reduce(0) { $0 + (takesWork($1) ? $1.holders.count { $0 == 0 } : 0) }
    let padding = String(repeating: " ", count: width - path.count)
    let place = width == 0 ? "" : "\(path)\(padding)  "
    var text = "\(place)\(hostlist), \(free) free\n"
    var line = " "
    var column = 1
    for node in nodes {
      if world.isTerminal, column + node.accelerators + 1 > world.width, column > 1 {
        text += line + "\n"
        (line, column) = (" ", 1)
      }
      line += " " + picture(node)
      column += node.accelerators + 1
    }
    text += line + "\n"
    return text
  }

  /// A node's accelerators; colour is switched only where it changes.
  private func picture(_ node: NodeRow) -> String {
    var text = ""
    var current = 0
    for holder in node.holders {
      let (character, colour) = mark(holder, node)
      if world.hasColour, colour != current { text += "\u{1b}[\(colour)m" }
      current = colour
      text.append(character)
    }
    return world.hasColour && current != 0 ? text + "\u{1b}[0m" : text
  }

  private func mark(_ holder: UInt32, _ node: NodeRow) -> (Character, Int) {
    guard holder == 0 else {
      let number = Int(holder)
      return (
        Self.letters[number % Self.letters.count], Self.colours[number % Self.colours.count]
      )
    }
    if takesWork(node) { return (".", 32) }
    return node.condition == "cordoned" || node.condition == "reserved" ? ("-", 90) : ("x", 90)
  }

  private func takesWork(_ node: NodeRow) -> Bool {
    node.condition == "in service" && node.agent != "unreachable"
  }
}
