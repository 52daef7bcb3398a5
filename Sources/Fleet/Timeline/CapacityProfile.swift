public import Units

/// Free capacity over time, once the future holds promises as well as ends: a step function.
///
/// Shape: segment i lasts until segment i + 1 starts, the last one for ever. Each counts what is
/// free, and, unless the fleet is a pool, says what that is. Counts only filter: two nodes that are
/// free one after the other are not one node free throughout, so a window fits a gang if what is
/// free in all its segments has room for it. In a pool, where any node stands for any other and
/// each is held by one job at a time, counts decide: as long as no instant is overbooked, the
/// promises can be given nodes one after the other when they start (an interval graph's chromatic
/// number is its clique number), so there is nothing else to keep.
///
/// Complexity, with s segments and w words a map: finding a window O(s) in a pool, otherwise
/// O(s · window · w) at worst; holding and releasing O(segments of the window · slices).
public struct CapacityProfile: Sendable {
  private struct Segment: Sendable {
    var start: Instant
    /// Free accelerators, or nodes in a pool.
    var accelerators: Int
    var milliCores: Int
    /// What is free; nil in a pool.
    var free: Occupancy?
  }

  private let topology: Topology
  private var segments: [Segment]

  /// The nodes' conditions, which hold for ever as far as is known.
  private var conditions: [NodeCondition] = []

  /// A fleet that is free for ever from the beginning of time.
  public init(topology: Topology) {
    self.topology = topology
    segments = [
      Segment(
        start: .distantPast, accelerators: topology.acceleratorCount,
        milliCores: topology.milliCores,
        free: topology.isPool ? nil : Occupancy(topology: topology))
    ]
  }

  /// How many segments it has.
  public var segmentCount: Int { segments.count }

  /// Takes note of which nodes are in service now: no window is found on any other.
  public mutating func adoptConditions(of occupancy: Occupancy) {
    conditions = occupancy.conditions
  }

  /// Forgets what was before `now`.
  public mutating func advance(to now: Instant) {
    var past = 0
    while past + 1 < segments.count, segments[past + 1].start <= now { past += 1 }
    if past > 0 { segments.removeFirst(past) }
  }

  /// Marks what a gang has, or is promised, as taken over a window.
  public mutating func hold(_ shape: GangShape, as reservation: Reservation, for span: TimeSpan) {
    change(
      reservation, shape, from: reservation.start, to: reservation.start + span, isHeld: true)
  }

  /// Marks what a gang had, or was promised, as free from `from` to the end of its window.
  public mutating func release(
    _ shape: GangShape, as reservation: Reservation, for span: TimeSpan, from: Instant
  ) {
    let start = max(from, reservation.start)
    change(reservation, shape, from: start, to: reservation.start + span, isHeld: false)
  }

  /// The earliest window of `span` in which a gang fits, from `now` on and starting before
  /// `bound`; nil if there is none.
  public func earliestFit(
    of shape: GangShape, for span: TimeSpan, from now: Instant,
    before bound: Instant = .distantFuture
  ) -> Reservation? {
    let needed = need(of: shape)
    func isEnough(_ segment: Int) -> Bool {
      segments[segment].accelerators >= needed.accelerators
        && segments[segment].milliCores >= needed.milliCores
    }
    var segment = 0
    while segment < segments.count {
      let start = max(segments[segment].start, now)
      guard start < bound else { return nil }
      guard segment == 0 || gains(at: segment) else {
        segment += 1
        continue
      }
      let end = start + span
      var last = segment
      while isEnough(last), last + 1 < segments.count, segments[last + 1].start < end { last += 1 }
      if !isEnough(last) {
        segment = last + 1
      } else if topology.isPool {
        return Reservation(start: start, allocation: nil)
      } else if let allocation = allocation(for: shape, throughout: segment...last) {
        return Reservation(start: start, allocation: allocation)
      } else {
        segment += 1
      }
    }
    return nil
  }

  /// What a gang needs at least, counted; in a pool each member takes a node, and all of it.
  private func need(of shape: GangShape) -> (accelerators: Int, milliCores: Int) {
    if topology.isPool { return (shape.nodeCount, 0) }
    // A part of an accelerator may be left where no whole one is.
    let isWhole = shape.member.share == .whole
    return (isWhole ? shape.acceleratorCount : 0, shape.milliCores)
  }

  /// Whether something is free in a segment that was not in the one before: only there can a
  /// window start that could not have started sooner.
  private func gains(at segment: Int) -> Bool {
    let (now, before) = (segments[segment], segments[segment - 1])
    guard now.accelerators <= before.accelerators, now.milliCores <= before.milliCores,
      let after = now.free, let sooner = before.free
    else {
      return now.accelerators > before.accelerators || now.milliCores > before.milliCores
    }
    return after.hasMore(than: sooner)
  }

  private func allocation(
    for shape: GangShape, throughout window: ClosedRange<Int>
  ) -> Allocation? {
    guard mayFit(shape, throughout: window) else { return nil }
    let states = segments[window].compactMap(\.free)
    return Occupancy(common: states[...], conditions: conditions).placement(of: shape)
  }

  /// Whether enough nodes keep enough accelerators throughout: it filters as counts do, but sees
  /// that two nodes free one after the other are not one. O(window · w + nodes)
  private func mayFit(_ shape: GangShape, throughout window: ClosedRange<Int>) -> Bool {
    let wanted = shape.member.share == .whole ? Int(shape.member.accelerators) : 0
    guard wanted > 0, var common = segments[window.lowerBound].free?.freeMap else { return true }
    for segment in window.dropFirst() {
      guard let map = segments[segment].free?.freeMap else { return true }
      for word in common.indices { common[word] &= map[word] }
    }
    var nodes = Int(shape.members)
    for field in topology.acceleratorFields {
      let bits = common[Int(field.word)] >> UInt64(field.shift) & field.ones
      guard bits.nonzeroBitCount >= wanted else { continue }
      nodes -= 1
      if nodes == 0 { return true }
    }
    return false
  }

  private mutating func change(
    _ reservation: Reservation, _ shape: GangShape, from: Instant, to: Instant, isHeld: Bool
  ) {
    guard from < to else { return }
    let first = segment(startingAt: from)
    let end = segment(startingAt: to)
    for index in first..<end {
      if let allocation = reservation.allocation, segments[index].free != nil {
        if isHeld {
          segments[index].free?.take(allocation)
        } else {
          segments[index].free?.giveBack(allocation)
        }
        segments[index].accelerators = segments[index].free?.freeAccelerators ?? 0
        segments[index].milliCores += isHeld ? -allocation.milliCores : allocation.milliCores
      } else {
        let nodes = need(of: shape).accelerators
        segments[index].accelerators += isHeld ? -nodes : nodes
        precondition(
          (0...topology.acceleratorCount).contains(segments[index].accelerators),
          "the profile is overbooked")
      }
    }
    mergeIfEqual(end)
    mergeIfEqual(first)
  }

  /// The index of the segment that starts just then, which is made if there is none.
  private mutating func segment(startingAt instant: Instant) -> Int {
    var low = 0
    var high = segments.count
    while low < high {
      let middle = (low + high) / 2
      if segments[middle].start < instant { low = middle + 1 } else { high = middle }
    }
    if low < segments.count, segments[low].start == instant { return low }
    if low == 0 {
      // Before the first segment: what it says of its beginning was true before, too.
      segments[0].start = instant
      return 0
    }
    var segment = segments[low - 1]
    segment.start = instant
    segments.insert(segment, at: low)
    return low
  }

  private mutating func mergeIfEqual(_ segment: Int) {
    guard segment > 0, segment < segments.count,
      segments[segment].accelerators == segments[segment - 1].accelerators,
      segments[segment].milliCores == segments[segment - 1].milliCores,
      segments[segment].free == segments[segment - 1].free
    else { return }
    segments.remove(at: segment)
  }
}

extension Occupancy {
  /// What is free in all of several states of one fleet, on nodes in these conditions. O(nodes)
  ///
  /// - Precondition: there is at least one state.
  fileprivate init(common states: ArraySlice<Occupancy>, conditions: [NodeCondition]) {
    guard let first = states.first else { preconditionFailure("nothing in common") }
    let topology = first.topology
    var map = first.freeMap
    var hosts = first.freeHosts
    var residuals = first.residuals
    for state in states.dropFirst() {
      for word in map.indices { map[word] &= state.freeMap[word] }
      for node in hosts.indices { hosts[node] = hosts[node].common(with: state.freeHosts[node]) }
      guard !residuals.isEmpty else { continue }
      for node in topology.ids.indices {
        let first = Int(topology.firstDevices[node])
        for device in first..<first + Int(topology.acceleratorFields[node].width) {
          switch topology.sharing(of: node) {
          case .mig: residuals[device] &= state.residuals[device]
          case .none, .fractions:
            residuals[device] = min(residuals[device], state.residuals[device])
          }
        }
      }
    }
    self.init(
      topology: topology, freeMap: map, freeHosts: hosts, residuals: residuals,
      conditions: conditions)
  }

  /// Whether anything is free that is not free in another state. O(nodes)
  fileprivate func hasMore(than other: Occupancy) -> Bool {
    for word in freeMap.indices where freeMap[word] & ~other.freeMap[word] != 0 { return true }
    for node in freeHosts.indices where !other.freeHosts[node].covers(freeHosts[node]) {
      return true
    }
    // Slices are compared as numbers are: that one is free which was not makes a difference.
    return residuals != other.residuals
  }
}
