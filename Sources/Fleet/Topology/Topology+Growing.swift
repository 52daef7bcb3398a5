public import Units

extension Topology {
  /// The next version of this fleet, as another topology describes it: the ids of nodes stay.
  ///
  /// Nodes are known by their names. Those of this version keep their ids, new ones get the next,
  /// in the order of `next`; indices are depth-first, as ever, and belong to one version. So nodes,
  /// leaves, pods or a whole site may be added anywhere, and domains renamed or divided.
  /// O(nodes · log nodes) where names are not in order, O(nodes) where they are.
  ///
  /// - Parameters:
  ///   - next: the whole fleet as it is to be, read from its file; its ids don't count.
  ///   - mayLose: whether a node may be missing; one that is added again later is a new one.
  /// - Throws: `GrowthError` where a node is missing that may not be, is out of order, or not what
  ///   it was: what it held could not be carried over.
  public func growing(
    to next: Topology, losing mayLose: (NodeID) -> Bool = { _ in false }
  ) throws(GrowthError) -> Topology {
    let before = indicesByName
    var places = next.indicesByName.makeIterator()
    var place = places.next()
    var ids = Array(repeating: NodeID?.none, count: next.nodes.count)
    var successors = Array(repeating: -1, count: nodes.count)
    for index in before {
      let name = nodes[index].name
      while let candidate = place, next.nodes[candidate].name.precedes(name) {
        place = places.next()
      }
      guard let found = place, next.nodes[found].name == name else {
        guard mayLose(nodes[index].id) else { throw GrowthError.nodeMissing(name) }
        continue
      }
      ids[found] = nodes[index].id
      successors[index] = found
    }
    var last: Int?
    for (index, successor) in successors.enumerated() where successor >= 0 {
      if let last, successors[last] > successor {
        throw GrowthError.orderChanged(nodes[last].name, nodes[index].name)
      }
      last = index
      let was = nodeTypes[nodes[index].type]
      let kind = next.nodeTypes[next.nodes[successor].type]
      if let change = was.change(into: kind) {
        throw GrowthError.nodeChanged(nodes[index].name, change)
      }
    }
    var fresh = nextID.number
    let grown = next.nodes.indices.map { index in
      var node = next.nodes[index]
      if let id = ids[index] {
        node.id = id
      } else {
        node.id = NodeID(fresh)
        fresh += 1
      }
      return node
    }
    return Topology(
      name: next.name, domains: next.domains, nodeTypes: next.nodeTypes, nodes: grown,
      nextID: NodeID(fresh))
  }

  /// The indices of all nodes, in the order of their names.
  private var indicesByName: [Int] {
    let isSorted = nodes.indices.dropFirst().allSatisfy {
      nodes[$0 - 1].name.precedes(nodes[$0].name)
    }
    return isSorted
      ? Array(nodes.indices) : nodes.indices.sorted { nodes[$0].name.precedes(nodes[$1].name) }
  }
}

extension NodeType {
  /// What differs where a node of this kind becomes one of another, and could not be held on.
  fileprivate func change(into other: NodeType) -> GrowthError.Change? {
    if accelerators != other.accelerators { return .accelerators(accelerators, other.accelerators) }
    if acceleratorModel != other.acceleratorModel {
      return .model(acceleratorModel, other.acceleratorModel)
    }
    if sharing != other.sharing { return .sharing }
    return other.host.covers(host) ? nil : .host
  }
}

/// Why a topology can't be the next version of another.
public enum GrowthError: Error, Hashable, Sendable {
  /// What of a node differs.
  public enum Change: Hashable, Sendable {
    /// It has another number of accelerators: before, after.
    case accelerators(Int, Int)
    /// It has accelerators of another model: before, after.
    case model(String, String)
    /// Its accelerators are shared otherwise.
    case sharing
    /// It has fewer cores or less memory.
    case host
  }

  /// A node of the version before is not there.
  case nodeMissing(NodeName)
  /// Two nodes of the version before stand the other way round.
  case orderChanged(NodeName, NodeName)
  /// A node is not what it was.
  case nodeChanged(NodeName, Change)

  /// What is wrong.
  public var what: String {
    switch self {
    case .nodeMissing(let name): "node '\(name)' is missing"
    case .orderChanged(let first, let second):
      "node '\(second)' stands before '\(first)', and stood behind it"
    case .nodeChanged(let name, .accelerators(let before, let after)):
      "node '\(name)' had \(before) accelerators and has \(after)"
    case .nodeChanged(let name, .model(let before, let after)):
      "node '\(name)' had accelerators of model '\(before)' and has '\(after)'"
    case .nodeChanged(let name, .sharing):
      "the accelerators of node '\(name)' are shared otherwise than before"
    case .nodeChanged(let name, .host): "node '\(name)' has fewer cores or less memory than before"
    }
  }

  /// What to do about it.
  public var fix: String {
    switch self {
    case .nodeMissing: "leave it in the file, and drain it"
    case .orderChanged: "keep the order of the nodes that were there; new ones may stand anywhere"
    case .nodeChanged: "drain it, and add what it has become under another name"
    }
  }
}

extension GrowthError: CustomStringConvertible {
  public var description: String { "\(what): \(fix)" }
}
