public import Units

/// One version of the fleet: its domains and nodes, numbered once and never changed.
///
/// Nodes are numbered depth-first, so every domain is one contiguous range of node indices, and so
/// of bits in every map. Domains are numbered level by level, widest first, and depth-first inside
/// a level: those of one level, and the children of one domain, are contiguous ranges too.
/// Indices belong to this version; ids stay when the fleet grows.
public final class Topology: Sendable {
  /// A site, pod, leaf or block.
  public struct Domain: Hashable, Sendable {
    /// Which kind of domain.
    public var level: DomainLevel
    /// Its name, unique among the children of its parent.
    public var name: String
    /// The index of the domain around it, or nil at the top.
    public var parent: Int?
    /// The domains right inside it, all of one level; empty where nodes are.
    public var children: Range<Int>
    /// Its nodes, as a range of indices.
    public var nodes: Range<Int>
    /// What the fleet file says of it.
    public var attributes: DomainAttributes
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

  /// The domains, level by level: a parent comes before its children.
  public let domains: [Domain]

  /// The outermost domains, all of one level; empty in a flat fleet.
  public let roots: Range<Int>

  /// The kinds of node.
  public let nodeTypes: [NodeType]

  /// The nodes by index.
  public let nodes: [Node]

  /// All accelerators of the fleet.
  public let acceleratorCount: Int

  /// All that jobs may have of the hosts: thousandths of a core.
  public let milliCores: Int

  /// The most accelerators that one node has.
  public let mostAcceleratorsPerNode: Int

  /// Whether every node is one accelerator and nothing else, so that any can stand for any other.
  public let isPool: Bool

  /// Whether cores or memory of any node are counted.
  let countsHosts: Bool

  /// Whether any accelerator may be shared.
  let sharesDevices: Bool

  /// Where each node's accelerators lie in a packed map; no node straddles a word.
  let acceleratorFields: [BitField]

  /// The index of each node's first accelerator, all accelerators of the fleet numbered in order.
  let firstDevices: [Int32]

  /// The words of a packed map.
  let mapWordCount: Int

  /// The domains of each level, by the level's raw value.
  private let domainsByLevel: [Range<Int>]

  private let indicesByID: [Int32]

  /// What the network model asks of it.
  let fabric: FabricSizes

  /// The index of a node in this version of the fleet.
  ///
  /// - Precondition: the node is part of this version.
  public func index(of id: NodeID) -> Int { Int(indicesByID[Int(id.number)]) }

  /// The kind of the node at an index.
  public func type(of node: Int) -> NodeType { nodeTypes[nodes[node].type] }

  /// The domains of a level, wherever they are; empty where the fleet has none.
  public func domains(at level: DomainLevel) -> Range<Int> {
    domainsByLevel[Int(level.rawValue)]
  }

  /// Use `TopologyBuilder`: it checks what this takes for granted.
  init(name: String, domains: [Domain], nodeTypes: [NodeType], nodes: [Node]) {
    self.name = name
    self.domains = domains
    self.nodeTypes = nodeTypes
    self.nodes = nodes
    fabric = FabricSizes(domains: domains, nodes: nodes, types: nodeTypes)
    roots = 0..<(domains.firstIndex { $0.parent != nil } ?? domains.count)
    domainsByLevel = DomainLevel.allCases.map { level in
      let first = domains.firstIndex { $0.level >= level } ?? domains.count
      return first..<(domains.firstIndex { $0.level > level } ?? domains.count)
    }
    let types = nodes.map { nodeTypes[$0.type] }
    var fields: [BitField] = []
    var devices: [Int32] = []
    fields.reserveCapacity(nodes.count)
    devices.reserveCapacity(nodes.count)
    var bit = 0
    var device = 0
    for type in types {
      let width = type.accelerators
      if bit % 64 + width > 64 { bit = (bit + 63) / 64 * 64 }
      fields.append(BitField(word: Int32(bit / 64), shift: UInt8(bit % 64), width: UInt8(width)))
      devices.append(Int32(device))
      bit += width
      device += width
    }
    acceleratorFields = fields
    firstDevices = devices
    mapWordCount = (bit + 63) / 64
    acceleratorCount = device
    milliCores = types.reduce(0) { $0 + Int($1.host.milliCores) }
    mostAcceleratorsPerNode = types.reduce(0) { max($0, $1.accelerators) }
    countsHosts = nodeTypes.contains { !$0.host.isEmpty }
    sharesDevices = nodeTypes.contains { $0.sharing != .none }
    isPool =
      !countsHosts && !sharesDevices && nodeTypes.allSatisfy { $0.accelerators == 1 }
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

/// What a fleet file says of a domain beside what is in it.
public struct DomainAttributes: Hashable, Sendable {
  /// The country whose law holds at a site, as two capital letters; empty where none is named.
  public var country = ""

  /// By how much the links into a domain exceed those out of it, in thousandths.
  public var oversubscription = 1000

  /// The rails of a pod: planes that the nodes' i-th interfaces share; 0 where there are none.
  public var rails = 0

  /// Nothing special.
  public init() {}
}

/// Where a run of at most 64 bits lies in a packed map; it never straddles a word.
struct BitField: Sendable {
  var word: Int32
  var shift: UInt8
  var width: UInt8

  /// The field's bits, all set, at the low end of a word.
  var ones: UInt64 { width == 64 ? ~0 : (1 << UInt64(width)) &- 1 }
}
