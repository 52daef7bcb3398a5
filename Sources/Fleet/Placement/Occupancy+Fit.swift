import Units

extension Occupancy {
  /// Whether a gang fits now. O(1) without cores, O(nodes) with.
  public func fits(_ shape: GangShape) -> Bool {
    let members = Int(shape.members)
    guard hasRoom(for: shape.member, on: members) else { return false }
    guard let rest = shape.rest else { return true }
    return hasRoom(for: rest, on: members + 1)
  }

  /// How many nodes have room for one member. O(1) without cores, O(nodes) with.
  public func nodes(thatFit member: MemberShape) -> Int {
    guard Int(member.accelerators) <= topology.mostAcceleratorsPerNode else { return 0 }
    guard mustLook(for: member) else { return Int(atLeast[firstRow(for: member)]) }
    return countNodes(thatFit: member, upTo: topology.nodes.count)
  }

  private func hasRoom(for member: MemberShape, on count: Int) -> Bool {
    guard Int(member.accelerators) <= topology.mostAcceleratorsPerNode else { return false }
    // The counter is an upper bound; where more than accelerators matters, look at the nodes.
    guard Int(atLeast[firstRow(for: member)]) >= count else { return false }
    return !mustLook(for: member) || countNodes(thatFit: member, upTo: count) >= count
  }

  /// Whether a row's count is not enough: cores are free or not beside the accelerators, and an
  /// idle node may be too small.
  private func mustLook(for member: MemberShape) -> Bool {
    !member.host.isEmpty || member.share != .whole
      || member.wholeNode && topology.nodeTypes.count > 1
  }

  private func countNodes(thatFit member: MemberShape, upTo enough: Int) -> Int {
    var count = 0
    forEachNode(thatFits: member) { _ in
      count += 1
      return count < enough
    }
    return count
  }

  private func firstRow(for member: MemberShape) -> Int {
    member.wholeNode ? idleRow : Int(member.accelerators)
  }

  /// Visits the nodes with room for a member, least room to spare first, then by index.
  ///
  /// The visitor says whether to go on.
  func forEachNode(thatFits member: MemberShape, _ visit: (_ node: Int) -> Bool) {
    let first = firstRow(for: member)
    let last = member.wholeNode ? idleRow : topology.mostAcceleratorsPerNode
    guard first <= last else { return }
    for row in first...last {
      var next = byFree.first(row: row)
      while let node = next {
        if fits(member, on: node), !visit(node) { return }
        next = byFree.first(row: row, from: node + 1)
      }
    }
  }

  /// Whether a member fits on a node of which at least its accelerators are free.
  private func fits(_ member: MemberShape, on node: Int) -> Bool {
    if member.wholeNode, member.accelerators > 0,
      topology.acceleratorFields[node].width < member.accelerators
    {
      return false
    }
    return member.host.isEmpty || host(freeOn: node).covers(member.host)
  }
}
