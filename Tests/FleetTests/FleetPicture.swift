import Fleet
import Units

/// A fleet drawn as text: leaves on lines, a letter for each accelerator that somebody holds.
///
/// ```
/// l0: n0[aabb....] n1[........]
/// l1: n2[cccccccc]
/// ```
/// A leaf's name may begin with its pod's: `p0/l0`. A line without `leaf:` is a flat fleet's.
struct FleetPicture: ExpressibleByStringLiteral, CustomStringConvertible, Equatable {
  private struct Line: Equatable {
    var leaf: String?
    var nodes: [(name: String, cells: [Character])]

    static func == (a: Line, b: Line) -> Bool { a.leaf == b.leaf && a.text == b.text }

    var text: String {
      nodes.map { "\($0.name)[\(String($0.cells))]" }.joined(separator: " ")
    }
  }

  private var lines: [Line]

  init(stringLiteral text: String) {
    lines = text.split(separator: "\n").map { line in
      let parts = line.split(separator: ":").map(String.init)
      let nodes = parts[parts.count - 1].split(separator: " ").map { node in
        let halves = node.split(separator: "[")
        return (String(halves[0]), Array(halves[1].dropLast()))
      }
      return Line(leaf: parts.count > 1 ? parts[0] : nil, nodes: nodes)
    }
  }

  var description: String {
    lines.map { ($0.leaf.map { "\($0): " } ?? "") + $0.text }.joined(separator: "\n")
  }

  /// What is free in the picture, where the accelerators of each node are in such islands.
  func occupancy(islands: [Int] = []) throws -> Occupancy {
    var builder = TopologyBuilder(name: "picture")
    var pod: Substring?
    for line in lines {
      let names = line.leaf.map { $0.split(separator: "/") } ?? []
      if names.count > 1, names[0] != pod {
        if pod != nil { try builder.close() }
        try builder.open(.pod, String(names[0]))
        pod = names[0]
      }
      if let leaf = names.last { try builder.open(.leaf, String(leaf)) }
      for node in line.nodes {
        var type = NodeType(name: "x\(node.cells.count)", accelerators: node.cells.count)
        type.islands = islands
        try builder.addNodes([NodeName(node.name)], type: type)
      }
      if line.leaf != nil { try builder.close() }
    }
    if pod != nil { try builder.close() }
    var occupancy = Occupancy(topology: try builder.build())
    for letter in Set(lines.flatMap { $0.nodes.flatMap(\.cells) }).sorted() where letter != "." {
      occupancy.take(allocation(of: letter))
    }
    return occupancy
  }

  /// What a letter holds.
  func allocation(of letter: Character) -> Allocation {
    var slices: [NodeSlice] = []
    for (index, node) in lines.flatMap(\.nodes).enumerated() {
      var bits: UInt64 = 0
      for (place, cell) in node.cells.enumerated() where cell == letter { bits |= 1 << place }
      if bits != 0 {
        slices.append(NodeSlice(node: NodeID(UInt32(index)), accelerators: bits))
      }
    }
    return Allocation(slices: slices)
  }

  /// The picture with an allocation drawn in.
  func drawing(_ letter: Character, _ allocation: Allocation) -> FleetPicture {
    var picture = self
    for slice in allocation.slices {
      var index = Int(slice.node.number)
      for line in picture.lines.indices {
        let count = picture.lines[line].nodes.count
        if index < count {
          for place in 0..<64 where slice.accelerators >> UInt64(place) & 1 == 1 {
            picture.lines[line].nodes[index].cells[place] = letter
          }
          break
        }
        index -= count
      }
    }
    return picture
  }
}

/// Places a gang in a picture; the same picture comes back if it does not fit.
func place(
  _ letter: Character, _ shape: GangShape, on picture: FleetPicture, islands: [Int] = []
) throws -> FleetPicture {
  let occupancy = try picture.occupancy(islands: islands)
  guard let allocation = occupancy.placement(of: shape) else { return picture }
  return picture.drawing(letter, allocation)
}
