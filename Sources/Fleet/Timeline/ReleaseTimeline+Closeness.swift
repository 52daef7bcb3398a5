public import Units

extension ReleaseTimeline {
  /// The earliest instant from which a gang fits, `distantPast` if it fits now and
  /// `distantFuture` if it never does.
  ///
  /// Where a gang may have any nodes, their clear times say it: O(nodes). Where it must be close,
  /// or may not have all nodes, what is free then decides: room only grows, so the instants at
  /// which somebody ends are searched by halves. O(nodes · log ends)
  ///
  /// - Precondition: `occupancy` is what the holders of this timeline leave free.
  public func earliestStart(of shape: GangShape, on occupancy: Occupancy) -> Instant {
    if countsDecide(for: shape, occupancy) { return earliestStart(of: shape) }
    guard !occupancy.fits(shape) else { return .distantPast }
    let ends = ends
    var low = 0
    var high = ends.count
    while low < high {
      let middle = (low + high) / 2
      if self.occupancy(at: ends[middle], from: occupancy).fits(shape) {
        high = middle
      } else {
        low = middle + 1
      }
    }
    return low < ends.count ? ends[low] : .distantFuture
  }

  /// Whether a gang fits before an instant: whether its earliest start is less.
  public func hasRoom(
    for shape: GangShape, before instant: Instant, on occupancy: Occupancy
  ) -> Bool {
    if countsDecide(for: shape, occupancy) { return hasRoom(for: shape, before: instant) }
    guard instant > .distantPast else { return false }
    let last = Instant(milliseconds: instant.milliseconds - 1)
    return self.occupancy(at: last, from: occupancy).fits(shape)
  }

  /// Whether the nodes' clear times say when a gang fits.
  func countsDecide(for shape: GangShape, _ occupancy: Occupancy) -> Bool {
    shape.isPlain && occupancy.conditions.isEmpty && !topology.sharesDevices
  }

  /// What will be free at an instant if everybody who is to end by then has, and nobody starts.
  func occupancy(at instant: Instant, from occupancy: Occupancy) -> Occupancy {
    var then = occupancy
    for node in topology.ids.indices {
      let released = released(on: node, by: instant)
      let parts = releasedParts(on: node, by: instant)
      guard released.bits != 0 || !released.host.isEmpty || !parts.isEmpty else { continue }
      let slice = NodeSlice(node: topology.ids[node], accelerators: released.bits)
      then.giveBack(
        Allocation(
          slices: [slice], hosts: topology.countsHosts ? [released.host] : [], shares: parts))
    }
    return then
  }

  /// What a gang that must be close, or may not have all nodes, holds back of what is free now:
  /// its place at its start, as far as that is free already.
  func heldBack(for shape: GangShape, at start: Instant, of occupancy: Occupancy) -> Allocation {
    guard let place = self.occupancy(at: start, from: occupancy).placement(of: shape) else {
      preconditionFailure("\(shape) does not fit by \(start.milliseconds)")
    }
    var heldBack = Allocation(slices: place.slices, hosts: place.hosts)
    for share in place.shares {
      // Whoever takes another part of it would not be gone in time: all of it is kept.
      heldBack.slices[Int(share.slice)].accelerators |= 1 << UInt64(share.device)
    }
    for (index, slice) in place.slices.enumerated() {
      let node = topology.index(of: slice.node)
      heldBack.slices[index].accelerators &= occupancy.accelerators(freeOn: node)
      if !heldBack.hosts.isEmpty {
        heldBack.hosts[index] = heldBack.hosts[index].common(with: occupancy.host(freeOn: node))
      }
    }
    return heldBack
  }
}
