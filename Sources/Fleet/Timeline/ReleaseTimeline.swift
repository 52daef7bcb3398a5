public import Units

/// When what is held now will be free: each node's holders with the end of their time limits.
///
/// Answers the question behind one reservation: free room only grows from now on, so the earliest
/// start of a gang of k nodes is the k-th smallest of its nodes' *clear times*, the instants from
/// which a node has room for a member. That is exact, whatever the nodes: no set of k nodes is
/// clear sooner.
///
/// Where a gang cares which nodes those are, or has parts of accelerators, clear times only filter:
/// the earliest start is found by halving the instants at which something ends, each tried on an
/// `Occupancy` of what is free then.
///
/// Shape: for each number of accelerators f ≥ 1 a row with every node's clear time. Holding and
/// releasing a slice costs O(holders of the node + accelerators of the node); the earliest start
/// O(nodes), or O((nodes + holders) · log ends) where it must look.
///
/// Invariant: row f at node n is the least instant at which f accelerators of n are free of all
/// their holders; `distantFuture` where n is smaller, or not in service.
public struct ReleaseTimeline: Sendable {
  /// Who holds a part of a node; two holders alike in all this stand for each other, and a holder
  /// is copied without counting references.
  struct Holder: Equatable {
    var end: Instant
    var accelerators: UInt64
    var host: HostShare
  }

  /// Who holds a part of one accelerator of a node.
  struct PartHolder: Equatable {
    var end: Instant
    var device: UInt8
    var amount: UInt16
  }

  /// The fleet this is about.
  public let topology: Topology

  /// The state of each node; empty as long as all are in service.
  private(set) var conditions: [NodeCondition] = []

  /// Each node's holders, earliest end first.
  private(set) var holders: [[Holder]]

  /// Those of parts, earliest end first; empty where none are shared.
  private(set) var partHolders: [[PartHolder]]

  private var clearTimes: [Instant]

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

  /// A fleet that nobody holds anything of, with the same nodes in service as another view has.
  public init(servingAs occupancy: Occupancy) {
    self.init(topology: occupancy.topology)
    guard !occupancy.conditions.isEmpty else { return }
    conditions = occupancy.conditions
    for node in topology.nodes.indices { updateClearTimes(of: node) }
  }

  /// Changes whether a node may be given to gangs, from now on and as far as one can see.
  public mutating func setCondition(_ condition: NodeCondition, of node: NodeID) {
    if conditions.isEmpty {
      guard condition != .inService else { return }
      conditions = Array(repeating: .inService, count: topology.nodes.count)
    }
    let index = topology.index(of: node)
    conditions[index] = condition
    updateClearTimes(of: index)
  }

  func isInService(_ node: Int) -> Bool { conditions.isEmpty || conditions[node] == .inService }

  /// Enters what a gang holds until `end`.
  public mutating func hold(_ allocation: Allocation, until end: Instant) {
    for (index, slice) in allocation.slices.enumerated() {
      let node = topology.index(of: slice.node)
      let holder = Holder(slice, allocation.hosts.isEmpty ? .none : allocation.hosts[index], end)
      let place = holders[node].firstIndex { $0.end > end } ?? holders[node].count
      holders[node].insert(holder, at: place)
      updateClearTimes(of: node)
    }
    for share in allocation.shares {
      let node = topology.index(of: allocation.slices[Int(share.slice)].node)
      let holder = PartHolder(end: end, device: share.device, amount: share.amount)
      let place = partHolders[node].firstIndex { $0.end > end } ?? partHolders[node].count
      partHolders[node].insert(holder, at: place)
      updateClearTimes(of: node)
    }
  }

  /// Takes out what a gang held until `end`, whenever it really ended.
  public mutating func release(_ allocation: Allocation, until end: Instant) {
    for share in allocation.shares {
      let node = topology.index(of: allocation.slices[Int(share.slice)].node)
      let holder = PartHolder(end: end, device: share.device, amount: share.amount)
      guard let place = partHolders[node].firstIndex(of: holder) else {
        preconditionFailure("node \(node) has no part held until \(end.milliseconds)")
      }
      partHolders[node].remove(at: place)
    }
    for (index, slice) in allocation.slices.enumerated() {
      let node = topology.index(of: slice.node)
      let holder = Holder(slice, allocation.hosts.isEmpty ? .none : allocation.hosts[index], end)
      guard let place = holders[node].firstIndex(of: holder) else {
        preconditionFailure("node \(node) has no holder until \(end.milliseconds)")
      }
      holders[node].remove(at: place)
      updateClearTimes(of: node)
    }
  }

  /// What a node's holders give back by an instant: an accelerator, when all its holders have.
  func released(on node: Int, by instant: Instant) -> (accelerators: UInt64, host: HostShare) {
    var released: UInt64 = 0
    var heldOn: UInt64 = 0
    var host = HostShare.none
    for holder in holders[node] where holder.end <= instant {
      released |= holder.accelerators
      host += holder.host
    }
    if !partHolders.isEmpty {
      for holder in partHolders[node] {
        let bit = UInt64(1) << UInt64(holder.device)
        if holder.end <= instant { released |= bit } else { heldOn |= bit }
      }
    }
    return (released & ~heldOn, host)
  }

  private mutating func updateClearTimes(of node: Int) {
    let nodes = topology.nodes.count
    var row = Int(topology.acceleratorFields[node].width)
    guard isInService(node) else {
      for row in 0..<row { clearTimes[row &* nodes &+ node] = .distantFuture }
      return
    }
    // Backwards: an accelerator is free when its last holder ends, and so the last rows fill first.
    var seen: UInt64 = 0
    func fill(_ accelerators: UInt64, _ instant: Instant) {
      for _ in 0..<(accelerators & ~seen).nonzeroBitCount {
        row &-= 1
        clearTimes[row &* nodes &+ node] = instant
      }
      seen |= accelerators
    }
    var part = partHolders.isEmpty ? 0 : partHolders[node].count
    for holder in holders[node].reversed() {
      while part > 0, partHolders[node][part - 1].end > holder.end {
        part -= 1
        fill(1 << UInt64(partHolders[node][part].device), partHolders[node][part].end)
      }
      fill(holder.accelerators, holder.end)
    }
    while part > 0 {
      part -= 1
      fill(1 << UInt64(partHolders[node][part].device), partHolders[node][part].end)
    }
    while row > 0 {
      row &-= 1
      clearTimes[row &* nodes &+ node] = .distantPast
    }
  }

  /// From when a node has room for a member; `distantFuture` if it is too small.
  ///
  /// Where it has a part of accelerators, this is when it could have them whole.
  func clearTime(of node: Int, for member: MemberShape) -> Instant {
    if member.host.isEmpty, !member.wholeNode {
      guard member.accelerators > 0 else {
        return isInService(node) ? .distantPast : .distantFuture
      }
      guard member.accelerators <= topology.mostAcceleratorsPerNode else { return .distantFuture }
      return clearTimes[(Int(member.accelerators) - 1) * topology.nodes.count + node]
    }
    let host = topology.fullHost(of: node)
    guard isInService(node), host.covers(member.host),
      topology.acceleratorFields[node].width >= member.accelerators
    else { return .distantFuture }
    if member.wholeNode {
      let parts = partHolders.isEmpty ? Instant.distantPast : partHolders[node].last?.end
      // Who has asked for nothing of its node leaves it whole.
      let last = holders[node].last { $0.accelerators != 0 || !$0.host.isEmpty }
      return max(last?.end ?? .distantPast, parts ?? .distantPast)
    }
    var free = host
    for holder in holders[node] { free -= holder.host }
    var hostTime = Instant.distantPast
    for holder in holders[node] where !free.covers(member.host) {
      free += holder.host
      hostTime = holder.end
    }
    guard member.accelerators > 0 else { return hostTime }
    let row = Int(member.accelerators) - 1
    return max(hostTime, clearTimes[row * topology.nodes.count + node])
  }

  /// The earliest instant from which a gang fits, `distantPast` if it fits now and
  /// `distantFuture` if it never does.
  ///
  /// O(nodes); O((nodes + holders) · log ends) for a gang that cares which nodes it has.
  public func earliestStart(of shape: GangShape) -> Instant {
    mustLook(for: shape) ? earliestStart(lookingFor: shape) : earliestClearStart(of: shape)
  }

  /// The earliest instant from which enough nodes are clear.
  func earliestClearStart(of shape: GangShape) -> Instant {
    let members = Int(shape.members)
    let start = clearTime(rank: members, for: shape.member)
    guard let rest = shape.rest else { return start }
    return max(start, clearTime(rank: members + 1, for: rest))
  }

  /// Whether a gang fits before an instant: whether its earliest start is less. O(nodes)
  public func hasRoom(for shape: GangShape, before instant: Instant) -> Bool {
    guard !mustLook(for: shape) else {
      return room { $0 < instant }.fits(shape)
    }
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
  ///
  /// Where it has not grown, the earliest start is no less than that instant if it was not before;
  /// unless one must look for the gang.
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

extension ReleaseTimeline.Holder {
  fileprivate init(_ slice: NodeSlice, _ host: HostShare, _ end: Instant) {
    self.init(end: end, accelerators: slice.accelerators, host: host)
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
