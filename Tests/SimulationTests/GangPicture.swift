import Fleet
import Units

/// A fleet drawn node by node: a line a leaf, its pod's name before it, a letter for each node that
/// a gang holds.
///
/// ```
/// p0/l0: aab.
/// p0/l1: ....
/// ```
struct GangPicture: ExpressibleByStringLiteral, CustomStringConvertible, Equatable {
  private var leaves: [String]
  private(set) var cells: [Character]
  private let sizes: [Int]

  init(stringLiteral text: String) {
    leaves = []
    cells = []
    var sizes: [Int] = []
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":")
      let nodes = parts[1].filter { $0 != " " }
      leaves.append(String(parts[0]))
      cells += nodes
      sizes.append(nodes.count)
    }
    self.sizes = sizes
  }

  var description: String {
    var first = 0
    return zip(leaves, sizes).map { leaf, size in
      defer { first += size }
      return "\(leaf): \(String(cells[first..<first + size]))"
    }.joined(separator: "\n")
  }

  /// The nodes that somebody holds.
  func held(_ topology: Topology) -> Allocation {
    let nodes = cells.indices.filter { cells[$0] != "." }
    return Allocation(
      slices: nodes.map { NodeSlice(node: topology.nodes[$0].id, accelerators: 0xFF) })
  }

  func topology() throws -> Topology {
    var builder = TopologyBuilder(name: "picture")
    var pod: Substring?
    var number = 0
    for (leaf, size) in zip(leaves, sizes) {
      let names = leaf.split(separator: "/")
      if names[0] != pod {
        if pod != nil { try builder.close() }
        try builder.open(.pod, String(names[0]))
        pod = names[0]
      }
      try builder.open(.leaf, String(names[1]))
      let nodes = (number..<number + size).map { NodeName("n\($0)") }
      try builder.addNodes(nodes, type: NodeType(name: "x8", accelerators: 8))
      number += size
      try builder.close()
    }
    try builder.close()
    return try builder.build()
  }

  /// The same with a gang of that letter on some more nodes.
  func adding(_ letter: Character, _ gang: Allocation, _ topology: Topology) -> GangPicture {
    var picture = self
    for slice in gang.slices { picture.cells[topology.index(of: slice.node)] = letter }
    return picture
  }
}
