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
  /// - Parameters:
  ///   - wait: how long the gang has waited; while that is less than its longest wait, the level
  ///     that it prefers is required.
  ///   - mix: the requests seen so far. A gang of one that takes a part of a node goes where least
  ///     is lost for them; without it, or where nodes are alike, to the least room to spare.
  public func placement(
    of shape: GangShape, preferring preferred: ClearNodes? = nil,
    afterWaiting wait: TimeSpan = .zero, among mix: RequestMix? = nil
  ) -> Allocation? {
    var result: Allocation?
    forEachChoice(of: shape) { occupancy, choice in
      let picker = NodePicker(preferred: preferred)
      if shape.nodeCount == 1 {
        if let mix, mix.isNeeded, shape.member.takesPart(of: topology) {
          let (node, device) = occupancy.cheapest(
            shape.member, choice.members, picker, by: mix.value)
          result = occupancy.bind(shape, NodePicker.Picks(nodes: [Int32(node)]), device: device)
          return false
        }
        let node = picker.pick(one: shape.member, on: occupancy, choice.members)
        result = occupancy.bind(shape, NodePicker.Picks(nodes: [Int32(node)]))
        return false
      }
      let search = occupancy.search(shape, choice, afterWaiting: wait)
      let (around, parts) = search.parts(Int(shape.members))
      guard !parts.isEmpty else { return true }
      result = occupancy.bind(shape, picker.pick(shape, on: occupancy, choice, parts, around))
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
    guard mayFit(shape) else { return false }
    var fits = false
    forEachChoice(of: shape) { occupancy, choice in
      fits =
        shape.nodeCount == 1
        || choice.fits(shape, afterWaiting: wait)
          ?? occupancy.search(shape, choice, afterWaiting: wait).fits(Int(shape.members))
      return !fits
    }
    return fits
  }

  /// Whether the fleet's counts leave room for a gang: a filter. O(1)
  public func mayFit(_ shape: GangShape) -> Bool {
    guard shape.member.share == .whole, shape.eligibility?.includesReserved != true,
      Int(shape.member.accelerators) <= topology.mostAcceleratorsPerNode
    else { return true }
    guard atLeast[Int(shape.member.accelerators)] >= Int32(shape.members) else { return false }
    guard let rest = shape.rest, rest.share == .whole else { return true }
    return atLeast[Int(rest.accelerators)] > Int32(shape.members)
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

    /// Whether a gang fits on them that may be anywhere; nil where it must be close together.
    func fits(_ shape: GangShape, afterWaiting wait: TimeSpan) -> Bool? {
      guard shape.closeness.required(afterWaiting: wait) == nil, shape.closeness.segments.isEmpty
      else { return nil }
      return members.total >= Int(shape.members)
        && (rest.map { $0.total > Int(shape.members) } ?? true)
    }
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
  func openingReserved() -> Occupancy {
    var open = self
    for (node, condition) in conditions.enumerated() where condition == .reserved {
      open.setCondition(.inService, of: topology.nodes[node].id)
    }
    return open
  }

  /// - Parameter device: the accelerator to share, where that is chosen already.
  private func bind(
    _ shape: GangShape, _ picks: NodePicker.Picks, device: Int? = nil
  ) -> Allocation {
    var allocation = Allocation(slices: [])
    allocation.slices.reserveCapacity(shape.nodeCount)
    if shape.rest == nil, shape.takesWholeNodes(of: topology) {
      let ids = topology.ids
      for node in picks.nodes {
        let node = Int(node)
        allocation.slices.append(
          NodeSlice(node: ids[node], accelerators: accelerators(freeOn: node)))
      }
      return allocation
    }
    var rest = picks.rest
    for node in picks.nodes {
      if let before = rest, let member = shape.rest, before < node {
        bind(member, to: Int(before), nil, &allocation)
        rest = nil
      }
      bind(shape.member, to: Int(node), device, &allocation)
    }
    if let last = rest, let member = shape.rest { bind(member, to: Int(last), nil, &allocation) }
    if topology.countsHosts, !shape.needsHosts { allocation.hosts = [] }
    return allocation
  }

  /// Adds what a member gets of a node to what its gang has.
  ///
  /// - Parameter device: the accelerator of which it gets a part; nil: the one with the least left.
  @inline(__always)
  func bind(
    _ member: MemberShape, to node: Int, _ device: Int?, _ allocation: inout Allocation
  ) {
    var bits: UInt64 = 0
    if member.share == .whole {
      bits = accelerators(freeOn: node)
      if !member.wholeNode, bits.nonzeroBitCount > Int(member.accelerators) {
        bits = devices(Int(member.accelerators), on: node)
      }
    } else if case .milli(let part) = member.share, let device, member.accelerators == 1 {
      allocation.shares.append(
        DeviceHold(slice: allocation.slices.count, device: device, amount: part))
    } else {
      guard let parts = parts(for: member, on: node) else {
        preconditionFailure("node \(node) has no room for \(member)")
      }
      for var part in parts {
        part.slice = Int32(allocation.slices.count)
        allocation.shares.append(part)
      }
    }
    allocation.slices.append(NodeSlice(node: topology.ids[node], accelerators: bits))
    guard topology.countsHosts else { return }
    allocation.hosts.append(member.wholeNode ? host(freeOn: node) : member.host)
  }
}

extension MemberShape {
  /// Whether it leaves some of any node's accelerators to others, and is no slice.
  fileprivate func takesPart(of topology: Topology) -> Bool {
    if case .mig = share { return false }
    return !wholeNode && Int(accelerators) < topology.mostAcceleratorsPerNode
  }
}

extension GangShape {
  /// Which nodes it may have, of which any has to have room for all of it: those of each model that
  /// it names, or all.
  public var alternatives: [Eligibility?] {
    guard let eligibility, eligibility.models.count > 1 else { return [eligibility] }
    return eligibility.models.map { eligibility.with(models: [$0]) }
  }

  /// Whether it may have any nodes, and is put as close together as they are.
  var isPlain: Bool { eligibility == nil && closeness.isClosest }

  /// Whether each member takes all the accelerators of a node, and there is nothing else to take.
  func takesWholeNodes(of topology: Topology) -> Bool {
    topology.areNodesAlike && member.share == .whole
      && (member.wholeNode || Int(member.accelerators) == topology.mostAcceleratorsPerNode)
  }

  /// Whether it holds anything of its nodes' hosts.
  var needsHosts: Bool {
    func needs(_ member: MemberShape) -> Bool { !member.host.isEmpty || member.wholeNode }
    return needs(member) || rest.map(needs) == true
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
