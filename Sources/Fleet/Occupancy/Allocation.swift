public import Units

/// The part of one node that a member holds.
public struct NodeSlice: Hashable, Sendable {
  /// The node, by its stable id.
  public var node: NodeID

  /// The accelerators held there: bit i is the node's i-th.
  public var accelerators: UInt64

  /// These accelerators of this node.
  public init(node: NodeID, accelerators: UInt64) {
    self.node = node
    self.accelerators = accelerators
  }
}

/// What a gang holds, or is promised: a slice of one node for each member, along the topology.
public struct Allocation: Hashable, Sendable {
  /// A slice per member, in the order of the nodes.
  public var slices: [NodeSlice]

  /// The cores held: for each slice in turn, its node's words; empty where the gang asks for none.
  public var coreMaps: [UInt64]

  /// These slices, and these cores.
  public init(slices: [NodeSlice], coreMaps: [UInt64] = []) {
    self.slices = slices
    self.coreMaps = coreMaps
  }

  /// How many accelerators it names.
  public var acceleratorCount: Int { slices.reduce(0) { $0 + $1.accelerators.nonzeroBitCount } }

  /// How many cores it names.
  public var coreCount: Int { coreMaps.reduce(0) { $0 + $1.nonzeroBitCount } }
}
