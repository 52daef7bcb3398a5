public import Units

/// Free capacity over time, once the future holds promises as well as ends: a step function.
///
/// Shape: segment i lasts from `starts[i]` to `starts[i + 1]`, the last one for ever. Each segment
/// counts what is free, and, unless the fleet is a pool, carries the free map itself. Counts only
/// filter: two nodes that are free one after the other are not one node free throughout, so a
/// window fits a gang if the maps of its segments, ANDed, have room for it. In a pool, where any
/// node stands for any other and each is held by one job at a time, counts decide: as long as no
/// instant is overbooked, the promises can be given nodes one after the other when they start (an
/// interval graph's chromatic number is its clique number), so there is no map to keep.
///
/// Complexity, with s segments and w words a map: finding a window O(s) in a pool, otherwise
/// O(s · window · w) at worst; holding and releasing O(s · w).
public struct CapacityProfile: Sendable {
  private let topology: Topology
  private let wordsPerMap: Int
  private let hostsPerMap: Int
  private var starts: [Instant]
  private var free: [Int]
  private var maps: [UInt64]
  private var hosts: [HostShare]

  /// A fleet that is free for ever from the beginning of time.
  public init(topology: Topology) {
    self.topology = topology
    wordsPerMap = topology.isPool ? 0 : topology.mapWordCount
    starts = [.distantPast]
    free = [topology.acceleratorCount + topology.milliCores]
    maps = topology.isPool ? [] : Occupancy(topology: topology).freeMap
    hosts = topology.hosts
    hostsPerMap = hosts.count
  }

  /// How many segments it has.
  public var segmentCount: Int { starts.count }

  /// Forgets what was before `now`.
  public mutating func advance(to now: Instant) {
    var past = 0
    while past + 1 < starts.count, starts[past + 1] <= now { past += 1 }
    guard past > 0 else { return }
    starts.removeFirst(past)
    free.removeFirst(past)
    maps.removeFirst(past * wordsPerMap)
    hosts.removeFirst(past * hostsPerMap)
  }

  /// Marks what a gang has, or is promised, as taken over a window.
  public mutating func hold(_ shape: GangShape, as reservation: Reservation, for span: TimeSpan) {
    change(reservation, shape, from: reservation.start, to: reservation.start + span, sign: -1)
  }

  /// Marks what a gang had, or was promised, as free from `from` to the end of its window.
  public mutating func release(
    _ shape: GangShape, as reservation: Reservation, for span: TimeSpan, from: Instant
  ) {
    let start = max(from, reservation.start)
    change(reservation, shape, from: start, to: reservation.start + span, sign: 1)
  }

  /// The earliest window of `span` in which a gang fits, from `now` on and starting before
  /// `bound`; nil if there is none.
  public func earliestFit(
    of shape: GangShape, for span: TimeSpan, from now: Instant,
    before bound: Instant = .distantFuture
  ) -> Reservation? {
    let needed = shape.acceleratorCount + shape.milliCores
    var segment = 0
    while segment < starts.count {
      let start = max(starts[segment], now)
      guard start < bound else { return nil }
      guard segment == 0 || gains(at: segment) else {
        segment += 1
        continue
      }
      let end = start + span
      var last = segment
      while free[last] >= needed, last + 1 < starts.count, starts[last + 1] < end { last += 1 }
      if free[last] < needed {
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

  /// Whether something is free in a segment that was not in the one before: only there can a
  /// window start that could not have started sooner.
  private func gains(at segment: Int) -> Bool {
    guard !topology.isPool, free[segment] <= free[segment - 1] else {
      return free[segment] > free[segment - 1]
    }
    let row = segment * wordsPerMap
    for word in row..<row + wordsPerMap where maps[word] & ~maps[word - wordsPerMap] != 0 {
      return true
    }
    let host = segment * hostsPerMap
    for node in host..<host + hostsPerMap where !hosts[node - hostsPerMap].covers(hosts[node]) {
      return true
    }
    return false
  }

  private func allocation(
    for shape: GangShape, throughout segments: ClosedRange<Int>
  ) -> Allocation? {
    let row = segments.lowerBound * wordsPerMap
    var common = Array(maps[row..<row + wordsPerMap])
    for segment in segments.dropFirst() {
      let row = segment * wordsPerMap
      for word in 0..<wordsPerMap { common[word] &= maps[row + word] }
    }
    let host = segments.lowerBound * hostsPerMap
    var commonHosts = Array(hosts[host..<host + hostsPerMap])
    for segment in segments.dropFirst() {
      let host = segment * hostsPerMap
      for node in 0..<hostsPerMap {
        commonHosts[node] = commonHosts[node].common(with: hosts[host + node])
      }
    }
    return Occupancy(topology: topology, freeMap: common, freeHosts: commonHosts)
      .placement(of: shape)
  }

  private mutating func change(
    _ reservation: Reservation, _ shape: GangShape, from: Instant, to: Instant, sign: Int
  ) {
    guard from < to else { return }
    let first = segment(startingAt: from)
    let end = segment(startingAt: to)
    let bits = reservation.allocation.map { self.bits(of: $0) } ?? []
    let amount: Int
    if let allocation = reservation.allocation {
      amount = allocation.acceleratorCount + allocation.milliCores
    } else {
      amount = shape.acceleratorCount
    }
    for segment in first..<end {
      free[segment] += sign * amount
      let row = segment * wordsPerMap
      for (word, bits) in bits {
        let here = maps[row + word]
        precondition(
          sign > 0 ? here & bits == 0 : here & bits == bits, "the profile is overbooked")
        maps[row + word] = here ^ bits
      }
      if let allocation = reservation.allocation {
        changeHosts(of: allocation, in: segment, sign: sign)
      }
    }
    mergeIfEqual(end)
    mergeIfEqual(first)
  }

  private mutating func changeHosts(of allocation: Allocation, in segment: Int, sign: Int) {
    guard hostsPerMap > 0 else { return }
    for (slice, host) in zip(allocation.slices, allocation.hosts) {
      let node = segment * hostsPerMap + topology.index(of: slice.node)
      if sign < 0 { hosts[node] -= host } else { hosts[node] += host }
      precondition(hosts[node].covers(.none), "the profile is overbooked")
    }
  }

  private func bits(of allocation: Allocation) -> [(word: Int, bits: UInt64)] {
    guard !topology.isPool else { return [] }
    return allocation.slices.map { slice in
      let field = topology.acceleratorFields[topology.index(of: slice.node)]
      return (Int(field.word), slice.accelerators << UInt64(field.shift))
    }
  }

  /// The index of the segment that starts just then, which is made if there is none.
  private mutating func segment(startingAt instant: Instant) -> Int {
    var low = 0
    var high = starts.count
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] < instant { low = middle + 1 } else { high = middle }
    }
    if low < starts.count, starts[low] == instant { return low }
    if low == 0 {
      // Before the first segment: what it says of its beginning was true before, too.
      starts[0] = instant
      return 0
    }
    starts.insert(instant, at: low)
    free.insert(free[low - 1], at: low)
    let row = (low - 1) * wordsPerMap
    maps.insert(contentsOf: Array(maps[row..<row + wordsPerMap]), at: low * wordsPerMap)
    let host = (low - 1) * hostsPerMap
    hosts.insert(contentsOf: Array(hosts[host..<host + hostsPerMap]), at: low * hostsPerMap)
    return low
  }

  private mutating func mergeIfEqual(_ segment: Int) {
    guard segment > 0, segment < starts.count, free[segment] == free[segment - 1] else { return }
    let row = segment * wordsPerMap
    for word in row..<row + wordsPerMap where maps[word] != maps[word - wordsPerMap] { return }
    let host = segment * hostsPerMap
    for node in host..<host + hostsPerMap where hosts[node] != hosts[node - hostsPerMap] { return }
    starts.remove(at: segment)
    free.remove(at: segment)
    maps.removeSubrange(row..<row + wordsPerMap)
    hosts.removeSubrange(host..<host + hostsPerMap)
  }
}
