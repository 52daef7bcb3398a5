public import Units

/// Builds a topology depth-first and checks it: open a domain, add what is inside, close it.
///
/// ```
/// open(.pod, "p0")  open(.leaf, "l0")  addNodes([n0, n1], type)  close()  …  close()  build()
/// ```
public struct TopologyBuilder: Sendable {
  /// A domain that is not closed yet, and what is right inside it.
  private struct Open {
    var index: Int?
    var childLevel: DomainLevel?
    var hasNodes = false
    private var children = NameRegister()
    var firstChild: NodeName? { children.first }

    init(index: Int?) { self.index = index }

    /// Whether no child has had that name yet.
    mutating func add(childNamed name: String) -> Bool { children.add(NodeName(name)) }
  }

  /// The most domains a fleet may have: a guard against a few lines that stand for too many.
  public static let mostDomains = 100_000

  private let name: String
  private var domains: [Topology.Domain] = []
  private var types: [NodeType] = []
  private var nodes: [Topology.Node] = []
  private var open = [Open(index: nil)]

  /// The nodes added so far.
  public var nodeCount: Int { nodes.count }

  /// The accelerators of the nodes added so far.
  public private(set) var acceleratorCount = 0

  /// A fleet of this name without anything in it yet.
  public init(name: String) { self.name = name }

  private var around: Topology.Domain? { open[open.count - 1].index.map { domains[$0] } }

  /// Opens a domain inside the one that is open.
  ///
  /// - Throws: `TopologyError.wrongLevel` unless it is of a lower level than the one around it,
  ///   `.mixedContents` where nodes or domains of another level stand beside it.
  public mutating func open(
    _ level: DomainLevel, _ name: String, _ attributes: DomainAttributes = DomainAttributes()
  ) throws(TopologyError) {
    if let around, around.level >= level {
      throw TopologyError.wrongLevel(level, inside: around.level)
    }
    let top = open.count - 1
    guard !open[top].hasNodes, open[top].childLevel ?? level == level else {
      throw TopologyError.mixedContents(level, name)
    }
    open[top].childLevel = level
    guard open[top].add(childNamed: name) else {
      throw TopologyError.duplicateDomain(level, name)
    }
    guard domains.count < Self.mostDomains else { throw TopologyError.tooManyDomains }
    domains.append(
      Topology.Domain(
        level: level, name: name, parent: open[top].index, children: 0..<0,
        nodes: nodes.count..<nodes.count, attributes: attributes))
    open.append(Open(index: domains.count - 1))
  }

  /// Adds nodes of one kind to the innermost open domain; they get the next ids.
  public mutating func addNodes(_ names: [NodeName], type: NodeType) throws(TopologyError) {
    try type.check()
    try checkRails(of: type)
    let index = types.firstIndex(of: type) ?? types.count
    if index == types.count { types.append(type) }
    guard nodes.count + names.count <= Hostlist.mostNames else {
      throw TopologyError.tooManyNodes(nodes.count + names.count)
    }
    let top = open.count - 1
    if let beside = open[top].childLevel {
      let first = open[top].firstChild.map { "\($0)" } ?? ""
      throw TopologyError.mixedContents(beside, first)
    }
    open[top].hasNodes = true
    for name in names {
      let id = NodeID(UInt32(nodes.count))
      nodes.append(Topology.Node(id: id, name: name, type: index, domain: open[top].index))
    }
    acceleratorCount += names.count * type.accelerators
  }

  /// Every rail takes the same number of each node's interfaces.
  private func checkRails(of type: NodeType) throws(TopologyError) {
    for around in open {
      guard let index = around.index else { continue }
      let rails = domains[index].attributes.rails
      guard rails > 0, type.links.interfaces % rails != 0 else { continue }
      throw TopologyError.railsDoNotFit(
        rails: rails, type: type.name, interfaces: type.links.interfaces)
    }
  }

  /// Closes the innermost open domain.
  ///
  /// - Throws: `TopologyError.emptyDomain` where nothing was added inside.
  public mutating func close() throws(TopologyError) {
    guard let closed = open.popLast(), let closing = closed.index else {
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
    precondition(open.count == 1, "build() with \(open.count - 1) domains still open")
    guard !nodes.isEmpty else { throw TopologyError.noNodes }
    if let name = duplicateName { throw TopologyError.duplicateNode(name) }
    return levelByLevel()
  }

  /// A name that two nodes share. O(nodes) where the file names them in order, as most do.
  private var duplicateName: NodeName? {
    let isSorted = nodes.indices.dropFirst().allSatisfy {
      nodes[$0 - 1].name.precedes(nodes[$0].name)
    }
    if isSorted { return nil }
    let byName = nodes.map(\.name).sorted { $0.precedes($1) }
    return zip(byName, byName.dropFirst()).first { $0 == $1 }?.0
  }

  /// Renumbers the domains, which were added depth-first.
  private func levelByLevel() -> Topology {
    let order = DomainLevel.allCases.flatMap { level in
      domains.indices.filter { domains[$0].level == level }
    }
    var numbers = Array(repeating: 0, count: domains.count)
    for (number, index) in order.enumerated() { numbers[index] = number }
    var renumbered = order.map { index in
      var domain = domains[index]
      domain.parent = domain.parent.map { numbers[$0] }
      return domain
    }
    for (number, domain) in renumbered.enumerated() {
      guard let parent = domain.parent else { continue }
      let before = renumbered[parent].children
      renumbered[parent].children = (before.isEmpty ? number : before.lowerBound)..<number + 1
    }
    let nodes = nodes.map { node in
      var node = node
      node.domain = node.domain.map { numbers[$0] }
      return node
    }
    return Topology(name: name, domains: renumbered, nodeTypes: types, nodes: nodes)
  }
}

/// Why a fleet cannot be what was described.
public enum TopologyError: Error, Equatable, Sendable {
  /// The fleet has no node.
  case noNodes
  /// More nodes than a fleet may have.
  case tooManyNodes(Int)
  /// More domains than a fleet may have.
  case tooManyDomains
  /// A node has a negative number of accelerators, or more than 64.
  case acceleratorsOutOfRange(Int)
  /// A node has a negative number of cores, or more than 4,096.
  case coresOutOfRange(Int)
  /// A node has a negative amount of memory, or more than 2^29 MiB.
  case memoryOutOfRange(Int)
  /// An accelerator draws a negative number of watts, or more than 100,000.
  case wattsOutOfRange(Int)
  /// The islands of a kind of node are not as many accelerators as it has.
  case islandsDoNotAddUp(type: String, [Int])
  /// The accelerators of a kind of node can't be divided evenly among its NUMA nodes.
  case unevenNUMANodes(type: String, Int)
  /// A domain stands beside nodes, or beside a domain of another level.
  case mixedContents(DomainLevel, String)
  /// A kind of node with neither accelerators nor cores.
  case nothingToAllocate(type: String)
  /// A domain stands inside one that is not above it.
  case wrongLevel(DomainLevel, inside: DomainLevel)
  /// The interfaces of a kind of node can't be divided evenly among the rails of its pod.
  case railsDoNotFit(rails: Int, type: String, interfaces: Int)
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
    case .tooManyDomains: "more than \(TopologyBuilder.mostDomains) domains"
    case .acceleratorsOutOfRange(let count): "\(count) accelerators on a node"
    case .coresOutOfRange(let count): "\(count) cores on a node"
    case .memoryOutOfRange(let count): "\(count) MiB of memory on a node"
    case .wattsOutOfRange(let watts): "\(watts) W for an accelerator"
    case .islandsDoNotAddUp(let type, let islands):
      "the islands of node type '\(type)' hold \(islands.reduce(0, +)) accelerators"
    case .unevenNUMANodes(let type, let count):
      "node type '\(type)' can't divide its accelerators among \(count) NUMA nodes"
    case .mixedContents(let level, let name):
      "\(level) '\(name)' stands beside nodes or domains of another level"
    case .nothingToAllocate(let type): "node type '\(type)' has neither accelerators nor cores"
    case .wrongLevel(let level, let around): "a \(level) inside a \(around)"
    case .railsDoNotFit(let rails, let type, let interfaces):
      "node type '\(type)' has \(interfaces) network interfaces, which \(rails) rails can't share"
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
    case .tooManyDomains: "name fewer and larger ones"
    case .acceleratorsOutOfRange:
      "give 0 to \(NodeType.mostAccelerators); a larger machine is several nodes"
    case .coresOutOfRange: "give 0 to \(NodeType.mostCores)"
    case .memoryOutOfRange: "give 0 to \(NodeType.mostMemory) MiB"
    case .wattsOutOfRange: "give 0 to \(NodeType.mostWatts) W"
    case .islandsDoNotAddUp: "give sizes that add up to its accelerators"
    case .unevenNUMANodes: "give a number that divides them"
    case .mixedContents: "put either nodes or domains of one level inside a domain"
    case .nothingToAllocate: "give it one of them"
    case .wrongLevel: "the order is site, pod, leaf, block"
    case .railsDoNotFit: "give the pod as many rails as its nodes have interfaces"
    case .duplicateDomain, .duplicateNode: "give one another name"
    case .emptyDomain: "add some or leave it out"
    }
  }
}

extension TopologyError: CustomStringConvertible {
  public var description: String { "\(what): \(fix)" }
}
