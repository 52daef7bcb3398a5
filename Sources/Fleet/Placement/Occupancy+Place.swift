public import Units

extension Occupancy {
  /// Where a gang goes: the closest place there is, and there the nodes with the least room to
  /// spare, lowest first; nil if it doesn't fit.
  ///
  /// `DomainSearch` says which place is the closest. Of several models a gang gets one: the first
  /// that it names and that fits; where it names none, the first of the fleet file that fits, or
  /// else any mixture. `preferred` are nodes to use up before any other: those that a waiting gang
  /// could have by its reserved start, if this one will have ended by then.
  /// O(domains + nodes the gang takes), where the preferred nodes are not rare.
  ///
  /// - Parameter wait: how long the gang has waited; while that is less than its longest wait, the
  ///   level that it prefers is required.
  public func placement(
    of shape: GangShape, preferring preferred: ClearNodes? = nil,
    afterWaiting wait: TimeSpan = .zero
  ) -> Allocation? {
    var result: Allocation?
    forEachChoice(of: shape) { occupancy, choice in
      let picker = NodePicker(occupancy: occupancy, preferred: preferred)
      if shape.nodeCount == 1 {
        let node = picker.pick(one: shape.member, choice.members)
        result = occupancy.bind([NodePicker.Pick(node: node, member: shape.member)])
        return false
      }
      let search = occupancy.search(shape, choice, afterWaiting: wait)
      let (around, parts) = search.parts(Int(shape.members))
      guard !parts.isEmpty else { return true }
      result = occupancy.bind(picker.pick(shape, choice, parts, around))
      return false
    }
    return result
  }

  /// Whether a gang fits now. O(1) where only accelerators of any node are asked for
  public func fits(_ shape: GangShape, afterWaiting wait: TimeSpan = .zero) -> Bool {
    if shape.isPlain, !mustLook(for: shape.member) {
      guard hasRoom(for: shape.member, on: Int(shape.members)) else { return false }
      guard let rest = shape.rest else { return true }
      if !mustLook(for: rest) { return hasRoom(for: rest, on: Int(shape.members) + 1) }
    }
    var fits = false
    forEachChoice(of: shape) { occupancy, choice in
      fits =
        shape.nodeCount == 1
        || occupancy.search(shape, choice, afterWaiting: wait).fits(Int(shape.members))
      return !fits
    }
    return fits
  }

  /// How many nodes have room for one member. O(1) where only accelerators are asked for
  public func nodes(thatFit member: MemberShape) -> Int {
    guard Int(member.accelerators) <= topology.mostAcceleratorsPerNode else { return 0 }
    guard mustLook(for: member) else {
      return Int(atLeast[member.wholeNode ? idleRow : Int(member.accelerators)])
    }
    return candidates(for: member, in: nil)?.total ?? 0
  }

  private func hasRoom(for member: MemberShape, on count: Int) -> Bool {
    guard Int(member.accelerators) <= topology.mostAcceleratorsPerNode else { return false }
    return Int(atLeast[member.wholeNode ? idleRow : Int(member.accelerators)]) >= count
  }

  /// The nodes a gang may have, of one model or of any.
  struct Choice {
    var members: Candidates
    var rest: Candidates?
  }

  func search(
    _ shape: GangShape, _ choice: Choice, afterWaiting wait: TimeSpan
  ) -> DomainSearch {
    DomainSearch(
      self, members: choice.members, rest: choice.rest, closeness: shape.closeness,
      required: shape.closeness.required(afterWaiting: wait))
  }

  /// Visits what a gang may choose from, the best model first, until the visitor has enough; models
  /// without room for a single member are left out.
  func forEachChoice(
    of shape: GangShape, _ visit: (_ occupancy: Occupancy, _ choice: Choice) -> Bool
  ) {
    if let eligibility = shape.eligibility, eligibility.includesReserved {
      openingReserved().forEachModel(of: shape, visit)
    } else {
      forEachModel(of: shape, visit)
    }
  }

  private func forEachModel(
    of shape: GangShape, _ visit: (_ occupancy: Occupancy, _ choice: Choice) -> Bool
  ) {
    let eligible = topology.nodes(eligible: shape.eligibility)
    let named = shape.eligibility?.models ?? []
    let models = named.isEmpty ? topology.models : named
    if !named.isEmpty || models.count > 1 && shape.member.accelerators > 0 {
      for model in models {
        guard let index = topology.models.firstIndex(of: model) else { continue }
        var set = topology.nodesByModel[index]
        if let eligible { set.formIntersection(eligible) }
        guard let choice = choice(of: shape, in: set) else { continue }
        if !visit(self, choice) { return }
      }
      guard named.isEmpty else { return }
    }
    guard let choice = choice(of: shape, in: eligible) else { return }
    _ = visit(self, choice)
  }

  private func choice(of shape: GangShape, in eligible: NodeSet?) -> Choice? {
    guard let members = candidates(for: shape.member, in: eligible) else { return nil }
    guard let member = shape.rest else { return Choice(members: members, rest: nil) }
    return candidates(for: member, in: eligible).map { Choice(members: members, rest: $0) }
  }

  /// The fleet as it is for those that may have what is kept for a reservation.
  private func openingReserved() -> Occupancy {
    var open = self
    for (node, condition) in conditions.enumerated() where condition == .reserved {
      open.setCondition(.inService, of: topology.nodes[node].id)
    }
    return open
  }

  private func bind(_ picks: [NodePicker.Pick]) -> Allocation {
    var allocation = Allocation(slices: [])
    allocation.slices.reserveCapacity(picks.count)
    let needsHosts =
      topology.countsHosts && picks.contains { !$0.member.host.isEmpty || $0.member.wholeNode }
    for pick in picks {
      let member = pick.member
      var bits: UInt64 = 0
      if member.share == .whole {
        let free = accelerators(freeOn: pick.node)
        let isAll = member.wholeNode || free.nonzeroBitCount == Int(member.accelerators)
        bits = isAll ? free : devices(Int(member.accelerators), on: pick.node)
      } else {
        guard let parts = parts(for: member, on: pick.node) else {
          preconditionFailure("node \(pick.node) has no room for \(member)")
        }
        for var part in parts {
          part.slice = Int32(allocation.slices.count)
          allocation.shares.append(part)
        }
      }
      allocation.slices.append(
        NodeSlice(node: topology.nodes[pick.node].id, accelerators: bits))
      guard needsHosts else { continue }
      allocation.hosts.append(member.wholeNode ? host(freeOn: pick.node) : member.host)
    }
    return allocation
  }
}

extension GangShape {
  /// Whether it may have any nodes, and is put as close together as they are.
  var isPlain: Bool { eligibility == nil && closeness.isClosest }
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
