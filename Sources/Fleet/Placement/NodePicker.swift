import Units

/// Picks the nodes inside the domains that a search has chosen.
///
/// Preferred nodes come first, then nodes whose free accelerators are aligned for the member, then
/// those with the least room to spare, then the lowest.
struct NodePicker {
  /// A node, and what it is to hold.
  struct Pick {
    var node: Int
    var member: MemberShape
  }

  let occupancy: Occupancy
  let preferred: ClearNodes?

  /// The nodes of a gang, in order.
  func pick(
    _ shape: GangShape, _ choice: Occupancy.Choice, _ parts: [DomainSearch.Part], _ around: Int?
  ) -> [Pick] {
    var picks: [Pick] = []
    picks.reserveCapacity(shape.nodeCount)
    for part in parts {
      pick(part.nodes, shape.member, choice.members, in: nodes(of: part.domain), [], &picks)
    }
    if let rest = shape.rest, let candidates = choice.rest {
      let taken = picks.map(\.node).sorted()
      // In a domain that the gang is in already, if it can be, and there where it leaves least.
      var options: [Pick] = []
      for part in parts { pick(1, rest, candidates, in: nodes(of: part.domain), taken, &options) }
      if options.isEmpty { pick(1, rest, candidates, in: nodes(of: around), taken, &options) }
      let best = options.min {
        let (a, b) = (roomToSpare(rest, $0.node), roomToSpare(rest, $1.node))
        return a != b ? a < b : $0.node < $1.node
      }
      if let best { picks.append(best) }
    }
    guard picks.count == shape.nodeCount else {
      preconditionFailure("\(shape) fits but only \(picks.count) nodes were found")
    }
    if picks.count > 1 { picks.sort { $0.node < $1.node } }
    return picks
  }

  /// The node of a gang of one: used nodes before idle ones of the same room, and idle ones where
  /// the closest domains have the least room left.
  ///
  /// - Precondition: there is a candidate.
  func pick(one member: MemberShape, _ candidates: Candidates) -> Int {
    for pass in passes(for: member) {
      for row in candidates.rows where occupancy.hasNodes(inRow: row) {
        if let node = first(row, member, candidates, pass) { return node }
      }
    }
    preconditionFailure("\(member) fits but no node was found")
  }

  /// The best candidate of a row; nil where none of it is in this pass.
  private func first(
    _ row: Int, _ member: MemberShape, _ candidates: Candidates, _ pass: Int
  ) -> Int? {
    let topology = occupancy.topology
    if candidates.mask == nil, passes(for: member).count == 1, topology.areNodesAlike {
      guard row >= topology.mostAcceleratorsPerNode else { return occupancy.byFree.first(row: row) }
      return closest(Candidates(rows: row...row, mask: nil, total: candidates.total))
    }
    var idle = NodeSet(count: topology.nodes.count)
    var idleCount = 0
    for word in idle.words.indices {
      var bits = occupancy.byFree.word(row: row, at: word)
      if let mask = candidates.mask { bits &= mask.words[word] }
      bits = only(bits, word, of: pass, member)
      let idleBits = bits & occupancy.byFree.word(row: occupancy.idleRow, at: word)
      guard bits == idleBits else { return word << 6 | (bits & ~idleBits).trailingZeroBitCount }
      idle.words[word] = idleBits
      idleCount += idleBits.nonzeroBitCount
    }
    guard idleCount > 0 else { return nil }
    return closest(Candidates(rows: row...row, mask: idle, total: idleCount))
  }

  /// The bits of a word whose nodes are in a pass.
  private func only(_ bits: UInt64, _ word: Int, of pass: Int, _ member: MemberShape) -> UInt64 {
    guard preferred != nil || needsAlignment(member) else { return bits }
    var result = bits
    var rest = bits
    while rest != 0 {
      let bit = rest.trailingZeroBitCount
      if !isIn(pass, word << 6 | bit, member) { result &= ~(1 << UInt64(bit)) }
      rest &= rest - 1
    }
    return result
  }

  /// One of several nodes of one row: where the closest domains have the least room left.
  private func closest(_ candidates: Candidates) -> Int {
    let row = candidates.rows.lowerBound
    var range = occupancy.topology.nodes.indices
    if !occupancy.topology.domains.isEmpty {
      let search = DomainSearch(
        occupancy, members: candidates, rest: nil, closeness: .closest, required: nil)
      range = nodes(of: search.parts(1).parts[0].domain)
    }
    var next = occupancy.byFree.first(row: row, from: range.lowerBound)
    while let node = next, !(candidates.mask?.contains(node) ?? true) {
      next = occupancy.byFree.first(row: row, from: node + 1)
    }
    guard let next, range.contains(next) else {
      preconditionFailure("a domain with room has no node of it")
    }
    return next
  }

  /// The passes that a member's candidates are gone through in.
  private func passes(for member: MemberShape) -> ClosedRange<Int> {
    preferred == nil && !needsAlignment(member) ? 3...3 : 0...3
  }

  /// Whether a node belongs to a pass that no pass before it would have: what is preferred before
  /// what is not, and aligned before what is not.
  @inline(__always)
  private func isIn(_ pass: Int, _ node: Int, _ member: MemberShape) -> Bool {
    guard preferred != nil || needsAlignment(member) else { return true }
    let isPreferred = preferred?.contains(node) ?? true
    let isAligned =
      !needsAlignment(member) || occupancy.isAligned(Int(member.accelerators), on: node)
    return (isPreferred ? 0 : 2) + (isAligned ? 0 : 1) == pass
  }

  private func roomToSpare(_ member: MemberShape, _ node: Int) -> Int {
    occupancy.accelerators(freeOn: node).nonzeroBitCount - Int(member.accelerators)
  }

  private func nodes(of domain: Int?) -> Range<Int> {
    domain.map { occupancy.topology.domains[$0].nodes } ?? occupancy.topology.nodes.indices
  }

  private func pick(
    _ count: Int, _ member: MemberShape, _ candidates: Candidates, in range: Range<Int>,
    _ taken: [Int], _ picks: inout [Pick]
  ) {
    let enough = picks.count + count
    for pass in passes(for: member) {
      for row in candidates.rows {
        var next = occupancy.byFree.first(row: row, from: range.lowerBound)
        while let node = next, node < range.upperBound {
          if candidates.mask?.contains(node) ?? true, isIn(pass, node, member),
            taken.isEmpty || !taken.contains(sorted: node)
          {
            picks.append(Pick(node: node, member: member))
            if picks.count == enough { return }
          }
          next = occupancy.byFree.first(row: row, from: node + 1)
        }
      }
    }
  }

  /// Whether it matters which of a node's accelerators are free.
  private func needsAlignment(_ member: MemberShape) -> Bool {
    member.accelerators > 1 && member.share == .whole && occupancy.topology.hasIslands
  }
}
