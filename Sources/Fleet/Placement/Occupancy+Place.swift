import Units

extension Occupancy {
  /// Where a gang goes: on the nodes with the least room to spare, lowest first; nil if it doesn't
  /// fit.
  ///
  /// `preferred` names room to use up before any other, in order of nodes: the accelerators that
  /// are promised to somebody who starts only after this gang has ended.
  /// O(nodes the gang takes + nodes preferred).
  public func placement(of shape: GangShape, preferring preferred: Allocation? = nil)
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
    return bind(chosen, preferred)
  }

  private struct Choice {
    var node: Int
    var member: MemberShape
  }

  private func choose(
    _ count: Int, _ member: MemberShape, _ preferred: Allocation?, _ chosen: inout [Choice]
  ) {
    let enough = chosen.count + count
    // A rest keeps off the few nodes its own gang has just taken.
    var taken = chosen.map(\.node)
    taken.sort()
    if let preferred {
      for slice in preferred.slices {
        let node = topology.index(of: slice.node)
        guard hasFree(member, on: node), !taken.contains(sorted: node) else { continue }
        chosen.append(Choice(node: node, member: member))
        guard chosen.count < enough else { return }
      }
    }
    forEachNode(thatFits: member) { node in
      if !taken.contains(sorted: node), !(preferred?.names(node, in: topology) ?? false) {
        chosen.append(Choice(node: node, member: member))
      }
      return chosen.count < enough
    }
  }

  private func hasFree(_ member: MemberShape, on node: Int) -> Bool {
    if member.wholeNode, !byFree.contains(row: idleRow, column: node) { return false }
    guard accelerators(freeOn: node).nonzeroBitCount >= member.accelerators else { return false }
    return member.cores == 0 || coreCount(freeOn: node) >= member.cores
  }

  private func bind(_ chosen: [Choice], _ preferred: Allocation?) -> Allocation {
    var allocation = Allocation(slices: [])
    allocation.slices.reserveCapacity(chosen.count)
    let needsCores = topology.coreCount > 0 && chosen.contains {
      $0.member.cores > 0 || $0.member.wholeNode
    }
    for choice in chosen {
      let free = accelerators(freeOn: choice.node)
      var bits = free
      if !choice.member.wholeNode {
        let first = preferred?.accelerators(on: choice.node, in: topology) ?? 0
        bits = free.lowest(Int(choice.member.accelerators), preferring: first)
      }
      allocation.slices.append(
        NodeSlice(node: topology.nodes[choice.node].id, accelerators: bits))
      guard needsCores else { continue }
      var cores =
        choice.member.wholeNode ? coreCount(freeOn: choice.node) : Int(choice.member.cores)
      for word in coreWords(of: choice.node) {
        let bits = freeMap[word].lowest(min(cores, freeMap[word].nonzeroBitCount))
        allocation.coreMaps.append(bits)
        cores -= bits.nonzeroBitCount
      }
    }
    return allocation
  }
}

extension Allocation {
  /// The index of the slice on a node, or nil. O(log slices)
  private func slice(on node: Int, in topology: Topology) -> Int? {
    var low = 0
    var high = slices.count
    while low < high {
      let middle = (low + high) / 2
      let index = topology.index(of: slices[middle].node)
      if index == node { return middle }
      if index < node { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  fileprivate func names(_ node: Int, in topology: Topology) -> Bool {
    slice(on: node, in: topology) != nil
  }

  fileprivate func accelerators(on node: Int, in topology: Topology) -> UInt64 {
    slice(on: node, in: topology).map { slices[$0].accelerators } ?? 0
  }
}

extension UInt64 {
  /// The lowest `count` of the set bits, those in `preferred` before the others.
  func lowest(_ count: Int, preferring preferred: UInt64 = 0) -> UInt64 {
    let first = self & preferred
    let available = first.nonzeroBitCount
    if available >= count { return first.lowestBits(count) }
    return first | (self & ~preferred).lowestBits(count - available)
  }

  private func lowestBits(_ count: Int) -> UInt64 {
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
