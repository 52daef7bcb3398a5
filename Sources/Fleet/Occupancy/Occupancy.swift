public import Units

/// What is free now: one bit an accelerator, the hosts' rest, and counters kept in step with both.
///
/// A value of some kilobytes (33 kB for 12,500 nodes × 8, and 100 kB more where hosts are counted):
/// a trial is a copy, and dropping the copy is the way back. Taking or giving back a slice costs
/// O(levels) besides its own bits.
///
/// Invariants, checked by `checkInvariants()`:
/// - an accelerator's bit is set just if nobody holds any part of it;
/// - a node in service stands in exactly one row of `byFree`, that of its number of free
///   accelerators, and in the last row too if nothing of it is held; any other stands in none;
/// - `atLeast[f]` counts the nodes in service with at least f free accelerators;
/// - each domain's counters are the sums over its range of nodes.
public struct Occupancy: Sendable {
  /// The fleet this is about.
  public let topology: Topology

  /// The free bits of all accelerators, in depth-first order.
  var freeMap: [UInt64]

  /// What is left of each node's host; empty where no host is counted.
  var freeHosts: [HostShare]

  /// What is left of each accelerator; empty where none may be shared.
  var residuals: [UInt16]

  /// The state of each node; empty as long as all are in service.
  var conditions: [NodeCondition]

  /// Row f: nodes with exactly f free accelerators; the last row: idle nodes.
  var byFree: BitMatrix

  /// Entry f: nodes with at least f free accelerators; the last entry: idle nodes.
  var atLeast: [Int32]

  /// The rows of `byFree` counted by domain: entry `row * domains + domain`.
  var domainCounts: [Int32]

  /// Free accelerators of the nodes in service.
  public private(set) var freeAccelerators: Int

  /// A fleet of which everything is free.
  public init(topology: Topology) {
    var map = Array(repeating: UInt64(0), count: topology.mapWordCount)
    for field in topology.acceleratorFields {
      map[Int(field.word)] |= field.ones << UInt64(field.shift)
    }
    self.init(topology: topology, freeMap: map, freeHosts: topology.hosts)
  }

  /// A fleet of which just the set bits of `freeMap` and so much of the hosts are free; no
  /// accelerator is held in part. O(nodes)
  init(topology: Topology, freeMap: [UInt64], freeHosts: [HostShare]) {
    var residuals: [UInt16] = []
    if topology.sharesDevices {
      for node in topology.nodes.indices {
        let field = topology.acceleratorFields[node]
        let bits = freeMap[Int(field.word)] >> UInt64(field.shift)
        let whole = topology.sharing(of: node).whole
        for device in 0..<UInt64(field.width) {
          residuals.append(bits >> device & 1 == 1 ? whole : 0)
        }
      }
    }
    self.init(
      topology: topology, freeMap: freeMap, freeHosts: freeHosts, residuals: residuals,
      conditions: [])
  }

  /// Counts anew what the maps say. O(nodes)
  init(
    topology: Topology, freeMap: [UInt64], freeHosts: [HostShare], residuals: [UInt16],
    conditions: [NodeCondition]
  ) {
    self.topology = topology
    self.freeMap = freeMap
    self.freeHosts = freeHosts
    self.residuals = residuals
    self.conditions = conditions
    let rows = topology.mostAcceleratorsPerNode + 2
    byFree = BitMatrix(rows: rows, columns: topology.nodes.count)
    atLeast = Array(repeating: 0, count: rows)
    domainCounts = Array(repeating: 0, count: rows * topology.domains.count)
    freeAccelerators = 0
    countAll()
  }

  /// The row of idle nodes.
  var idleRow: Int { topology.mostAcceleratorsPerNode + 1 }

  /// Marks everything that an allocation names as taken.
  ///
  /// - Precondition: all of it is free; nobody holds an accelerator twice.
  public mutating func take(_ allocation: Allocation) { change(allocation, .take) }

  /// Marks everything that an allocation names as free again.
  ///
  /// - Precondition: none of it is free.
  public mutating func giveBack(_ allocation: Allocation) { change(allocation, .giveBack) }

  /// Changes whether a node may be given to gangs; who holds parts of it keeps them.
  public mutating func setCondition(_ condition: NodeCondition, of node: NodeID) {
    let index = topology.index(of: node)
    if conditions.isEmpty {
      guard condition != .inService else { return }
      conditions = Array(repeating: .inService, count: topology.nodes.count)
    }
    move(index) { $0.conditions[index] = condition }
  }

  /// Whether a node may be given to gangs.
  public func condition(of node: NodeID) -> NodeCondition {
    conditions.isEmpty ? .inService : conditions[topology.index(of: node)]
  }

  /// What becomes of an allocation.
  private enum Change {
    case take
    case giveBack
    /// Take what of it is free.
    case withhold
  }

  /// What would be free if all that an allocation names were taken, of which some already is.
  public func withholding(_ allocation: Allocation) -> Occupancy {
    var rest = self
    rest.withhold(allocation)
    return rest
  }

  /// Marks as taken what of an allocation is free.
  public mutating func withhold(_ allocation: Allocation) { change(allocation, .withhold) }

  @inline(__always)
  private mutating func change(_ allocation: Allocation, _ change: Change) {
    if allocation.hosts.isEmpty, allocation.shares.isEmpty, residuals.isEmpty {
      changePlainly(allocation.slices, change)
      return
    }
    var share = 0
    for (index, slice) in allocation.slices.enumerated() {
      let node = topology.index(of: slice.node)
      move(node) { occupancy in
        occupancy.changeAccelerators(slice.accelerators, of: node, change)
        if !allocation.hosts.isEmpty {
          occupancy.changeHost(allocation.hosts[index], of: node, change)
        }
        while share < allocation.shares.count, allocation.shares[share].slice == index {
          occupancy.changeShare(allocation.shares[share], of: node, change)
          share += 1
        }
      }
    }
    precondition(share == allocation.shares.count, "a part of no slice's accelerator")
  }

  /// Changes whole accelerators, where they are all there is to change.
  ///
  /// The slices of a gang are in the order of their nodes, and neighbours mostly change alike:
  /// those that do are counted together, a word of nodes at a time.
  @inline(__always)
  private mutating func changePlainly(_ slices: [NodeSlice], _ change: Change) {
    let topology = topology
    let fields = topology.acceleratorFields
    let domains = topology.innermost
    let hosts = freeHosts
    let conditions = conditions
    let isAll = hosts.isEmpty && conditions.isEmpty
    var run = Run()
    var runs: [Run] = []
    var map = freeMap.mutableSpan
    for slice in slices {
      let node = topology.index(of: slice.node)
      let field = fields[node]
      let word = map[Int(field.word)]
      let mask = slice.accelerators << UInt64(field.shift)
      switch change {
      case .take: precondition(word & mask == mask, "taking what is not free")
      case .giveBack: precondition(word & mask == 0, "giving back what is free")
      // Of a window's nodes most are held.
      case .withhold: if word & mask == 0 { continue }
      }
      let changed = change == .giveBack ? word | mask : word & ~mask
      map[Int(field.word)] = changed
      let full = field.ones << UInt64(field.shift)
      var canBeIdle = true
      if !isAll {
        guard conditions.isEmpty || conditions[node] == .inService else { continue }
        canBeIdle = hosts.isEmpty || hosts[node] == topology.host(of: node)
      }
      let kind = Run.kind(
        before: word & full, after: changed & full, full: canBeIdle ? full : 0)
      if kind != run.kind || run.word != Int32(truncatingIfNeeded: node >> 6)
        || run.domain != domains[node]
      {
        if run.nodes != 0 { runs.append(run) }
        run = Run(kind: kind, word: Int32(truncatingIfNeeded: node >> 6), domain: domains[node])
      }
      run.nodes |= 1 << UInt64(node & 63)
    }
    for run in runs { finish(run) }
    finish(run)
  }

  /// Neighbours that change alike.
  private struct Run {
    /// The free accelerators before and after, and whether the nodes were idle and are idle.
    var kind: UInt32 = 0
    var word: Int32 = -1
    var domain: Int32 = -1
    /// Which of the word's nodes they are.
    var nodes: UInt64 = 0

    var before: Int { Int(kind & 0xFF) }
    var after: Int { Int(kind >> 8 & 0xFF) }
    var wasIdle: Bool { kind >> 16 & 1 == 1 }
    var isIdle: Bool { kind >> 17 & 1 == 1 }

    /// - Parameter full: the bits of an idle node; none where it can't be idle for other reasons.
    @inline(__always)
    static func kind(before: UInt64, after: UInt64, full: UInt64) -> UInt32 {
      kind(
        before: before.nonzeroBitCount, after: after.nonzeroBitCount,
        wasIdle: full != 0 && before == full, isIdle: full != 0 && after == full)
    }

    @inline(__always)
    static func kind(before: Int, after: Int, wasIdle: Bool, isIdle: Bool) -> UInt32 {
      UInt32(truncatingIfNeeded: before | after << 8) | (wasIdle ? 1 << 16 : 0)
        | (isIdle ? 1 << 17 : 0)
    }
  }

  private mutating func finish(_ run: Run) {
    guard run.nodes != 0, run.before != run.after || run.wasIdle != run.isIdle else { return }
    let (before, after) = (run.before, run.after)
    let word = Int(run.word)
    let count = Int32(run.nodes.nonzeroBitCount)
    if before != after {
      byFree.remove(row: before, word: word, bits: run.nodes)
      byFree.insert(row: after, word: word, bits: run.nodes)
      freeAccelerators += Int(count) * (after - before)
      for free in min(before, after) + 1...max(before, after) {
        atLeast[free] += after > before ? count : -count
      }
    }
    let idle = run.wasIdle == run.isIdle ? 0 : run.isIdle ? count : -count
    if idle > 0 { byFree.insert(row: idleRow, word: word, bits: run.nodes) }
    if idle < 0 { byFree.remove(row: idleRow, word: word, bits: run.nodes) }
    atLeast[idleRow] += idle
    let domains = topology.tree.count
    var domain = Int(run.domain)
    while domain >= 0 {
      domainCounts[before &* domains &+ domain] -= count
      domainCounts[after &* domains &+ domain] += count
      domainCounts[idleRow &* domains &+ domain] += idle
      domain = Int(topology.tree[domain].parent)
    }
  }

  @inline(__always)
  private mutating func changeAccelerators(_ bits: UInt64, of node: Int, _ change: Change) {
    let field = topology.acceleratorFields[node]
    let mask = bits << UInt64(field.shift)
    let word = freeMap[Int(field.word)]
    switch change {
    case .take:
      precondition(word & mask == mask, "taking what is not free: \(mask) of \(word)")
      freeMap[Int(field.word)] = word & ~mask
    case .giveBack:
      precondition(word & mask == 0, "giving back what is free: \(mask) of \(word)")
      freeMap[Int(field.word)] = word | mask
    case .withhold:
      freeMap[Int(field.word)] = word & ~mask
    }
    guard !residuals.isEmpty else { return }
    let left = change == .giveBack ? topology.sharing(of: node).whole : 0
    var rest = bits
    while rest != 0 {
      let device = Int(topology.firstDevices[node]) + rest.trailingZeroBitCount
      precondition(residuals[device] != left || change == .withhold, "a part is held or free")
      residuals[device] = left
      rest &= rest - 1
    }
  }

  private mutating func changeHost(_ host: HostShare, of node: Int, _ change: Change) {
    guard topology.countsHosts else { return }
    switch change {
    case .take:
      precondition(freeHosts[node].covers(host), "taking more of a host than is free")
      freeHosts[node] -= host
    case .giveBack:
      freeHosts[node] += host
      precondition(
        topology.host(of: node).covers(freeHosts[node]), "giving back more than a host has")
    case .withhold:
      freeHosts[node] -= host.common(with: freeHosts[node])
    }
  }

  private mutating func changeShare(_ hold: DeviceHold, of node: Int, _ change: Change) {
    let sharing = topology.sharing(of: node)
    let field = topology.acceleratorFields[node]
    let device = Int(topology.firstDevices[node]) + Int(hold.device)
    precondition(sharing != .none && hold.device < field.width, "no accelerator to share")
    let before = residuals[device]
    let after: UInt16
    switch (sharing, change) {
    case (.mig, .take):
      precondition(before & hold.amount == hold.amount, "taking a slice that is not free")
      after = before & ~hold.amount
    case (.mig, .withhold):
      after = before & ~hold.amount
    case (.mig, .giveBack):
      precondition(before & hold.amount == 0, "giving back a slice that is free")
      after = before | hold.amount
    case (_, .take):
      precondition(before >= hold.amount, "taking more of an accelerator than is free")
      after = before - hold.amount
    case (_, .withhold):
      after = before - min(before, hold.amount)
    case (_, .giveBack):
      after = before + hold.amount
      precondition(after <= sharing.whole, "giving back more than an accelerator is")
    }
    residuals[device] = after
    let bit = UInt64(1) << (UInt64(field.shift) + UInt64(hold.device))
    if after == sharing.whole {
      freeMap[Int(field.word)] |= bit
    } else {
      freeMap[Int(field.word)] &= ~bit
    }
  }
}

extension Occupancy {
  /// Where a node stands in the rows; in none if it is out of service.
  private struct Place: Equatable {
    var free: Int
    var isIdle: Bool
    var isInService: Bool
  }

  @inline(__always)
  private func place(of node: Int) -> Place {
    let field = topology.acceleratorFields[node]
    let free = accelerators(freeOn: node)
    var isIdle = free == field.ones
    if !freeHosts.isEmpty { isIdle = isIdle && freeHosts[node] == topology.host(of: node) }
    return Place(
      free: free.nonzeroBitCount, isIdle: isIdle,
      isInService: conditions.isEmpty || conditions[node] == .inService)
  }

  /// Changes a node, and takes it from where it stood to where it stands then.
  @inline(__always)
  private mutating func move(_ node: Int, _ change: (inout Occupancy) -> Void) {
    let before = place(of: node)
    change(&self)
    let after = place(of: node)
    guard before != after else { return }
    guard before.isInService, after.isInService else {
      leave(before, node)
      enter(after, node)
      return
    }
    let kind = Run.kind(
      before: before.free, after: after.free, wasIdle: before.isIdle, isIdle: after.isIdle)
    finish(
      Run(
        kind: kind, word: Int32(node >> 6), domain: topology.innermost[node],
        nodes: 1 << UInt64(node & 63)))
  }

  /// Counts all nodes, where none is counted yet: neighbours that stand alike at once.
  private mutating func countAll() {
    var run = (place: Place(free: 0, isIdle: false, isInService: false), nodes: 0..<0)
    var domain = Int32(-1)
    func note(_ nodes: Range<Int>, _ place: Place, _ inDomain: Int32) {
      if place == run.place, inDomain == domain, run.nodes.upperBound == nodes.lowerBound,
        run.nodes.lowerBound >> 6 == nodes.lowerBound >> 6
      {
        run.nodes = run.nodes.lowerBound..<nodes.upperBound
        return
      }
      enter(run.place, run.nodes, domain)
      (run, domain) = ((place, nodes), inDomain)
    }
    let stretches = topology.stretches
    for stretch in stretches {
      if let place = common(of: stretch) {
        note(stretch.nodes, place, stretch.domain)
      } else {
        for node in stretch.nodes { note(node..<node + 1, place(of: node), stretch.domain) }
      }
    }
    enter(run.place, run.nodes, domain)
    // From the inside out: domains come after those around them.
    let count = topology.tree.count
    for inner in topology.tree.indices.reversed() {
      let outer = Int(topology.tree[inner].parent)
      guard outer >= 0 else { continue }
      for row in 0...idleRow {
        domainCounts[row &* count &+ outer] += domainCounts[row &* count &+ inner]
      }
    }
    for free in (0..<topology.mostAcceleratorsPerNode).reversed() {
      atLeast[free] += atLeast[free + 1]
    }
  }

  /// Where all nodes of a stretch stand, if all or none of their accelerators are free; nil: one
  /// has to look at each.
  @inline(__always)
  private func common(of stretch: NodeStretch) -> Place? {
    let free = freeMap[stretch.word] & stretch.mask
    guard free == 0 || free == stretch.mask, freeHosts.isEmpty else { return nil }
    if !conditions.isEmpty {
      for node in stretch.nodes where conditions[node] != .inService { return nil }
    }
    return Place(
      free: free == 0 ? 0 : Int(stretch.width), isIdle: free == stretch.mask, isInService: true)
  }

  /// Enters neighbours that stand alike, in their innermost domain alone.
  private mutating func enter(_ place: Place, _ range: Range<Int>, _ domain: Int32) {
    guard place.isInService, !range.isEmpty else { return }
    let word = range.lowerBound >> 6
    let nodes = (~UInt64(0) >> UInt64(64 - range.count)) << UInt64(range.lowerBound & 63)
    let count = Int32(nodes.nonzeroBitCount)
    byFree.insert(row: place.free, word: word, bits: nodes)
    if place.isIdle { byFree.insert(row: idleRow, word: word, bits: nodes) }
    freeAccelerators += Int(count) * place.free
    atLeast[place.free] += count
    if place.isIdle { atLeast[idleRow] += count }
    guard domain >= 0 else { return }
    domainCounts[place.free &* topology.tree.count &+ Int(domain)] += count
    if place.isIdle { domainCounts[idleRow &* topology.tree.count &+ Int(domain)] += count }
  }

  private mutating func enter(_ place: Place, _ node: Int) { count(place, node, 1) }

  private mutating func leave(_ place: Place, _ node: Int) { count(place, node, -1) }

  private mutating func count(_ place: Place, _ node: Int, _ sign: Int32) {
    guard place.isInService else { return }
    let domains = topology.domains.count
    if sign > 0 {
      byFree.insert(row: place.free, column: node)
      if place.isIdle { byFree.insert(row: idleRow, column: node) }
    } else {
      byFree.remove(row: place.free, column: node)
      byFree.remove(row: idleRow, column: node)
    }
    freeAccelerators += Int(sign) * place.free
    for count in 0...place.free { atLeast[count] += sign }
    if place.isIdle { atLeast[idleRow] += sign }
    var domain = topology.nodes[node].domain
    while let index = domain {
      domainCounts[place.free * domains + index] += sign
      if place.isIdle { domainCounts[idleRow * domains + index] += sign }
      domain = topology.domains[index].parent
    }
  }
}

extension Topology {
  /// What each node's host has; empty where no host is counted.
  var hosts: [HostShare] {
    countsHosts ? nodes.indices.map(host) : []
  }

  /// What a node's host has.
  @inline(__always)
  func host(of node: Int) -> HostShare { nodeTypes[Int(typeIndices[node])].host }

  /// How a node's accelerators may be shared.
  @inline(__always)
  func sharing(of node: Int) -> DeviceSharing { nodeTypes[Int(typeIndices[node])].sharing }
}
