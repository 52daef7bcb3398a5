import Units

/// Picks the nodes inside the domains that a search has chosen.
///
/// Preferred nodes come first, then nodes whose free accelerators are aligned for the member, then
/// those with the least room to spare, then the lowest.
struct NodePicker {
  /// The nodes of a gang.
  struct Picks {
    /// Those of its members, in order.
    var nodes: [Int32] = []
    /// That of its rest.
    var rest: Int32?
  }

  let preferred: ClearNodes?

  /// The nodes of a gang.
  func pick(
    _ shape: GangShape, on occupancy: Occupancy, _ choice: Occupancy.Choice,
    _ parts: [DomainSearch.Part], _ around: Int?
  ) -> Picks {
    var picks = Picks()
    picks.nodes.reserveCapacity(Int(shape.members))
    for part in parts {
      pick(
        part.nodes, shape.member, choice.members, in: occupancy.nodes(of: part.domain), [],
        occupancy,
        &picks.nodes)
    }
    guard picks.nodes.count == Int(shape.members) else {
      preconditionFailure("\(shape) fits but only \(picks.nodes.count) nodes were found")
    }
    if !picks.nodes.isSorted { picks.nodes.sort() }
    guard let rest = shape.rest, let candidates = choice.rest else { return picks }
    // In a domain that the gang is in already, if it can be, and there where it leaves least.
    var options: [Int32] = []
    for part in parts {
      pick(
        1, rest, candidates, in: occupancy.nodes(of: part.domain), picks.nodes, occupancy, &options)
    }
    // Else in the domains around those, step by step outwards.
    var outer = parts.compactMap(\.domain)
    while options.isEmpty, !outer.isEmpty {
      var parents: [Int] = []
      for domain in outer {
        let parent = Int(occupancy.topology.tree[domain].parent)
        if parent >= 0, !parents.contains(parent) { parents.append(parent) }
      }
      outer = parents
      for domain in outer {
        pick(
          1, rest, candidates, in: occupancy.nodes(of: domain), picks.nodes, occupancy, &options)
      }
    }
    if options.isEmpty {
      pick(1, rest, candidates, in: occupancy.nodes(of: around), picks.nodes, occupancy, &options)
    }
    picks.rest = options.min {
      let (a, b) = (
        occupancy.roomToSpare(rest, $0), occupancy.roomToSpare(rest, $1)
      )
      return a != b ? a < b : $0 < $1
    }
    precondition(picks.rest != nil, "\(shape) fits but its rest does not")
    return picks
  }

  /// The node of a gang of one: used nodes before idle ones of the same room, and idle ones where
  /// the closest domains have the least room left.
  ///
  /// - Precondition: there is a candidate.
  func pick(one member: MemberShape, on occupancy: Occupancy, _ candidates: Candidates) -> Int {
    for pass in passes(for: member, occupancy) {
      for row in candidates.rows where occupancy.hasNodes(inRow: row) {
        if let node = first(row, member, candidates, pass, occupancy) { return node }
      }
    }
    preconditionFailure("\(member) fits but no node was found")
  }

  /// The best candidate of a row; nil where none of it is in this pass.
  private func first(
    _ row: Int, _ member: MemberShape, _ candidates: Candidates, _ pass: Int,
    _ occupancy: Occupancy
  ) -> Int? {
    let topology = occupancy.topology
    if candidates.mask == nil, passes(for: member, occupancy).count == 1, topology.areNodesAlike {
      guard row >= topology.mostAcceleratorsPerNode else { return occupancy.byFree.first(row: row) }
      return occupancy.closest(Candidates(rows: row...row, mask: nil, total: candidates.total))
    }
    var idle = NodeSet(count: topology.nodes.count)
    var idleCount = 0
    for word in idle.words.indices {
      var bits = occupancy.byFree.word(row: row, at: word)
      if let mask = candidates.mask { bits &= mask.words[word] }
      bits = only(bits, word, of: pass, member, occupancy)
      let idleBits = bits & occupancy.byFree.word(row: occupancy.idleRow, at: word)
      guard bits == idleBits else { return word << 6 | (bits & ~idleBits).trailingZeroBitCount }
      idle.words[word] = idleBits
      idleCount += idleBits.nonzeroBitCount
    }
    guard idleCount > 0 else { return nil }
    return occupancy.closest(Candidates(rows: row...row, mask: idle, total: idleCount))
  }

  /// The bits of a word whose nodes are in a pass.
  private func only(
    _ bits: UInt64, _ word: Int, of pass: Int, _ member: MemberShape, _ occupancy: Occupancy
  ) -> UInt64 {
    guard preferred != nil || occupancy.needsAlignment(member) else { return bits }
    var result = bits
    var rest = bits
    while rest != 0 {
      let bit = rest.trailingZeroBitCount
      if !isIn(pass, word << 6 | bit, member, occupancy) { result &= ~(1 << UInt64(bit)) }
      rest &= rest - 1
    }
    return result
  }

  /// The passes that a member's candidates are gone through in.
  private func passes(for member: MemberShape, _ occupancy: Occupancy) -> ClosedRange<Int> {
    preferred == nil && !occupancy.needsAlignment(member) ? 3...3 : 0...3
  }

  /// Whether a node belongs to a pass that no pass before it would have: what is preferred before
  /// what is not, and aligned before what is not.
  @inline(__always)
  private func isIn(
    _ pass: Int, _ node: Int, _ member: MemberShape, _ occupancy: Occupancy
  ) -> Bool {
    guard preferred != nil || occupancy.needsAlignment(member) else { return true }
    return self.pass(of: node, member, occupancy) == pass
  }

  /// The pass that a node belongs to.
  func pass(of node: Int, _ member: MemberShape, _ occupancy: Occupancy) -> Int {
    let isPreferred = preferred?.contains(node) ?? true
    let isAligned =
      !occupancy.needsAlignment(member) || occupancy.isAligned(Int(member.accelerators), on: node)
    return (isPreferred ? 0 : 2) + (isAligned ? 0 : 1)
  }

  private func pick(
    _ count: Int, _ member: MemberShape, _ candidates: Candidates, in range: Range<Int>,
    _ taken: [Int32], _ occupancy: Occupancy, _ picks: inout [Int32]
  ) {
    let enough = picks.count + count
    for pass in passes(for: member, occupancy) {
      for row in candidates.rows where occupancy.hasNodes(inRow: row) {
        forEachWord(of: range) { word, inside in
          guard picks.count < enough else { return }
          var bits = occupancy.byFree.word(row: row, at: word) & inside
          guard bits != 0 else { return }
          if let mask = candidates.mask { bits &= mask.words[word] }
          bits = only(bits, word, of: pass, member, occupancy)
          while bits != 0, picks.count < enough {
            let node = Int32(word << 6 | bits.trailingZeroBitCount)
            if taken.isEmpty || !taken.contains(sorted: node) { picks.append(node) }
            bits &= bits - 1
          }
        }
        guard picks.count < enough else { return }
      }
    }
  }

}

extension Occupancy {
  /// One of several nodes of one row: where the closest domains have the least room left.
  func closest(_ candidates: Candidates) -> Int {
    let row = candidates.rows.lowerBound
    var range = topology.ids.indices
    if !topology.domains.isEmpty {
      let search = DomainSearch(
        self, members: candidates, rest: nil, closeness: .closest, required: nil)
      range = nodes(of: search.parts(1).parts[0].domain)
    }
    var next = byFree.first(row: row, from: range.lowerBound)
    while let node = next, !(candidates.mask?.contains(node) ?? true) {
      next = byFree.first(row: row, from: node + 1)
    }
    guard let next, range.contains(next) else {
      preconditionFailure("a domain with room has no node of it")
    }
    return next
  }

  fileprivate func roomToSpare(_ member: MemberShape, _ node: Int32) -> Int {
    accelerators(freeOn: Int(node)).nonzeroBitCount - Int(member.accelerators)
  }

  fileprivate func nodes(of domain: Int?) -> Range<Int> {
    domain.map { topology.tree[$0].nodes } ?? topology.ids.indices
  }

  /// Whether it matters which of a node's accelerators are free.
  fileprivate func needsAlignment(_ member: MemberShape) -> Bool {
    member.accelerators > 1 && member.share == .whole && topology.hasIslands
  }
}

extension [Int32] {
  /// Whether no element is less than the one before it. O(n)
  fileprivate var isSorted: Bool {
    var last = Int32.min
    for element in self {
      guard last <= element else { return false }
      last = element
    }
    return true
  }

  /// Whether a sorted array has an element. O(log n)
  fileprivate func contains(sorted element: Int32) -> Bool {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < element { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low] == element
  }
}
