/// Neighbours of one width whose accelerators lie in one word of the map, in one domain: where all
/// of them are free, or none is, they are counted at once.
struct NodeStretch: Sendable {
  /// Its nodes, all in one word of a row of nodes.
  var nodes: Range<Int>
  /// The word of the map.
  let word: Int
  /// Its accelerators there.
  var mask: UInt64
  /// The accelerators of each.
  let width: UInt8
  /// The innermost domain, -1 in a flat fleet.
  let domain: Int32

  /// The stretches of a fleet, in order.
  static func all(of fields: [BitField], in domains: [Int32]) -> [NodeStretch] {
    var stretches: [NodeStretch] = []
    for (node, field) in fields.enumerated() {
      let mask = field.ones << UInt64(field.shift)
      if let last = stretches.last, last.word == Int(field.word), last.width == field.width,
        last.domain == domains[node], last.nodes.lowerBound >> 6 == node >> 6
      {
        stretches[stretches.count - 1].nodes = last.nodes.lowerBound..<node + 1
        stretches[stretches.count - 1].mask |= mask
      } else {
        stretches.append(
          NodeStretch(
            nodes: node..<node + 1, word: Int(field.word), mask: mask, width: field.width,
            domain: domains[node]))
      }
    }
    return stretches
  }
}
