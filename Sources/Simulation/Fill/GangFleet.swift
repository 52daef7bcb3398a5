import Fleet

/// A fleet as gangs of whole nodes see it: for each accelerator model its nodes and its domains.
///
/// A gang gets nodes of one model. A domain counts for a model with its nodes of that model.
struct GangFleet: Sendable {
  /// The nodes of one accelerator model.
  struct Kind: Sendable {
    var model: String
    /// By index, rising.
    var nodes: [Int] = []
    /// The fewest that one of its nodes has.
    var accelerators = Int.max
    /// By level: the nodes of this kind in the largest domain; 0 where there is none.
    var largest = Array(repeating: 0, count: GangFleet.levels)

    /// The lowest level of which one domain, when empty, holds so many nodes.
    func lowest(holding nodes: Int) -> DomainLevel? {
      DomainLevel.allCases.last { largest[Int($0.rawValue)] >= nodes }
    }
  }

  static let levels = DomainLevel.allCases.count

  let topology: Topology

  /// The models that nodes have, in the order of the fleet file.
  let kinds: [Kind]

  /// By node: its kind, or -1 where it has no accelerators.
  let kindOfNode: [Int]

  /// By node: its innermost domain, or -1.
  let innermost: [Int]

  /// By domain: the one around it, or -1.
  let parents: [Int]

  /// By domain: its level, as a raw value.
  let levelOfDomain: [Int]

  init(_ topology: Topology) {
    self.topology = topology
    innermost = topology.nodes.indices.map { topology.nodes[$0].domain ?? -1 }
    parents = topology.domains.map { $0.parent ?? -1 }
    levelOfDomain = topology.domains.map { Int($0.level.rawValue) }
    let kindOfType = topology.nodeTypes.map { type in
      type.accelerators > 0 ? topology.models.firstIndex(of: type.acceleratorModel) ?? -1 : -1
    }
    var kinds = topology.models.map { Kind(model: $0) }
    kindOfNode = topology.nodes.indices.map { kindOfType[topology.nodes[$0].type] }
    for (node, kind) in kindOfNode.enumerated() where kind >= 0 {
      kinds[kind].nodes.append(node)
      let accelerators = topology.nodeTypes[topology.nodes[node].type].accelerators
      kinds[kind].accelerators = min(kinds[kind].accelerators, accelerators)
    }
    for kind in kinds.indices {
      for (domain, count) in Self.counts(of: kinds[kind].nodes, innermost, parents).enumerated() {
        let level = levelOfDomain[domain]
        kinds[kind].largest[level] = max(kinds[kind].largest[level], count)
      }
    }
    self.kinds = kinds
  }

  /// How many of some nodes each domain has.
  static func counts(of nodes: [Int], _ innermost: [Int], _ parents: [Int]) -> [Int] {
    var counts = Array(repeating: 0, count: parents.count)
    for node in nodes where innermost[node] >= 0 { counts[innermost[node]] += 1 }
    // Children come after their parents.
    for domain in parents.indices.reversed() where parents[domain] >= 0 {
      counts[parents[domain]] += counts[domain]
    }
    return counts
  }

  /// All nodes with accelerators.
  var nodeCount: Int { kinds.reduce(0) { $0 + $1.nodes.count } }

  /// The accelerators of all nodes, as gangs count them.
  var capacity: Int { kinds.reduce(0) { $0 + $1.nodes.count * $1.accelerators } }

  /// Whether all of these nodes, rising, are inside one domain of a level.
  func isInsideOne(_ level: DomainLevel, _ nodes: [Int]) -> Bool {
    guard let first = nodes.first, let last = nodes.last else { return true }
    let domain = self.domain(of: first, at: level)
    return domain >= 0 && domain == self.domain(of: last, at: level)
  }

  /// The domain of a level around a node, or -1.
  private func domain(of node: Int, at level: DomainLevel) -> Int {
    var domain = innermost[node]
    while domain >= 0, levelOfDomain[domain] > Int(level.rawValue) { domain = parents[domain] }
    return domain >= 0 && levelOfDomain[domain] == Int(level.rawValue) ? domain : -1
  }

  /// The nodes that an allocation names.
  func indices(_ allocation: Allocation) -> [Int] {
    allocation.slices.map { topology.index(of: $0.node) }
  }

  /// These nodes whole; they rise.
  func allocation(_ nodes: [Int]) -> Allocation {
    Allocation(
      slices: nodes.map { node in
        let width = topology.nodeTypes[topology.nodes[node].type].accelerators
        return NodeSlice(
          node: topology.nodes[node].id,
          accelerators: width == 64 ? ~0 : (1 << UInt64(width)) - 1)
      })
  }
}
