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

  /// The id that the next new node gets: no id is given twice, whatever becomes of its node.
  public let nextID: NodeID

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

  /// Whether all nodes are of one kind, of which nothing but accelerators is counted.
  let areNodesAlike: Bool

  /// Whether any accelerator may be shared.
  let sharesDevices: Bool

  /// Where each node's accelerators lie in a packed map; no node straddles a word.
  let acceleratorFields: [BitField]

  /// The index of each node's first accelerator, all accelerators of the fleet numbered in order.
  let firstDevices: [Int32]

  /// For each kind of node, its accelerators by what they share, the closest first.
  let alignments: [[[UInt64]]]

  /// The different accelerator models, in the order of the fleet file.
  public let models: [String]

  /// The nodes of each of them.
  let nodesByModel: [NodeSet]

  /// Whether the accelerators of any node are in several islands or on several NUMA nodes.
  let hasIslands: Bool

  /// The words of a packed map.
  let mapWordCount: Int

  /// The domains as the search walks them.
  let tree: [Branch]

  /// Each node's innermost domain, -1 in a flat fleet.
  let innermost: [Int32]

  /// Neighbours that are counted at once where they are alike.
  let stretches: [NodeStretch]

  /// Each node's kind.
  let typeIndices: [Int32]

  /// Each node's id.
  let ids: [NodeID]

  /// The domains of each level, by the level's raw value.
  private let domainsByLevel: [Range<Int>]

  /// For each level, the nodes of its largest domain, and whether any holds domains.
  private let levels: [(largest: Int, isDivided: Bool)]

  let indicesByID: [Int32]

  /// What the network model asks of it.
  let fabric: FabricSizes

  /// The index of a node in this version of the fleet.
  ///
  /// - Precondition: the node is part of this version.
  public func index(of id: NodeID) -> Int { Int(indicesByID[Int(id.number)]) }

  /// The names of nodes, to be written short.
  public func hostlist(of ids: [NodeID]) -> Hostlist {
    Hostlist(names: ids.map { nodes[index(of: $0)].name })
  }

  /// The kind of the node at an index.
  public func type(of node: Int) -> NodeType { nodeTypes[nodes[node].type] }

  /// The domains of a level, wherever they are; empty where the fleet has none.
  public func domains(at level: DomainLevel) -> Range<Int> {
    domainsByLevel[Int(level.rawValue)]
  }

  /// The nodes of the largest domain of a level; 0 where the fleet has none.
  func largest(at level: DomainLevel) -> Int { levels[Int(level.rawValue)].largest }

  /// Whether any domain of a level holds domains.
  func hasDivided(_ level: DomainLevel) -> Bool { levels[Int(level.rawValue)].isDivided }

  /// The domains of a level that are inside a range of nodes. O(log domains)
  func domains(at level: DomainLevel, inside nodes: Range<Int>) -> Range<Int> {
    let all = domains(at: level)
    func firstIndex(where isPast: (Range<Int>) -> Bool) -> Int {
      var low = all.lowerBound
      var high = all.upperBound
      while low < high {
        let middle = (low + high) / 2
        if isPast(tree[middle].nodes) { high = middle } else { low = middle + 1 }
      }
      return low
    }
    let first = firstIndex { $0.lowerBound >= nodes.lowerBound }
    return first..<max(first, firstIndex { $0.lowerBound >= nodes.upperBound })
  }

  /// Use `TopologyBuilder`: it checks what this takes for granted.
  ///
  /// - Parameter nextID: the id that no earlier version has given yet.
  init(
    name: String, domains: [Domain], nodeTypes: [NodeType], nodes: [Node],
    nextID: NodeID = NodeID(0)
  ) {
    self.name = name
    self.domains = domains
    self.nodeTypes = nodeTypes
    self.nodes = nodes
    let highest = nodes.reduce(nil) { max($0 ?? $1.id, $1.id) }
    self.nextID = max(nextID, highest.map { NodeID($0.number + 1) } ?? NodeID(0))
    fabric = FabricSizes(domains: domains, nodes: nodes, types: nodeTypes)
    roots = 0..<(domains.firstIndex { $0.parent != nil } ?? domains.count)
    domainsByLevel = DomainLevel.allCases.map { level in
      let first = domains.firstIndex { $0.level >= level } ?? domains.count
      return first..<(domains.firstIndex { $0.level > level } ?? domains.count)
    }
    alignments = nodeTypes.map(\.alignments)
    models = Self.models(of: nodeTypes)
    nodesByModel = models.map { model in
      NodeSet(count: nodes.count) {
        let type = nodes[$0].type
        return nodeTypes[type].accelerators > 0 && nodeTypes[type].acceleratorModel == model
      }
    }
    hasIslands = alignments.contains { !$0.isEmpty }
    tree = domains.map(Branch.init)
    levels = domainsByLevel.map { range in
      (
        range.reduce(0) { max($0, domains[$1].nodes.count) },
        range.contains { !domains[$0].children.isEmpty }
      )
    }
    innermost = nodes.map { Int32($0.domain ?? -1) }
    typeIndices = nodes.map { Int32($0.type) }
    ids = nodes.map(\.id)
    let types = nodes.map { nodeTypes[$0.type] }
    var fields: [BitField] = []
    fields.reserveCapacity(nodes.count)
    for type in types { fields.append(BitField(after: fields.last, width: type.accelerators)) }
    acceleratorFields = fields
    stretches = NodeStretch.all(of: fields, in: innermost)
    var device = 0
    firstDevices = types.map { type in
      defer { device += type.accelerators }
      return Int32(device)
    }
    mapWordCount = fields.last.map { Int($0.word) + 1 } ?? 0
    acceleratorCount = device
    milliCores = types.reduce(0) { $0 + Int($1.host.milliCores) }
    mostAcceleratorsPerNode = types.reduce(0) { max($0, $1.accelerators) }
    countsHosts = nodeTypes.contains { !$0.host.isEmpty }
    sharesDevices = nodeTypes.contains { $0.sharing != .none }
    areNodesAlike = !countsHosts && !sharesDevices && nodeTypes.count == 1
    isPool =
      !countsHosts && !sharesDevices && nodeTypes.allSatisfy { $0.accelerators == 1 }
    indicesByID = Self.indicesByID(of: nodes)
  }

  private static func models(of types: [NodeType]) -> [String] {
    var models: [String] = []
    for type in types where type.accelerators > 0 && !models.contains(type.acceleratorModel) {
      models.append(type.acceleratorModel)
    }
    return models
  }

  private static func indicesByID(of nodes: [Node]) -> [Int32] {
    var indices = Array(
      repeating: Int32(-1), count: Int(nodes.map(\.id.number).max() ?? 0) + 1)
    for (index, node) in nodes.enumerated() { indices[Int(node.id.number)] = Int32(index) }
    return indices
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

/// Two topologies are equal where they describe the same fleet, and know its nodes by the same ids.
extension Topology: Hashable {
  public static func == (a: Topology, b: Topology) -> Bool {
    a === b
      || a.name == b.name && a.nextID == b.nextID && a.nodes == b.nodes && a.domains == b.domains
        && a.nodeTypes == b.nodeTypes
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(nextID)
    hasher.combine(nodes.count)
  }
}

/// A domain without its names: what a search walks by the thousand, copied without counting
/// references.
struct Branch: Sendable {
  /// Its nodes.
  var firstNode: Int32
  var endNode: Int32
  /// The domains right inside it; none where nodes are.
  var firstChild: Int32
  var endChild: Int32
  /// The domain around it, -1 at the top.
  var parent: Int32
  var level: DomainLevel

  init(_ domain: Topology.Domain) {
    firstNode = Int32(domain.nodes.lowerBound)
    endNode = Int32(domain.nodes.upperBound)
    firstChild = Int32(domain.children.lowerBound)
    endChild = Int32(domain.children.upperBound)
    parent = Int32(domain.parent ?? -1)
    level = domain.level
  }

  var nodes: Range<Int> { Int(firstNode)..<Int(endNode) }
  var children: Range<Int> { Int(firstChild)..<Int(endChild) }
  var isInnermost: Bool { firstChild == endChild }
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

  /// The next field behind another, in a word of its own if it would not fit.
  init(after other: BitField?, width: Int) {
    let start = other.map { Int($0.word) * 64 + Int($0.shift) + Int($0.width) } ?? 0
    let bit = start % 64 + width > 64 ? (start + 63) / 64 * 64 : start
    word = Int32(bit / 64)
    shift = UInt8(bit % 64)
    self.width = UInt8(width)
  }

  /// The field's bits, all set, at the low end of a word.
  var ones: UInt64 { width == 64 ? ~0 : (1 << UInt64(width)) &- 1 }
}
