public import Units

/// Free capacity over time, once the future holds promises as well as ends.
///
/// Shape: two levels. Each domain (a leaf or a block; where the fleet is flat, a few words of its
/// map) has a step function of free maps of its own, which only the gangs on it touch, and beside
/// each map a count of what is free. The counts only filter: two nodes that are free one after the
/// other are not one node free throughout, so a window fits a gang if the maps inside it, ANDed,
/// have room for it. In a flat pool, where any node stands for any other and each is held by one
/// job at a time, counts decide: as long as no instant is overbooked, the promises can be given
/// nodes one after the other when they start (an interval graph's chromatic number is its clique
/// number), so there is no map to keep.
///
/// Complexity, with s segments in all domains, d domains and w words a domain: holding and
/// releasing what a gang has on one domain O(its segments · w); finding a window
/// O(s · w + windows tried · d), and O(nodes + s · w) for each window that the counts let through,
/// of which there is but one unless the gang cares where its nodes are; in a pool O(segments).
public struct CapacityProfile: Sendable {
  /// The fleet as it would be if nobody held or was promised anything; it knows the conditions.
  var fleet: Occupancy

  /// Its domains, in order; empty where counts decide.
  var domains: [DomainTimeline] = []

  /// Where counts decide.
  private var pool: PoolTimeline?

  /// The domain of each node, by index; empty where counts decide.
  private var domainOfNode: [Int32] = []

  /// When the second segment of each domain begins: apart from the rest, as it is read most.
  private var seams: [Instant] = []

  /// No domain has anything to forget before then.
  private var nextPast = Instant.distantFuture

  /// A fleet of which everything in service is free for ever from the beginning of time.
  ///
  /// - Parameter namingNodes: whether promises name nodes in a flat pool, too.
  public init(topology: Topology, namingNodes: Bool = false) {
    fleet = Occupancy(topology: topology)
    guard namingNodes || !topology.isPool || !topology.domains.isEmpty else {
      pool = PoolTimeline(nodes: topology.nodes.count)
      return
    }
    var first = 0
    while first < topology.nodes.count {
      let next = topology.endOfTimeline(from: first)
      domainOfNode += Array(repeating: Int32(domains.count), count: next - first)
      domains.append(DomainTimeline(first..<next, of: fleet))
      first = next
    }
    seams = Array(repeating: .distantFuture, count: domains.count)
  }

  /// A fleet with the same nodes in service as another view of it has.
  public init(servingAs occupancy: Occupancy, namingNodes: Bool = false) {
    self.init(topology: occupancy.topology, namingNodes: namingNodes)
    for (node, condition) in zip(occupancy.topology.nodes, occupancy.conditions)
    where condition != .inService {
      setCondition(condition, of: node.id)
    }
  }

  /// The fleet this is about.
  public var topology: Topology { fleet.topology }

  /// How many segments it has: the maps, or counts, that are kept.
  public var segmentCount: Int {
    domains.reduce(pool?.starts.count ?? 0) { $0 + $1.starts.count }
  }

  /// Changes whether a node may be promised, from now on and as far as one can see.
  ///
  /// Who was promised a node that is taken out of service keeps it here: the promise is to be
  /// released, and made anew.
  public mutating func setCondition(_ condition: NodeCondition, of node: NodeID) {
    fleet.setCondition(condition, of: node)
    let index = topology.index(of: node)
    guard pool == nil else {
      pool?.setOut(condition != .inService, index)
      return
    }
    let domain = Int(domainOfNode[index])
    let bit = UInt64(1) << UInt64(index - domains[domain].nodes.lowerBound)
    domains[domain].outOfService &= ~bit
    domains[domain].reserved &= ~bit
    switch condition {
    case .inService: break
    case .reserved: domains[domain].reserved |= bit
    case .cordoned, .drained, .failed, .silent: domains[domain].outOfService |= bit
    }
  }

  /// Forgets what was before `now`; says what has come to pass since the last time, which a flat
  /// pool does not know.
  @discardableResult
  public mutating func advance(to now: Instant) -> TimelinePassage {
    pool?.advance(to: now)
    guard nextPast <= now else { return .nothing }
    nextPast = .distantFuture
    var passage = TimelinePassage.nothing
    for domain in seams.indices {
      if seams[domain] <= now {
        passage = max(passage, domains[domain].advance(to: now))
        noteSeam(of: domain)
      }
      nextPast = min(nextPast, seams[domain])
    }
    return passage
  }

  private mutating func noteSeam(of domain: Int) {
    seams[domain] = domains[domain].starts.count > 1 ? domains[domain].starts[1] : .distantFuture
    nextPast = min(nextPast, seams[domain])
  }

  /// Marks what a gang has, or is promised, as taken over a window; from `distantFuture` on nothing
  /// can be taken.
  public mutating func hold(_ shape: GangShape, as reservation: Reservation, for span: TimeSpan) {
    change(
      reservation, shape, from: reservation.start, to: reservation.start + span, .hold)
  }

  /// Marks what a gang had, or was promised, as free from `from` to the end of its window.
  public mutating func release(
    _ shape: GangShape, as reservation: Reservation, for span: TimeSpan, from: Instant
  ) {
    let start = max(from, reservation.start)
    change(reservation, shape, from: start, to: reservation.start + span, .release)
  }

  /// The earliest window of `span` in which a gang fits, from `now` on.
  ///
  /// Where none before the end of time has room, that of `distantFuture`, which names no nodes;
  /// with a `bound`, nil unless there is one that starts before it.
  public func earliestFit(
    of shape: GangShape, for span: TimeSpan, from now: Instant, before bound: Instant? = nil
  ) -> Reservation? {
    let last = bound ?? .distantFuture
    let found: Reservation?
    if let pool {
      found = pool.earliestFit(
        of: shape.nodesHeld, for: span, from: now, before: last
      ).map { Reservation(start: $0, allocation: nil) }
    } else {
      var search = WindowSearch(of: shape, for: span, in: self)
      found = search.earliest(from: now, before: last)
    }
    if let found { return found }
    return bound == nil ? Reservation(start: .distantFuture, allocation: nil) : nil
  }

  /// What is free, and in service, throughout a window. O(nodes + segments)
  ///
  /// - Precondition: the fleet is no flat pool, where nobody knows which nodes those are.
  public func room(from start: Instant, for span: TimeSpan) -> Occupancy {
    precondition(pool == nil, "a pool counts its nodes and does not tell them apart")
    var room = CommonRoom(of: fleet)
    for index in domains.indices {
      room.enter(domains, index, from: start, to: start + span)
    }
    return room.occupancy(servingAs: fleet)
  }

  private mutating func change(
    _ reservation: Reservation, _ shape: GangShape, from: Instant, to: Instant,
    _ change: TimelineChange
  ) {
    guard from < to else { return }
    guard let allocation = reservation.allocation else {
      precondition(pool != nil, "only a pool's promises name no nodes")
      pool?.change(shape.nodesHeld, from: from, to: to, change)
      return
    }
    guard pool == nil else {
      let slices = allocation.slices.filter { $0.accelerators != 0 }
      let nodes = slices.map { topology.index(of: $0.node) }
      pool?.change(bound: nodes, from: from, to: to, change)
      return
    }
    var share = 0
    var index = 0
    while index < allocation.slices.count {
      let domain = Int(domainOfNode[topology.index(of: allocation.slices[index].node)])
      let segments = domains[domain].open(from: from, to: to)
      while index < allocation.slices.count {
        let node = topology.index(of: allocation.slices[index].node)
        guard domains[domain].nodes.contains(node) else { break }
        domains[domain].change(
          allocation.slices[index].accelerators, of: node, in: segments, change, topology)
        if !allocation.hosts.isEmpty {
          domains[domain].change(allocation.hosts[index], of: node, in: segments, change, topology)
        }
        while share < allocation.shares.count, allocation.shares[share].slice == index {
          domains[domain].change(allocation.shares[share], of: node, in: segments, change, topology)
          share += 1
        }
        index += 1
      }
      domains[domain].close(segments)
      noteSeam(of: domain)
    }
    precondition(share == allocation.shares.count, "a part of no slice's accelerator")
  }

  /// Compares every count with the maps and stops the program where they differ, or where a seam
  /// parts nothing. O(segments · nodes of a domain)
  public func checkInvariants() {
    for (index, domain) in domains.enumerated() {
      domain.checkInvariants(topology)
      let seam = domain.starts.count > 1 ? domain.starts[1] : .distantFuture
      precondition(seams[index] == seam && nextPast <= seam, "a seam is out of date")
    }
  }
}

extension CapacityProfile: Equatable {
  /// Whether the same of the same fleet is free whenever one looks.
  public static func == (a: CapacityProfile, b: CapacityProfile) -> Bool {
    a.topology === b.topology && a.domains == b.domains && a.pool == b.pool
  }
}

extension GangShape {
  /// How many nodes of a pool it holds: a member that asks for nothing of its node holds none.
  fileprivate var nodesHeld: Int {
    (member.holdsNode ? Int(members) : 0) + (rest?.holdsNode == true ? 1 : 0)
  }
}

extension MemberShape {
  fileprivate var holdsNode: Bool { accelerators > 0 || wholeNode }
}

extension Topology {
  /// Where the nodes end that share a timeline with the node at `first`: those of its innermost
  /// domain, of at most so many words that a look at all of them is quick.
  fileprivate func endOfTimeline(from first: Int) -> Int {
    // Of a small fleet a word, as the gangs in one timeline make each other dearer; of a large one
    // more, as each timeline costs a look.
    let mostWords = max(1, min(4, mapWordCount / 64))
    let word = acceleratorFields[first].word
    let domain = nodes[first].domain
    var next = first + 1
    while next < nodes.count, next - first < 64, nodes[next].domain == domain,
      Int(acceleratorFields[next].word - word) < mostWords
    {
      next += 1
    }
    return next
  }
}
