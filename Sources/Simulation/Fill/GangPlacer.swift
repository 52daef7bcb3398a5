import Fleet

/// How the nodes of a gang are chosen.
public enum GangMethod: Hashable, Sendable {
  /// The first free nodes as they stand, whatever is around them.
  case firstFit
  /// The lowest level of which one domain holds the gang, and there the domain with least room.
  case bestFitDomain
  /// The same level, and there the domain with most room.
  case mostFree
  /// The same level, and there the domain by which F grows least, for the gangs seen so far.
  case lifted
  /// Muster's own placement, as production has it.
  case muster
}

/// Chooses the nodes of gangs by one method.
struct GangPlacer {
  private let fleet: GangFleet
  private let method: GangMethod
  private let mix: GangMix

  /// What `muster` places on; nil for the others.
  private var occupancy: Occupancy?

  /// By kind and entry of the mix: gangs seen so far.
  private var seen: [[Int]]
  private var seenInAll = 0
  private var measures: [GangMeasure]
  private var nextMeasuring = 0

  init(_ fleet: GangFleet, method: GangMethod, mix: GangMix) {
    self.fleet = fleet
    self.method = method
    self.mix = mix
    occupancy = method == .muster ? Occupancy(topology: fleet.topology) : nil
    seen = fleet.kinds.map { _ in Array(repeating: 0, count: mix.entries.count) }
    measures = []
  }

  /// The nodes of a gang, rising; nil where it does not fit.
  ///
  /// - Parameters:
  ///   - entry: which of the mix it is.
  ///   - required: the level of which one domain, or one of a lower level, must hold it.
  mutating func place(
    _ entry: Int, of kind: Int, required: DomainLevel?, on room: GangRoom
  ) -> Allocation? {
    let count = mix.entries[entry].nodes
    learn(entry, kind)
    guard room.total[kind] >= count else { return nil }
    if method == .muster { return byMuster(count, of: kind, required: required) }
    var nodes: [Int] = []
    if method == .firstFit {
      guard let around = firstFitting(count, of: kind, required: required, on: room) else {
        return nil
      }
      nodes = room.first(count, of: kind, in: around)
    } else {
      let around = smallest(count, of: kind, required: required, on: room)
      guard around >= 0 || required == nil else { return nil }
      fill(count, of: kind, in: around, on: room, &nodes)
      nodes.sort()
    }
    return fleet.allocation(nodes)
  }

  /// Tells that a gang that was placed holds its nodes.
  mutating func take(_ allocation: Allocation) { occupancy?.take(allocation) }

  /// Tells that it has left them.
  mutating func giveBack(_ allocation: Allocation) { occupancy?.giveBack(allocation) }

  private func byMuster(_ count: Int, of kind: Int, required: DomainLevel?) -> Allocation? {
    let kind = fleet.kinds[kind]
    let shape = GangShape(
      members: count,
      member: MemberShape(accelerators: kind.accelerators, wholeNode: true),
      closeness: required.map { .within($0) } ?? .closest,
      eligibility: fleet.kinds.count > 1 ? Eligibility(models: [kind.model]) : nil)
    return occupancy?.placement(of: shape)
  }

  /// The measure is made anew whenever a quarter more gangs have come.
  private mutating func learn(_ entry: Int, _ kind: Int) {
    guard method == .lifted else { return }
    seen[kind][entry] += 1
    seenInAll += 1
    guard seenInAll > nextMeasuring else { return }
    nextMeasuring = seenInAll + seenInAll / 4
    measures = fleet.kinds.indices.map {
      GangMeasure(mix, shares: seen[$0], on: fleet.kinds[$0])
    }
  }

  private func firstFitting(
    _ count: Int, of kind: Int, required: DomainLevel?, on room: GangRoom
  ) -> Range<Int>? {
    guard let required else { return 0..<fleet.innermost.count }
    let domain = fleet.topology.domains(at: required).first { room.free(kind, in: $0) >= count }
    return domain.map { fleet.topology.domains[$0].nodes }
  }

  /// The best domain of the lowest level at which one holds so many; -1 where only the fleet does.
  private func smallest(
    _ count: Int, of kind: Int, required: DomainLevel?, on room: GangRoom
  ) -> Int {
    for level in DomainLevel.allCases.reversed() where required.map({ level >= $0 }) ?? true {
      guard fleet.kinds[kind].largest[Int(level.rawValue)] >= count else { continue }
      var best = -1
      var least = Int.max
      for domain in fleet.topology.domains(at: level) {
        let free = room.free(kind, in: domain)
        guard free >= count else { continue }
        let cost = cost(of: count, of: kind, in: domain, free: free, on: room)
        if cost < least { (best, least) = (domain, cost) }
      }
      if best >= 0 { return best }
    }
    return -1
  }

  private func cost(
    of count: Int, of kind: Int, in domain: Int, free: Int, on room: GangRoom
  ) -> Int {
    guard method == .lifted else { return method == .mostFree ? -free : free }
    var added = 0
    var around = domain
    while around >= 0 {
      let free = room.free(kind, in: around)
      let level = fleet.levelOfDomain[around]
      added += measures[kind].lost(free: free - count, level: level)
      added -= measures[kind].lost(free: free, level: level)
      around = fleet.parents[around]
    }
    // Of those that are equal the fullest.
    return added * (GangMix.most + 1) + free
  }

  /// Takes so many nodes of a domain, or of the fleet: the fewest of its children, those with most
  /// room first, and the last of them as tight as it goes.
  private func fill(
    _ count: Int, of kind: Int, in domain: Int, on room: GangRoom, _ nodes: inout [Int]
  ) {
    let children = domain < 0 ? fleet.topology.roots : fleet.topology.domains[domain].children
    guard !children.isEmpty else {
      let range =
        domain < 0 ? 0..<fleet.innermost.count : fleet.topology.domains[domain].nodes
      nodes += room.first(count, of: kind, in: range)
      return
    }
    var order = children.map { (domain: $0, free: room.free(kind, in: $0)) }
    order.sort { $0.free != $1.free ? $0.free > $1.free : $0.domain < $1.domain }
    var rest = count
    for (place, child) in order.enumerated() {
      if child.free >= rest {
        let last = order[place...].last { $0.free >= rest } ?? child
        fill(rest, of: kind, in: last.domain, on: room, &nodes)
        return
      }
      fill(child.free, of: kind, in: child.domain, on: room, &nodes)
      rest -= child.free
    }
  }
}
