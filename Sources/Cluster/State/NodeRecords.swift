public import Fleet
public import Units

/// What was said of nodes: who speaks for them, and why they are out of service.
public struct NodeRecords: Hashable, Sendable {
  /// What was said of a node.
  public struct Record: Hashable, Sendable {
    /// Which.
    public var node: NodeID
    /// The agent that speaks for it; nil: none has come yet.
    public var agent: UInt64?
    /// The longest fence that its agent may still keep to; nil: the one in force.
    public var fence: TimeSpan?
    /// What operators want of it.
    public var wanted = NodeCondition.inService
    /// Why, as they have said.
    public var reason = ""
    /// What its agent finds wrong with it; empty: nothing.
    public var trouble = ""

    /// A node of which nothing was said.
    public init(_ node: NodeID) { self.node = node }

    /// Whether nothing was said of it that counts any more.
    public var isEmpty: Bool {
      agent == nil && fence == nil && wanted == .inService && reason.isEmpty && trouble.isEmpty
    }

    /// What it is while it is heard of: as operators want, or out of service while not well.
    public var condition: NodeCondition {
      wanted == .inService && !trouble.isEmpty ? .drained : wanted
    }

    /// Takes a note of it, where a policy with this fence is in force.
    mutating func take(_ note: NodeNote, inForce: TimeSpan) {
      switch note {
      case .agent(let agent): self.agent = agent
      case .fence(let fence): self.fence = fence > inForce ? fence : nil
      case .wanted(let condition, let reason):
        // Who is asked back takes work, until the agent finds something anew.
        if condition == .inService { trouble = "" }
        (wanted, self.reason) = (condition, reason)
      case .trouble(let trouble): self.trouble = trouble
      }
    }

    /// Why it is out of service, as operators say or else its agent; empty: nobody has said.
    public var why: String { wanted == .inService ? trouble : reason }
  }

  /// Of the nodes of which something was said, by number.
  public private(set) var all: [Record] = []

  init() {}

  /// What was known before a restart; nil where it can't have been.
  init?(restoring records: [Record]) {
    guard zip(records, records.dropFirst()).allSatisfy({ $0.node < $1.node }),
      records.allSatisfy({ !$0.isEmpty && $0.wanted != .silent })
    else { return nil }
    all = records
  }

  /// What was said of a node. O(log nodes)
  public subscript(node: NodeID) -> Record {
    let place = place(of: node)
    return place < all.count && all[place].node == node ? all[place] : Record(node)
  }

  /// Keeps what was said of a node. O(nodes) where it is the first word or the last.
  mutating func change(_ node: NodeID, _ change: (inout Record) -> Void) {
    let place = place(of: node)
    let isKnown = place < all.count && all[place].node == node
    var record = isKnown ? all[place] : Record(node)
    change(&record)
    switch (isKnown, record.isEmpty) {
    case (true, true): all.remove(at: place)
    case (true, false): all[place] = record
    case (false, true): break
    case (false, false): all.insert(record, at: place)
    }
  }

  /// The fence becomes shorter: agents keep to the one before until they say otherwise. O(nodes)
  mutating func shorten(from fence: TimeSpan, on topology: Topology) {
    var longer = Self()
    longer.all.reserveCapacity(topology.nodes.count)
    for node in topology.nodes.map(\.id).sorted() {
      var record = self[node]
      record.fence = max(record.fence ?? fence, fence)
      longer.all.append(record)
    }
    self = longer
  }

  /// Forgets nodes that are no part of a fleet any more.
  mutating func keep(on topology: Topology) {
    all.removeAll { topology.knownIndex(of: $0.node) == nil }
  }

  private func place(of node: NodeID) -> Int {
    all.partitioningIndex { $0.node >= node }
  }
}
