public import Units

/// When what is held now will be free: each node's holders with the end of their time limits.
///
/// Answers the question behind one reservation: free room only grows from now on, so the earliest
/// start of a gang of k nodes is the k-th smallest of its nodes' *clear times*, the instants from
/// which a node has room for a member. That is exact, whatever the nodes: no set of k nodes is
/// clear sooner.
///
/// Shape: for each number of accelerators f ≥ 1 a row with every node's clear time. Holding and
/// releasing a slice costs O(holders of the node + accelerators of the node); the earliest start
/// O(nodes).
///
/// Invariant: row f at node n is the least instant at which the free accelerators of n, together
/// with those whose holders end by then, number at least f; `distantFuture` where n is smaller.
public struct ReleaseTimeline: Sendable {
  /// Who holds a part of a node; two holders alike in all this stand for each other, and a holder
  /// is copied without counting references.
  private struct Holder: Equatable {
    var end: Instant
    var accelerators: UInt64
    var host: HostShare
  }

  /// Who holds a part of an accelerator; the holder of the same slice stands among the holders too.
  private struct PartHolder: Equatable {
    var end: Instant
    var device: UInt8
    var amount: UInt16
  }

  /// The fleet this is about.
  public let topology: Topology

  private var holders: [[Holder]]

  /// By node; empty where no accelerator may be shared.
  private var partHolders: [[PartHolder]]
  private var clearTimes: [Instant]

  /// When somebody ends: each instant once, the earliest first. O(holders · log holders)
  var ends: [Instant] {
    var ends: [Instant] = []
    for node in holders {
      for holder in node { ends.append(holder.end) }
    }
    ends.sort()
    var distinct: [Instant] = []
    for end in ends where end != distinct.last { distinct.append(end) }
    return distinct
  }

  /// A fleet that nobody holds anything of.
  public init(topology: Topology) {
    self.topology = topology
    let nodes = topology.nodes.count
    holders = Array(repeating: [], count: nodes)
    partHolders = topology.sharesDevices ? Array(repeating: [], count: nodes) : []
    clearTimes = Array(
      repeating: .distantFuture, count: nodes * topology.mostAcceleratorsPerNode)
    for node in 0..<nodes { updateClearTimes(of: node) }
  }

  /// Enters what a gang holds until `end`.
  public mutating func hold(_ allocation: Allocation, until end: Instant) {
    forEachPart(of: allocation, until: end) { timeline, part, node in
      timeline.partHolders[node].append(part)
    }
    forEachHolder(of: allocation, until: end) { timeline, holder, node in
      let place = timeline.holders[node].firstIndex { $0.end > end }
      timeline.holders[node].insert(holder, at: place ?? timeline.holders[node].count)
    }
  }

  /// Takes out what a gang held until `end`, whenever it really ended.
  public mutating func release(_ allocation: Allocation, until end: Instant) {
    forEachPart(of: allocation, until: end) { timeline, part, node in
      guard let place = timeline.partHolders[node].firstIndex(of: part) else {
        preconditionFailure("node \(node) has no part held until \(end.milliseconds)")
      }
      timeline.partHolders[node].remove(at: place)
    }
    forEachHolder(of: allocation, until: end) { timeline, holder, node in
      guard let place = timeline.holders[node].firstIndex(of: holder) else {
        preconditionFailure("node \(node) has no holder until \(end.milliseconds)")
      }
      timeline.holders[node].remove(at: place)
    }
  }

  private mutating func forEachPart(
    of allocation: Allocation, until end: Instant,
    _ change: (inout ReleaseTimeline, PartHolder, _ node: Int) -> Void
  ) {
    for share in allocation.shares {
      let node = topology.index(of: allocation.slices[Int(share.slice)].node)
      change(&self, PartHolder(end: end, device: share.device, amount: share.amount), node)
    }
  }

  @inline(__always)
  private mutating func forEachHolder(
    of allocation: Allocation, until end: Instant,
    _ change: (inout ReleaseTimeline, Holder, _ node: Int) -> Void
  ) {
    for (index, slice) in allocation.slices.enumerated() {
      let node = topology.index(of: slice.node)
      let host = allocation.hosts.isEmpty ? HostShare.none : allocation.hosts[index]
      change(&self, Holder(end: end, accelerators: slice.accelerators, host: host), node)
      updateClearTimes(of: node)
    }
  }

  /// What a node's holders give back by an instant.
  func released(on node: Int, by instant: Instant) -> (bits: UInt64, host: HostShare) {
    var bits: UInt64 = 0
    var host = HostShare.none
    for holder in holders[node] where holder.end <= instant {
      bits |= holder.accelerators
      host += holder.host
    }
    return (bits, host)
  }

  /// The parts of accelerators that are given back by an instant.
  func releasedParts(on node: Int, by instant: Instant) -> [DeviceHold] {
    guard !partHolders.isEmpty else { return [] }
    return partHolders[node].filter { $0.end <= instant }.map {
      DeviceHold(slice: 0, device: Int($0.device), amount: $0.amount)
    }
  }

  /// Where parts are held: an accelerator is clear when the last who shares it has ended.
  private mutating func updateClearTimesWithParts(of node: Int) {
    let width = Int(topology.acceleratorFields[node].width)
    var ends = Array(repeating: Instant.distantPast, count: width)
    for holder in holders[node] {
      for device in 0..<width where holder.accelerators >> UInt64(device) & 1 == 1 {
        ends[device] = holder.end
      }
    }
    for part in partHolders[node] {
      ends[Int(part.device)] = max(ends[Int(part.device)], part.end)
    }
    ends.sort()
    for (row, end) in ends.enumerated() { clearTimes[row * topology.nodes.count + node] = end }
  }

  private mutating func updateClearTimes(of node: Int) {
    let nodes = topology.nodes.count
    let width = Int(topology.acceleratorFields[node].width)
    guard width > 0 else { return }
    guard partHolders.isEmpty || partHolders[node].isEmpty else {
      return updateClearTimesWithParts(of: node)
    }
    var free = width
    for holder in holders[node] { free -= holder.accelerators.nonzeroBitCount }
    var row = 0
    while row < free {
      clearTimes[row &* nodes &+ node] = .distantPast
      row &+= 1
    }
    for holder in holders[node] {
      free += holder.accelerators.nonzeroBitCount
      while row < free {
        clearTimes[row &* nodes &+ node] = holder.end
        row &+= 1
      }
    }
  }

  /// From when a node has room for a member; `distantFuture` if it is too small.
  private func clearTime(of node: Int, for member: MemberShape) -> Instant {
    if member.host.isEmpty, !member.wholeNode {
      guard member.accelerators > 0 else { return .distantPast }
      guard member.accelerators <= topology.mostAcceleratorsPerNode else { return .distantFuture }
      return clearTimes[(Int(member.accelerators) - 1) * topology.nodes.count + node]
    }
    let type = topology.type(of: node)
    guard type.accelerators >= member.accelerators, type.host.covers(member.host) else {
      return .distantFuture
    }
    if member.wholeNode { return holders[node].last?.end ?? .distantPast }
    var accelerators = type.accelerators
    var host = type.host
    for holder in holders[node] {
      accelerators -= holder.accelerators.nonzeroBitCount
      host -= holder.host
    }
    if accelerators >= member.accelerators, host.covers(member.host) { return .distantPast }
    for holder in holders[node] {
      accelerators += holder.accelerators.nonzeroBitCount
      host += holder.host
      if accelerators >= member.accelerators, host.covers(member.host) { return holder.end }
    }
    preconditionFailure("node \(node) never has room for \(member)")
  }

  /// The earliest instant from which a gang fits, `distantPast` if it fits now and
  /// `distantFuture` if it never does. O(nodes)
  public func earliestStart(of shape: GangShape) -> Instant {
    let members = Int(shape.members)
    let start = clearTime(rank: members, for: shape.member)
    guard let rest = shape.rest else { return start }
    return max(start, clearTime(rank: members + 1, for: rest))
  }

  /// Whether a gang fits before an instant: whether its earliest start is less. O(nodes)
  public func hasRoom(for shape: GangShape, before instant: Instant) -> Bool {
    let members = Int(shape.members)
    guard nodeCount(clearFor: shape.member, before: instant) >= members else { return false }
    guard let rest = shape.rest else { return true }
    return nodeCount(clearFor: rest, before: instant) > members
  }

  private func nodeCount(clearFor member: MemberShape, before instant: Instant) -> Int {
    var count = 0
    for time in clearTimes(for: member) where time < instant { count &+= 1 }
    return count
  }

  /// The clear times of all nodes for a member, by node. O(nodes)
  private func clearTimes(for member: MemberShape) -> ArraySlice<Instant> {
    let nodes = topology.nodes.count
    let isRow = member.host.isEmpty && !member.wholeNode && member.accelerators > 0
    guard isRow, member.accelerators <= topology.mostAcceleratorsPerNode else {
      return (0..<nodes).map { clearTime(of: $0, for: member) }[...]
    }
    let row = (Int(member.accelerators) - 1) * nodes
    return clearTimes[row..<row + nodes]
  }

  /// The instant from which `rank` nodes have room for a member.
  private func clearTime(rank: Int, for member: MemberShape) -> Instant {
    guard rank <= topology.nodes.count else { return .distantFuture }
    let times = clearTimes(for: member)
    if rank == 1 { return times.reduce(.distantFuture) { Swift.min($0, $1) } }
    var sorted = Array(times)
    return sorted.smallest(rank: rank)
  }

  /// How many of an allocation's nodes have room for a gang's member, and how many for its rest,
  /// before an instant; added up.
  public func nodes(
    of allocation: Allocation, clearFor shape: GangShape, before instant: Instant
  ) -> Int {
    var count = 0
    for slice in allocation.slices {
      let node = topology.index(of: slice.node)
      if clearTime(of: node, for: shape.member) < instant { count += 1 }
      if let rest = shape.rest, clearTime(of: node, for: rest) < instant { count += 1 }
    }
    return count
  }

  /// The nodes that have room for a member by an instant.
  public func nodes(clearFor member: MemberShape, by instant: Instant) -> ClearNodes {
    ClearNodes(times: clearTimes(for: member), instant: instant)
  }

  /// How many accelerators are held past an instant, if everybody stays to the end of their limit.
  /// O(holders)
  public func accelerators(heldAfter instant: Instant) -> Int {
    var count = 0
    for node in holders {
      for holder in node where holder.end > instant {
        count += holder.accelerators.nonzeroBitCount
      }
    }
    return count
  }
}

/// Nodes that will have room for somebody's member by some instant, as a `ReleaseTimeline` has it.
public struct ClearNodes: Sendable {
  let times: ArraySlice<Instant>
  let instant: Instant

  /// Whether a node is one of them. O(1)
  @inline(__always)
  func contains(_ node: Int) -> Bool { times[times.startIndex &+ node] <= instant }
}

extension [Instant] {
  /// The element that would stand at `rank` (1 = least) if the array were sorted. O(n) expected
  ///
  /// Hoare 1961, "Algorithm 65: Find", with the median of three as pivot.
  fileprivate mutating func smallest(rank: Int) -> Instant {
    var low = 0
    var high = count - 1
    let wanted = rank - 1
    while low < high {
      let middle = (low + high) / 2
      let pivot = Swift.max(
        Swift.min(self[low], self[middle]),
        Swift.min(Swift.max(self[low], self[middle]), self[high]))
      var i = low
      var j = high
      while i <= j {
        while self[i] < pivot { i += 1 }
        while self[j] > pivot { j -= 1 }
        guard i <= j else { break }
        swapAt(i, j)
        i += 1
        j -= 1
      }
      if wanted <= j {
        high = j
      } else if wanted >= i {
        low = i
      } else {
        break
      }
    }
    return self[wanted]
  }
}
