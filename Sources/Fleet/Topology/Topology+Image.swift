public import Units

extension Topology {
  /// The same fleet, but with the ids that its nodes have got in earlier versions of it.
  ///
  /// - Parameters:
  ///   - ids: by index.
  ///   - nextID: the id that the next new node gets; nil: the one after the highest.
  /// - Returns: nil where they are not one for each node, all different, or where one of them is
  ///   higher than any fleet's history could have made it.
  public func identified(by ids: [NodeID], nextID: NodeID? = nil) -> Topology? {
    guard ids.count == nodes.count else { return nil }
    let isKnown = zip(ids, nodes).allSatisfy { $0 == $1.id }
    if isKnown, nextID ?? self.nextID == self.nextID { return self }
    let most = 16 * UInt32(Hostlist.mostNames)
    guard ids.allSatisfy({ $0.number < most }), nextID?.number ?? 0 <= most,
      nextID.map({ next in ids.allSatisfy { $0 < next } }) ?? true
    else { return nil }
    let sorted = ids.sorted()
    guard zip(sorted, sorted.dropFirst()).allSatisfy({ $0 < $1 }) else { return nil }
    var nodes = nodes
    for index in nodes.indices { nodes[index].id = ids[index] }
    return Topology(
      name: name, domains: domains, nodeTypes: nodeTypes, nodes: nodes,
      nextID: nextID ?? NodeID(0))
  }

  /// The index of a node, or nil where this version of the fleet has none of that id.
  public func knownIndex(of id: NodeID) -> Int? {
    guard id.number < indicesByID.count else { return nil }
    let index = Int(indicesByID[Int(id.number)])
    return index < 0 ? nil : index
  }
}
