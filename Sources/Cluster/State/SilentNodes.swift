import Fleet
public import Units

/// The nodes whose agents are not heard of, and since when.
public struct SilentNodes: Hashable, Sendable {
  /// A node that is not heard of.
  public struct Node: Hashable, Sendable {
    /// Which.
    public var node: NodeID
    /// Since when.
    public var since: Instant

    /// A node that is not heard of.
    public init(_ node: NodeID, since: Instant) {
      self.node = node
      self.since = since
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
    guard isKept || nodes.isEmpty, zip(nodes, nodes.dropFirst()).allSatisfy({ $0.node < $1.node })
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
  mutating func begin(of silent: [NodeID], at now: Instant) -> [NodeID] {
    isKept = true
    var new: [NodeID] = []
    for node in silent {
      let place = place(of: node)
      if place < nodes.count, nodes[place].node == node {
        nodes[place].since = now
      } else {
        new.append(node)
      }
    }
    let isInOrder = nodes.last.map { last in new.first.map { last.node < $0 } ?? true } ?? true
    nodes += new.map { Node($0, since: now) }
    if !isInOrder { nodes.sort { $0.node < $1.node } }
    return new
  }

  /// Lets nodes go that are heard of again, in order. O(nodes)
  mutating func end(of heard: [NodeID]) {
    var ended = 0
    nodes.removeAll { silent in
      guard ended < heard.count, heard[ended] == silent.node else { return false }
      ended += 1
      return true
    }
    precondition(ended == heard.count, "a node is heard of again that always was")
  }

  /// Forgets nodes that are no part of a fleet any more.
  mutating func keep(on topology: Topology) {
    nodes.removeAll { topology.knownIndex(of: $0.node) == nil }
  }

  private func place(of node: NodeID) -> Int {
    nodes.partitioningIndex { $0.node >= node }
  }
}
