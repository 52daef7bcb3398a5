import Units

/// The nodes that have room for one member now.
struct Candidates {
  /// The rows of `byFree` they stand in; the first has the least room to spare.
  let rows: ClosedRange<Int>

  /// Which of those rows' nodes they are; nil: all of them.
  let mask: NodeSet?

  /// How many there are in the fleet.
  let total: Int
}

extension Occupancy {
  /// The nodes with room for a member, of those that are eligible; nil where there is none.
  ///
  /// O(1) where only whole accelerators are asked for, of any node; O(nodes) otherwise.
  func candidates(for member: MemberShape, in eligible: NodeSet?) -> Candidates? {
    guard Int(member.accelerators) <= topology.mostAcceleratorsPerNode else { return nil }
    let rows = rows(for: member)
    guard eligible != nil || mustLook(for: member) else {
      let total = Int(atLeast[rows.lowerBound])
      return total > 0 ? Candidates(rows: rows, mask: nil, total: total) : nil
    }
    var set = NodeSet(count: topology.nodes.count)
    for row in rows where hasNodes(inRow: row) {
      for word in set.words.indices { set.words[word] |= byFree.word(row: row, at: word) }
    }
    if let eligible { set.formIntersection(eligible) }
    if mustLook(for: member) { keep(&set, thatFit: member) }
    let total = set.count
    return total > 0 ? Candidates(rows: rows, mask: set, total: total) : nil
  }

  /// Leaves out the nodes without room; idle ones are judged by their kind.
  private func keep(_ set: inout NodeSet, thatFit member: MemberShape) {
    let fittingTypes = topology.nodeTypes.map { $0.hasRoom(for: member) }
    let allFit = !fittingTypes.contains(false)
    for word in set.words.indices where set.words[word] != 0 {
      let idle = set.words[word] & byFree.word(row: idleRow, at: word)
      var rest = allFit ? set.words[word] & ~idle : set.words[word]
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        rest &= rest &- 1
        let node = word << 6 | bit
        let isIdle = idle >> UInt64(bit) & 1 == 1
        let fits =
          isIdle ? fittingTypes[Int(topology.typeIndices[node])] : fits(member, on: node)
        if !fits { set.words[word] &= ~(1 << UInt64(bit)) }
      }
    }
  }

  /// The rows of nodes that may have room for a member.
  private func rows(for member: MemberShape) -> ClosedRange<Int> {
    if member.wholeNode { return idleRow...idleRow }
    // A part of an accelerator may be left where no whole one is.
    let fewest = member.share == .whole ? Int(member.accelerators) : 0
    return fewest...topology.mostAcceleratorsPerNode
  }

  /// How many candidates there are in each domain. O(domains), or O(nodes) where they are masked
  func domainCounts(of candidates: Candidates) -> [Int32] {
    if let mask = candidates.mask { return topology.domainCounts(of: mask) }
    let domains = topology.domains.count
    let first = candidates.rows.lowerBound
    var counts = Array(domainCounts[first * domains..<(first + 1) * domains])
    for row in candidates.rows.dropFirst() {
      let start = row * domains
      for domain in 0..<domains { counts[domain] &+= domainCounts[start &+ domain] }
    }
    return counts
  }

  /// Whether a row's count is not enough: hosts and parts of accelerators are free or not beside
  /// the whole accelerators, and an idle node may be too small.
  func mustLook(for member: MemberShape) -> Bool {
    !member.host.isEmpty || member.share != .whole
      || member.wholeNode && topology.nodeTypes.count > 1
  }

  /// Whether a member fits on a node of which at least its whole accelerators are free.
  @inline(__always)
  func fits(_ member: MemberShape, on node: Int) -> Bool {
    if member.wholeNode, topology.acceleratorFields[node].width < member.accelerators {
      return false
    }
    guard host(freeOn: node).covers(member.host) else { return false }
    return member.share == .whole || hasParts(for: member, on: node)
  }
}

extension Topology {
  fileprivate func domainCounts(of set: NodeSet) -> [Int32] {
    var counts = Array(repeating: Int32(0), count: tree.count)
    // Children come after their parents, so each domain is complete before it is added to its own.
    for index in tree.indices.reversed() {
      if tree[index].children.isEmpty { counts[index] = Int32(set.count(in: tree[index].nodes)) }
      let parent = Int(tree[index].parent)
      if parent >= 0 { counts[parent] += counts[index] }
    }
    return counts
  }
}
