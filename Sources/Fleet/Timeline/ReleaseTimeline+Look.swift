public import Units

/// Gangs of which counting clear nodes does not say whether they fit.
extension ReleaseTimeline {
  /// Whether one must look at what is free at an instant to say whether a gang fits then: it cares
  /// which nodes it has, or has parts of accelerators.
  public func mustLook(for shape: GangShape) -> Bool {
    !shape.closeness.isClosest || shape.eligibility != nil || shape.member.share != .whole
      || shape.rest.map { $0.share != .whole } == true
  }

  /// What is free, and in service, once all have ended whose end is at an instant or before.
  ///
  /// O(nodes + holders)
  public func room(at instant: Instant) -> Occupancy { room { $0 <= instant } }

  /// What is free, and in service, once all have ended whose end is one of these.
  func room(whereHasEnded hasEnded: (Instant) -> Bool) -> Occupancy {
    let empty = Occupancy(topology: topology)
    var map = empty.freeMap
    var hosts = empty.freeHosts
    var residuals = empty.residuals
    for node in topology.nodes.indices {
      let field = topology.acceleratorFields[node]
      let first = Int(topology.firstDevices[node])
      for holder in holders[node] where !hasEnded(holder.end) {
        // A node without accelerators has no word of its own.
        if holder.accelerators != 0 {
          map[Int(field.word)] &= ~(holder.accelerators << UInt64(field.shift))
        }
        if !hosts.isEmpty { hosts[node] -= holder.host }
        guard !residuals.isEmpty else { continue }
        var rest = holder.accelerators
        while rest != 0 {
          residuals[first + rest.trailingZeroBitCount] = 0
          rest &= rest - 1
        }
      }
      guard !partHolders.isEmpty else { continue }
      let sharing = topology.nodeTypes[topology.nodes[node].type].sharing
      for holder in partHolders[node] where !hasEnded(holder.end) {
        map[Int(field.word)] &= ~(1 << UInt64(field.shift + holder.device))
        let device = first + Int(holder.device)
        residuals[device] = sharing.residual(residuals[device], after: .hold, of: holder.amount)
      }
    }
    return Occupancy(
      topology: topology, freeMap: map, freeHosts: hosts, residuals: residuals,
      conditions: conditions)
  }

  /// The earliest instant from which a gang fits, found by halving: room only grows from now on.
  func earliestStart(lookingFor shape: GangShape) -> Instant {
    let least = leastStart(of: shape)
    guard least < .distantFuture else { return .distantFuture }
    // Most often it need not be close to what is held, and starts when enough nodes are clear.
    if room(at: least).fits(shape) { return least }
    let ends = ends(after: least)
    var low = 0
    var high = ends.count
    while low < high {
      let middle = (low + high) / 2
      if room(at: ends[middle]).fits(shape) { high = middle } else { low = middle + 1 }
    }
    return low < ends.count ? ends[low] : .distantFuture
  }

  /// An instant before which a gang certainly does not fit.
  private func leastStart(of shape: GangShape) -> Instant {
    // Clear times know nothing of parts, nor of nodes that are kept for some.
    guard shape.member.share == .whole, shape.rest.map({ $0.share == .whole }) != false,
      shape.eligibility?.includesReserved != true
    else { return .distantPast }
    return earliestClearStart(of: shape)
  }

  /// The instants after another, without `distantFuture`, at which something ends, in order.
  private func ends(after least: Instant) -> [Instant] {
    var ends: [Instant] = []
    for node in holders {
      for holder in node where holder.end > least { ends.append(holder.end) }
    }
    for node in partHolders {
      for holder in node where holder.end > least { ends.append(holder.end) }
    }
    ends.sort()
    var distinct: [Instant] = []
    for end in ends where end != distinct.last && end < .distantFuture { distinct.append(end) }
    return distinct
  }
}

extension ReleaseTimeline {
  /// What is free now and need not be kept for a gang that must be looked for.
  func openRoom(
    lookingFor shape: GangShape, at start: Instant, of occupancy: Occupancy
  ) -> Occupancy {
    let isWanted = topology.nodes.indices.map { node in
      cost(of: shape.member, on: node, at: start, occupancy) == 0
        ? Instant.distantPast : .distantFuture
    }
    let wanted = ClearNodes(times: isWanted[...], instant: start)
    guard let allocation = room(at: start).placement(of: shape, preferring: wanted) else {
      preconditionFailure("\(shape) does not fit by \(start.milliseconds)")
    }
    var given = Given(needsHosts: !allocation.hosts.isEmpty)
    for (index, slice) in allocation.slices.enumerated() {
      holdBack(
        slice.accelerators.nonzeroBitCount,
        allocation.hosts.isEmpty ? .none : allocation.hosts[index],
        on: topology.index(of: slice.node), at: start, occupancy, &given)
    }
    // Of an accelerator that it has a part of then, nobody else may have another part until then.
    for share in allocation.shares {
      let node = topology.index(of: allocation.slices[Int(share.slice)].node)
      given.closed.append((node, 1 << UInt64(share.device)))
    }
    return given.openRoom(of: occupancy)
  }
}
