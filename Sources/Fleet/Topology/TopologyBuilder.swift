public import Units

/// Builds a topology depth-first and checks it: open a domain, add what is inside, close it.
///
/// ```
/// open(.pod, "p0")  open(.leaf, "l0")  addNodes([n0, n1], type)  close()  …  close()  build()
/// ```
public struct TopologyBuilder: Sendable {
  private let name: String
  private var domains: [Topology.Domain] = []
  private var types: [NodeType] = []
  private var nodes: [Topology.Node] = []
  private var open: [Int] = []

  /// A fleet of this name without anything in it yet.
  public init(name: String) { self.name = name }

  /// Opens a domain inside the one that is open.
  ///
  /// - Throws: `TopologyError.wrongLevel` unless it is of a lower level than the one around it.
  public mutating func open(_ level: DomainLevel, _ name: String) throws(TopologyError) {
    if let around = open.last, domains[around].level >= level {
      throw TopologyError.wrongLevel(level, inside: domains[around].level)
    }
    let parent = open.last
    for domain in domains where domain.parent == parent && domain.name == name {
      throw TopologyError.duplicateDomain(level, name)
    }
    domains.append(
      Topology.Domain(
        level: level, name: name, parent: parent, nodes: nodes.count..<nodes.count))
    open.append(domains.count - 1)
  }

  /// Adds nodes of one kind to the innermost open domain; they get the next ids.
  public mutating func addNodes(_ names: [NodeName], type: NodeType) throws(TopologyError) {
    guard (0...NodeType.mostAccelerators).contains(type.accelerators) else {
      throw TopologyError.acceleratorsOutOfRange(type.accelerators)
    }
    guard (0...NodeType.mostCores).contains(type.cores) else {
      throw TopologyError.coresOutOfRange(type.cores)
    }
    guard type.accelerators > 0 || type.cores > 0 else {
      throw TopologyError.nothingToAllocate(type: type.name)
    }
    let index = types.firstIndex(of: type) ?? types.count
    if index == types.count { types.append(type) }
    guard nodes.count + names.count <= Hostlist.mostNames else {
      throw TopologyError.tooManyNodes(nodes.count + names.count)
    }
    for name in names {
      let id = NodeID(UInt32(nodes.count))
      nodes.append(Topology.Node(id: id, name: name, type: index, domain: open.last))
    }
  }

  /// Closes the innermost open domain.
  ///
  /// - Throws: `TopologyError.emptyDomain` where nothing was added inside.
  public mutating func close() throws(TopologyError) {
    guard let closing = open.popLast() else {
      preconditionFailure("close() without an open domain in fleet \(name)")
    }
    let range = domains[closing].nodes.lowerBound..<nodes.count
    guard !range.isEmpty else {
      throw TopologyError.emptyDomain(domains[closing].level, domains[closing].name)
    }
    domains[closing].nodes = range
  }

  /// The finished topology.
  ///
  /// - Throws: `TopologyError.noNodes`, or `.duplicateNode` where two nodes share a name.
  public func build() throws(TopologyError) -> Topology {
    precondition(open.isEmpty, "build() with \(open.count) domains still open")
    guard !nodes.isEmpty else { throw TopologyError.noNodes }
    let byName = nodes.map(\.name).sorted {
      ($0.prefix, $0.number ?? 0, $0.width) < ($1.prefix, $1.number ?? 0, $1.width)
    }
    for (a, b) in zip(byName, byName.dropFirst()) where a == b {
      throw TopologyError.duplicateNode(a)
    }
    return Topology(name: name, domains: domains, nodeTypes: types, nodes: nodes)
  }
}

/// Why a fleet cannot be what was described.
public enum TopologyError: Error, Equatable, Sendable {
  /// The fleet has no node.
  case noNodes
  /// More nodes than a fleet may have.
  case tooManyNodes(Int)
  /// A node has a negative number of accelerators, or more than 64.
  case acceleratorsOutOfRange(Int)
  /// A node has a negative number of cores, or more than 4,096.
  case coresOutOfRange(Int)
  /// A kind of node with neither accelerators nor cores.
  case nothingToAllocate(type: String)
  /// A domain stands inside one that is not above it.
  case wrongLevel(DomainLevel, inside: DomainLevel)
  /// Two children of one domain share a name.
  case duplicateDomain(DomainLevel, String)
  /// A domain holds no node.
  case emptyDomain(DomainLevel, String)
  /// Two nodes share a name.
  case duplicateNode(NodeName)
}

extension TopologyError {
  /// What is wrong.
  public var what: String {
    switch self {
    case .noNodes: "the fleet has no nodes"
    case .tooManyNodes(let count): "\(count) nodes"
    case .acceleratorsOutOfRange(let count): "\(count) accelerators on a node"
    case .coresOutOfRange(let count): "\(count) cores on a node"
    case .nothingToAllocate(let type): "node type '\(type)' has neither accelerators nor cores"
    case .wrongLevel(let level, let around): "a \(level) inside a \(around)"
    case .duplicateDomain(let level, let name): "a second \(level) '\(name)' beside the first"
    case .emptyDomain(let level, let name): "\(level) '\(name)' has no nodes"
    case .duplicateNode(let name): "two nodes are named '\(name)'"
    }
  }

  /// What to do about it.
  public var fix: String {
    switch self {
    case .noNodes: "name at least one"
    case .tooManyNodes: "a fleet may have at most \(Hostlist.mostNames)"
    case .acceleratorsOutOfRange:
      "give 0 to \(NodeType.mostAccelerators); a larger machine is several nodes"
    case .coresOutOfRange: "give 0 to \(NodeType.mostCores)"
    case .nothingToAllocate: "give it one of them"
    case .wrongLevel: "the order is site, pod, leaf, block"
    case .duplicateDomain, .duplicateNode: "give one another name"
    case .emptyDomain: "add some or leave it out"
    }
  }
}

extension TopologyError: CustomStringConvertible {
  public var description: String { "\(what): \(fix)" }
}
