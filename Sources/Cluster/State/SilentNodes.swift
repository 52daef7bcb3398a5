public import Fleet
public import Units

/// The nodes whose agents are not heard of, since when, and what they are once they are again.
public struct SilentNodes: Hashable, Sendable {
  /// A node that is not heard of.
  public struct Node: Hashable, Sendable {
    /// Which.
    public var node: NodeID
    /// Since when.
    public var since: Instant
    /// What operators want of it meanwhile.
    public var condition: NodeCondition

    /// A node that is not heard of.
    public init(_ node: NodeID, since: Instant, condition: NodeCondition) {
      self.node = node
      self.since = since
      self.condition = condition
    }
  }

  /// All of them, by number.
  public private(set) var nodes: [Node] = []

  /// Whether anybody says who is heard of: then a node that is new is not, until its agent comes.
  public private(set) var isKept = false

  init() {}

  /// What was known before a restart; nil where it can't have been.
  init?(restoring nodes: [Node], isKept: Bool) {
    self.isKept = isKept
    guard isKept || nodes.isEmpty, zip(nodes, nodes.dropFirst()).allSatisfy({ $0.node < $1.node }),
      nodes.allSatisfy({ $0.condition != .silent })
    else { return nil }
    self.nodes = nodes
  }

  /// A node that is not heard of; nil where it is. O(log nodes)
  public subscript(node: NodeID) -> Node? {
    let place = place(of: node)
    return place < nodes.count && nodes[place].node == node ? nodes[place] : nil
  }

  /// Silence begins for nodes, in order; for those that were silent before it begins anew. O(nodes)
  ///
  /// - Returns: those that were heard of until now.
  mutating func begin(of silent: [Node]) -> [NodeID] {
    isKept = true
    var new: [Node] = []
    for node in silent {
      let place = place(of: node.node)
      if place < nodes.count, nodes[place].node == node.node {
        nodes[place].since = node.since
      } else {
        new.append(node)
      }
    }
    let isInOrder = nodes.last.map { last in new.first.map { last.node < $0.node } ?? true } ?? true
    nodes += new
    if !isInOrder { nodes.sort { $0.node < $1.node } }
    return new.map(\.node)
  }

  /// Lets nodes go that are heard of again, in order; what each of them is now. O(nodes)
  mutating func end(of heard: [NodeID]) -> [(NodeID, NodeCondition)] {
    var ended: [(NodeID, NodeCondition)] = []
    nodes.removeAll { silent in
      guard ended.count < heard.count, heard[ended.count] == silent.node else { return false }
      ended.append((silent.node, silent.condition))
      return true
    }
    precondition(ended.count == heard.count, "a node is heard of again that always was")
    return ended
  }

  /// Forgets nodes that are no part of a fleet any more.
  mutating func keep(on topology: Topology) {
    nodes.removeAll { topology.knownIndex(of: $0.node) == nil }
  }

  /// Notes what operators want of a node; false where it is heard of, so that it is so at once.
  mutating func note(_ condition: NodeCondition, of node: NodeID) -> Bool {
    let place = place(of: node)
    guard place < nodes.count, nodes[place].node == node else { return false }
    nodes[place].condition = condition
    return true
  }

  private func place(of node: NodeID) -> Int {
    nodes.partitioningIndex { $0.node >= node }
  }
}
