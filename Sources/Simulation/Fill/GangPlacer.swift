public import Fleet

/// How the nodes of a gang are chosen.
public enum GangMethod: Hashable, Sendable {
  /// The first free nodes as they stand, whatever is around them.
  case firstFit
  /// The lowest level of which one domain holds the gang, there the domain with most room, and of
  /// its children those with most room.
  case mostFree
  /// The same level, there the domain with least room, and inside of it as `muster`.
  case bestFitDomain
  /// The same level, there the domain by which F grows least for the gangs seen so far, the
  /// fullest of equals, and inside of it as `muster`.
  case lifted
  /// Muster's own placement, as production has it.
  case muster
}

/// Chooses the nodes of gangs by one method, and knows who holds what and what is lost.
///
/// A gang takes whole nodes of one accelerator model.
public struct GangPlacer: Sendable {
  let fleet: GangFleet
  private let method: GangMethod
  private let mix: GangMix
  private var room: GangRoom

  /// What `muster` places on; nil for methods that do without it.
  private var occupancy: Occupancy?

  /// By kind and entry of the mix: gangs seen so far.
  private var seen: [[Int]]
  private var seenInAll = 0
  private var measures: [GangMeasure] = []
  private var nextMeasuring = 0

  /// The empty fleet, to which gangs of this mix will come.
  public init(topology: Topology, method: GangMethod, mix: GangMix) {
    self.init(GangFleet(topology), method: method, mix: mix)
  }

  init(_ fleet: GangFleet, method: GangMethod, mix: GangMix) {
    self.fleet = fleet
    self.method = method
    self.mix = mix
    room = GangRoom(fleet, mix: mix)
    let doesWithout = method == .firstFit || method == .mostFree
    occupancy = doesWithout ? nil : Occupancy(topology: fleet.topology)
    seen = fleet.kinds.map { _ in Array(repeating: 0, count: mix.entries.count) }
  }

  /// Where a gang would go, its nodes rising; nil where it does not fit. It counts as seen.
  ///
  /// - Parameters:
  ///   - entry: which of the mix it is.
  ///   - kind: which of the fleet's models it has, by index.
  ///   - required: the level of which one domain, or one of a lower level, must hold it.
  public mutating func place(
    _ entry: Int, of kind: Int = 0, required: DomainLevel? = nil
  ) -> Allocation? {
    let count = mix.entries[entry].nodes
    learn(entry, kind)
    guard room.total[kind] >= count else { return nil }
    if method == .muster { return byMuster(count, of: kind, required: required) }
    if method == .firstFit {
      guard let around = firstFitting(count, of: kind, required: required) else { return nil }
      return fleet.allocation(room.first(count, of: kind, in: around))
    }
    let around = smallest(count, of: kind, required: required)
    guard around >= 0 || required == nil else { return nil }
    if method != .mostFree, around < 0 || !fleet.topology.domains[around].children.isEmpty {
      return byMuster(count, of: kind, required: required, inside: around)
    }
    var nodes: [Int] = []
    fill(count, of: kind, in: around, &nodes)
    return fleet.allocation(nodes.sorted())
  }

  /// Lets a gang hold these nodes.
  ///
  /// - Precondition: nobody holds any of them.
  public mutating func take(_ allocation: Allocation) {
    room.take(fleet.indices(allocation))
    occupancy?.take(allocation)
  }

  /// Lets a gang leave these nodes.
  ///
  /// - Precondition: all of them are held.
  public mutating func giveBack(_ allocation: Allocation) {
    room.giveBack(fleet.indices(allocation))
    occupancy?.giveBack(allocation)
  }

  /// F of all domains of a level, in millionths of a node, by the shares of the whole mix.
  ///
  /// Gangs count that a domain of the level could hold were it empty.
  public func lost(at level: DomainLevel) -> Int { room.lost[Int(level.rawValue)] }

  /// The free nodes that are inside domains of a level.
  public func freeNodes(at level: DomainLevel) -> Int { room.inside[Int(level.rawValue)] }

  /// - Parameter domain: where all of it must be; -1 for anywhere.
  private func byMuster(
    _ count: Int, of kind: Int, required: DomainLevel?, inside domain: Int = -1
  ) -> Allocation? {
    let kind = fleet.kinds[kind]
    let named =
      domain < 0 ? [] : fleet.topology.domains[domain].nodes.map { fleet.topology.nodes[$0].id }
    let shape = GangShape(
      members: count,
      member: MemberShape(accelerators: kind.accelerators, wholeNode: true),
      closeness: required.map { .within($0) } ?? .closest,
      eligibility: fleet.kinds.count > 1 || domain >= 0
        ? Eligibility(models: [kind.model], named: named) : nil)
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
      GangMeasure(mix, shares: seen[$0], on: fleet.kinds[$0], counting: .lowestLevel)
    }
  }

  private func firstFitting(
    _ count: Int, of kind: Int, required: DomainLevel?
  ) -> Range<Int>? {
    guard let required else { return 0..<fleet.innermost.count }
    let domain = fleet.topology.domains(at: required).first { room.free(kind, in: $0) >= count }
    return domain.map { fleet.topology.domains[$0].nodes }
  }

  /// The best domain of the lowest level at which one holds so many; -1 where only the fleet does.
  private func smallest(
    _ count: Int, of kind: Int, required: DomainLevel?
  ) -> Int {
    for level in DomainLevel.allCases.reversed() where required.map({ level >= $0 }) ?? true {
      guard fleet.kinds[kind].largest[Int(level.rawValue)] >= count else { continue }
      var best = -1
      var least = (Int.max, 0, 0)
      for domain in fleet.topology.domains(at: level) {
        let free = room.free(kind, in: domain)
        guard free >= count else { continue }
        let cost = cost(of: count, of: kind, in: domain, free: free)
        if cost < least { (best, least) = (domain, cost) }
      }
      if best >= 0 { return best }
    }
    return -1
  }

  /// What decides between domains of a level, the least first; the first number that differs.
  private func cost(
    of count: Int, of kind: Int, in domain: Int, free: Int
  ) -> (Int, Int, Int) {
    if method == .mostFree { return (-free, 0, 0) }
    var added = 0
    var around = method == .lifted ? domain : -1
    while around >= 0 {
      let free = room.free(kind, in: around)
      let level = fleet.levelOfDomain[around]
      added += measures[kind].lost(free: free - count, level: level)
      added -= measures[kind].lost(free: free, level: level)
      around = fleet.parents[around]
    }
    return (added, free, room.free(kind, in: fleet.parents[domain]))
  }

  /// Takes so many nodes of a domain, or of the fleet, from the fewest of its children: those with
  /// most room first, and the last of them as tight as it goes.
  private func fill(
    _ count: Int, of kind: Int, in domain: Int, _ nodes: inout [Int]
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
        fill(rest, of: kind, in: last.domain, &nodes)
        return
      }
      fill(child.free, of: kind, in: child.domain, &nodes)
      rest -= child.free
    }
  }
}
