import Units

/// What is kept of each node, by its number: numbers are dense, as fleet files name the nodes.
///
/// A gang of thousands asks for each of its nodes, several times from its launch to its end.
struct NodeTable<Value: Sendable>: Sendable {
  private let nothing: Value
  private var values: [Value] = []

  /// - Parameter nothing: what is kept of a node that nothing was said of.
  init(_ nothing: Value) { self.nothing = nothing }

  subscript(node: NodeID) -> Value {
    get {
      let place = Int(node.number)
      return place < values.count ? values[place] : nothing
    }
    _modify {
      let place = Int(node.number)
      while values.count <= place { values.append(nothing) }
      yield &values[place]
    }
  }
}
