import Units

extension Occupancy {
  /// Where a gang goes: on the nodes with the least room to spare, lowest first; nil if it doesn't
  /// fit.
  ///
  /// `preferred` are nodes to use up before any other: those that a waiting gang could have by its
  /// reserved start, if this one will have ended by then.
  /// O(nodes the gang takes), where the preferred nodes are not rare.
  public func placement(of shape: GangShape, preferring preferred: ClearNodes? = nil)
    -> Allocation?
  {
    guard fits(shape) else { return nil }
    var chosen: [Choice] = []
    chosen.reserveCapacity(shape.nodeCount)
    choose(Int(shape.members), shape.member, preferred, &chosen)
    if let rest = shape.rest { choose(1, rest, preferred, &chosen) }
    guard chosen.count == shape.nodeCount else {
      preconditionFailure("\(shape) fits but only \(chosen.count) nodes were found")
    }
    if chosen.count > 1 { chosen.sort { $0.node < $1.node } }
    return bind(chosen)
  }

  private struct Choice {
    var node: Int
    var member: MemberShape
  }

  private func choose(
    _ count: Int, _ member: MemberShape, _ preferred: ClearNodes?, _ chosen: inout [Choice]
  ) {
    let enough = chosen.count + count
    // A rest keeps off the nodes that its own gang has just taken.
    let taken = chosen.map(\.node).sorted()
    func choose(where isWanted: (Int) -> Bool) {
      forEachNode(thatFits: member) { node in
        if isWanted(node), taken.isEmpty || !taken.contains(sorted: node) {
          chosen.append(Choice(node: node, member: member))
        }
        return chosen.count < enough
      }
    }
    guard let preferred else {
      choose { _ in true }
      return
    }
    choose { preferred.contains($0) }
    if chosen.count < enough { choose { !preferred.contains($0) } }
  }

  private func bind(_ chosen: [Choice]) -> Allocation {
    var allocation = Allocation(slices: [])
    allocation.slices.reserveCapacity(chosen.count)
    let needsHosts =
      topology.countsHosts
      && chosen.contains { !$0.member.host.isEmpty || $0.member.wholeNode }
    for choice in chosen {
      let free = accelerators(freeOn: choice.node)
      var bits = free
      if !choice.member.wholeNode {
        bits = free.lowest(Int(choice.member.accelerators))
      }
      allocation.slices.append(
        NodeSlice(node: topology.nodes[choice.node].id, accelerators: bits))
      guard needsHosts else { continue }
      allocation.hosts.append(
        choice.member.wholeNode ? host(freeOn: choice.node) : choice.member.host)
    }
    return allocation
  }
}

extension UInt64 {
  /// The lowest `count` of the set bits, or all if there are fewer.
  func lowest(_ count: Int) -> UInt64 {
    guard count < nonzeroBitCount else { return self }
    var rest = self
    for _ in 0..<count { rest &= rest &- 1 }
    return self & ~rest
  }
}

extension [Int] {
  /// Whether a sorted array has an element. O(log n)
  func contains(sorted element: Int) -> Bool {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < element { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low] == element
  }
}
