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
  private struct Holder {
    var end: Instant
    var accelerators: UInt64
    var cores: [UInt64]
  }

  private let topology: Topology
  private var holders: [[Holder]]
  private var clearTimes: [Instant]

  /// A fleet that nobody holds anything of.
  public init(topology: Topology) {
    self.topology = topology
    let nodes = topology.nodes.count
    holders = Array(repeating: [], count: nodes)
    clearTimes = Array(
      repeating: .distantFuture, count: nodes * topology.mostAcceleratorsPerNode)
    for node in 0..<nodes { updateClearTimes(of: node) }
  }

  /// Enters what a gang holds until `end`.
  public mutating func hold(_ allocation: Allocation, until end: Instant) {
    var coreWord = 0
    for slice in allocation.slices {
      let node = topology.index(of: slice.node)
      var cores: [UInt64] = []
      if !allocation.coreMaps.isEmpty {
        let count = topology.type(of: node).coreWordCount
        cores = Array(allocation.coreMaps[coreWord..<coreWord + count])
        coreWord += count
      }
      let holder = Holder(end: end, accelerators: slice.accelerators, cores: cores)
      let place = holders[node].firstIndex { $0.end > end } ?? holders[node].count
      holders[node].insert(holder, at: place)
      updateClearTimes(of: node)
    }
  }

  /// Takes out what a gang held until `end`, whenever it really ended.
  public mutating func release(_ allocation: Allocation, until end: Instant) {
    var coreWord = 0
    for slice in allocation.slices {
      let node = topology.index(of: slice.node)
      let count = allocation.coreMaps.isEmpty ? 0 : topology.type(of: node).coreWordCount
      let cores = allocation.coreMaps[coreWord..<coreWord + count]
      coreWord += count
      let place = holders[node].firstIndex {
        $0.end == end && $0.accelerators == slice.accelerators && $0.cores[...] == cores
      }
      guard let place else {
        preconditionFailure("node \(slice.node.number) has no holder until \(end.milliseconds)")
      }
      holders[node].remove(at: place)
      updateClearTimes(of: node)
    }
  }

  private mutating func updateClearTimes(of node: Int) {
    let nodes = topology.nodes.count
    let width = Int(topology.acceleratorFields[node].width)
    guard width > 0 else { return }
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
    if member.cores == 0, !member.wholeNode {
      guard member.accelerators > 0 else { return .distantPast }
      guard member.accelerators <= topology.mostAcceleratorsPerNode else { return .distantFuture }
      return clearTimes[(Int(member.accelerators) - 1) * topology.nodes.count + node]
    }
    let type = topology.type(of: node)
    guard type.accelerators >= member.accelerators, type.cores >= member.cores else {
      return .distantFuture
    }
    if member.wholeNode { return holders[node].last?.end ?? .distantPast }
    var accelerators = type.accelerators
    var cores = type.cores
    for holder in holders[node] {
      accelerators -= holder.accelerators.nonzeroBitCount
      cores -= holder.cores.reduce(0) { $0 + $1.nonzeroBitCount }
    }
    if accelerators >= member.accelerators, cores >= member.cores { return .distantPast }
    for holder in holders[node] {
      accelerators += holder.accelerators.nonzeroBitCount
      cores += holder.cores.reduce(0) { $0 + $1.nonzeroBitCount }
      if accelerators >= member.accelerators, cores >= member.cores { return holder.end }
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

  /// The instant from which `rank` nodes have room for a member.
  private func clearTime(rank: Int, for member: MemberShape) -> Instant {
    let nodes = topology.nodes.count
    guard rank <= nodes else { return .distantFuture }
    if rank == 1 {
      var least = Instant.distantFuture
      for node in 0..<nodes { least = min(least, clearTime(of: node, for: member)) }
      return least
    }
    var times = (0..<nodes).map { clearTime(of: $0, for: member) }
    return times.smallest(rank: rank)
  }

  /// The accelerators to promise a gang that starts at `start`: those that free up last, so that
  /// as much as possible of what is free now stays open to others.
  ///
  /// - Precondition: `start` is not before `earliestStart(of: shape)`.
  /// - Complexity: O(nodes + k log k) for a gang of k nodes.
  public func allocation(for shape: GangShape, at start: Instant) -> Allocation {
    var candidates: [(clear: Instant, node: Int)] = []
    for node in topology.nodes.indices {
      let clear = clearTime(of: node, for: shape.member)
      if clear <= start { candidates.append((clear, node)) }
    }
    candidates.sort { ($1.clear, $0.node) < ($0.clear, $1.node) }
    var chosen = candidates.prefix(Int(shape.members)).map { ($0.node, shape.member) }
    precondition(chosen.count == shape.members, "\(shape) does not fit at \(start.milliseconds)")
    if let rest = shape.rest {
      let taken = chosen.map(\.0).sorted()
      var best: (clear: Instant, node: Int)?
      for node in topology.nodes.indices where !taken.contains(sorted: node) {
        let clear = clearTime(of: node, for: rest)
        guard clear <= start else { continue }
        if best.map({ clear > $0.clear }) ?? true { best = (clear, node) }
      }
      guard let best else { preconditionFailure("no node for the rest of \(shape)") }
      chosen.append((best.node, rest))
    }
    chosen.sort { $0.0 < $1.0 }
    let needsCores =
      topology.coreCount > 0 && chosen.contains { $0.1.cores > 0 || $0.1.wholeNode }
    var allocation = Allocation(slices: [])
    allocation.slices.reserveCapacity(chosen.count)
    for (node, member) in chosen {
      bind(member, on: node, at: start, needsCores, into: &allocation)
    }
    return allocation
  }

  private func bind(
    _ member: MemberShape, on node: Int, at start: Instant, _ needsCores: Bool,
    into allocation: inout Allocation
  ) {
    let type = topology.type(of: node)
    var held: UInt64 = 0
    var clear: UInt64 = 0
    for holder in holders[node] {
      held |= holder.accelerators
      if holder.end <= start { clear |= holder.accelerators }
    }
    let all = topology.acceleratorFields[node].ones
    let wanted = member.wholeNode ? type.accelerators : Int(member.accelerators)
    let bits = ((all & ~held) | clear).lowest(wanted, preferring: clear)
    allocation.slices.append(NodeSlice(node: topology.nodes[node].id, accelerators: bits))
    guard needsCores else { return }
    var cores = member.wholeNode ? type.cores : Int(member.cores)
    for word in 0..<type.coreWordCount {
      let width = min(64, type.cores - 64 * word)
      var held: UInt64 = 0
      var clear: UInt64 = 0
      for holder in holders[node] where !holder.cores.isEmpty {
        held |= holder.cores[word]
        if holder.end <= start { clear |= holder.cores[word] }
      }
      let all = width == 64 ? ~0 : (UInt64(1) << UInt64(width)) - 1
      let open = (all & ~held) | clear
      let bits = open.lowest(min(cores, open.nonzeroBitCount), preferring: clear)
      allocation.coreMaps.append(bits)
      cores -= bits.nonzeroBitCount
    }
  }
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
