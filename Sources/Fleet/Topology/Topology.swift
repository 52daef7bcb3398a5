public import Units

/// One version of the fleet: its domains and nodes, numbered depth-first, and never changed.
///
/// Because of that numbering every domain is one contiguous range of node indices, and so of
/// bits in every map. Indices belong to this version; ids stay when the fleet grows.
public final class Topology: Sendable {
  /// A site, pod, leaf or block.
  public struct Domain: Hashable, Sendable {
    /// Which kind of domain.
    public var level: DomainLevel
    /// Its name, unique among the children of its parent.
    public var name: String
    /// The index of the domain around it, or nil at the top.
    public var parent: Int?
    /// Its nodes, as a range of indices.
    public var nodes: Range<Int>
  }

  /// A node as one version of the fleet knows it.
  public struct Node: Hashable, Sendable {
    /// The id that never changes.
    public var id: NodeID
    /// The name, unique in the fleet.
    public var name: NodeName
    /// The index of its kind in `nodeTypes`.
    public var type: Int
    /// The index of the innermost domain around it, or nil in a flat fleet.
    public var domain: Int?
  }

  /// The fleet's name.
  public let name: String

  /// The domains, depth-first: a parent comes before its children.
  public let domains: [Domain]

  /// The kinds of node.
  public let nodeTypes: [NodeType]

  /// The nodes by index.
  public let nodes: [Node]

  /// All accelerators of the fleet.
  public let acceleratorCount: Int

  /// All cores of the fleet.
  public let coreCount: Int

  /// The most accelerators that one node has.
  public let mostAcceleratorsPerNode: Int

  /// Whether every node is one accelerator and nothing else, so that any can stand for any other.
  public let isPool: Bool

  /// Where each node's accelerators lie in a packed map; no node straddles a word.
  let acceleratorFields: [BitField]

  /// The first word of each node's cores in a packed map, after all accelerator words.
  let coreWordStarts: [Int32]

  /// The words of a packed map that hold accelerators.
  let acceleratorWordCount: Int

  /// All words of a packed map: accelerators, then cores.
  let mapWordCount: Int

  private let indicesByID: [Int32]

  /// The index of a node in this version of the fleet.
  ///
  /// - Precondition: the node is part of this version.
  public func index(of id: NodeID) -> Int { Int(indicesByID[Int(id.number)]) }

  /// The kind of the node at an index.
  public func type(of node: Int) -> NodeType { nodeTypes[nodes[node].type] }

  /// Use `TopologyBuilder`: it checks what this takes for granted.
  init(name: String, domains: [Domain], nodeTypes: [NodeType], nodes: [Node]) {
    self.name = name
    self.domains = domains
    self.nodeTypes = nodeTypes
    self.nodes = nodes
    var fields: [BitField] = []
    fields.reserveCapacity(nodes.count)
    var bit = 0
    for node in nodes {
      let width = nodeTypes[node.type].accelerators
      if bit % 64 + width > 64 { bit = (bit + 63) / 64 * 64 }
      fields.append(BitField(word: Int32(bit / 64), shift: UInt8(bit % 64), width: UInt8(width)))
      bit += width
    }
    acceleratorFields = fields
    acceleratorWordCount = (bit + 63) / 64
    var word = acceleratorWordCount
    var coreStarts: [Int32] = []
    coreStarts.reserveCapacity(nodes.count)
    for node in nodes {
      coreStarts.append(Int32(word))
      word += nodeTypes[node.type].coreWordCount
    }
    coreWordStarts = coreStarts
    mapWordCount = word
    let types = nodes.map { nodeTypes[$0.type] }
    acceleratorCount = types.reduce(0) { $0 + $1.accelerators }
    coreCount = types.reduce(0) { $0 + $1.cores }
    mostAcceleratorsPerNode = types.reduce(0) { max($0, $1.accelerators) }
    isPool = types.allSatisfy { $0.accelerators == 1 && $0.cores == 0 }
    var indices = Array(
      repeating: Int32(-1), count: Int(nodes.map(\.id.number).max() ?? 0) + 1)
    for (index, node) in nodes.enumerated() { indices[Int(node.id.number)] = Int32(index) }
    indicesByID = indices
  }

  /// A fleet of alike nodes without domains, as `66x8` names it; nodes are called `n00`, `n01`, ….
  ///
  /// - Throws: `TopologyError` where a number is outside what a fleet can be.
  public static func flat(nodes: Int, accelerators: Int) throws(TopologyError) -> Topology {
    var builder = TopologyBuilder(name: "\(nodes)x\(accelerators)")
    let type = NodeType(name: "node", accelerators: accelerators)
    guard nodes <= Hostlist.mostNames else { throw TopologyError.tooManyNodes(nodes) }
    let width = String(max(nodes - 1, 0)).utf8.count
    let names = (0..<max(nodes, 0)).map { number in
      var name: [UInt8] = [0x6E]
      name.append(decimal: UInt64(number), width: width)
      return NodeName(String(decoding: name, as: UTF8.self))
    }
    try builder.addNodes(names, type: type)
    return try builder.build()
  }
}

extension NodeType {
  /// The words of a packed map that a node's cores take up.
  var coreWordCount: Int { (cores + 63) / 64 }
}

/// Where a run of at most 64 bits lies in a packed map; it never straddles a word.
struct BitField: Sendable {
  var word: Int32
  var shift: UInt8
  var width: UInt8

  /// The field's bits, all set, at the low end of a word.
  var ones: UInt64 { width == 64 ? ~0 : (1 << UInt64(width)) &- 1 }
}
