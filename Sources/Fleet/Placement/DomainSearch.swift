/// Chooses the domains of a gang, and how many of its nodes each of them gets.
///
/// The declared order of criteria, the first that differs decides:
/// 1. the level of the smallest domain around the gang: the lower, the better;
/// 2. how many of that domain's children it touches: the fewer, the better;
/// 3. the room left over in those children (in the domain itself if it has none): the less, the
///    better;
/// 4. the room left over in the domain, then in those around it: the less, the better;
/// 5. the place in the fleet: the lower, the better.
///
/// Inside each child the same rule holds for its part of the gang. *Room* is counted in nodes that
/// can take a member, rounded down to whole segments where the gang has segments.
struct DomainSearch {
  /// A part of the gang, and the innermost domain it goes to; nil in a flat fleet.
  struct Part: Equatable {
    var domain: Int?
    var nodes: Int
  }

  let topology: Topology

  /// The room of each domain, and of the fleet.
  private(set) var room: [Int32]
  private(set) var total: Int

  /// Nodes with room for the gang's rest, by domain and in the fleet; nil where it has none.
  private let rest: (room: [Int32], total: Int)?

  private let closeness: Closeness
  private let required: DomainLevel?

  /// A search over the domains of `occupancy`, for the members and the rest of a gang.
  ///
  /// - Parameter required: the level that the gang must be inside of, its wait considered.
  init(
    _ occupancy: Occupancy, members: Candidates, rest: Candidates?, closeness: Closeness,
    required: DomainLevel?
  ) {
    topology = occupancy.topology
    self.closeness = closeness
    self.required = required
    self.rest = rest.map { (occupancy.domainCounts(of: $0), $0.total) }
    room = occupancy.domainCounts(of: members)
    total = members.total
    if !closeness.segments.isEmpty { roundToSegments() }
  }

  /// Rounds every domain's room down to segments, from the inside out: what is together in a block
  /// counts for the leaf, what is together in a leaf for the pod.
  private mutating func roundToSegments() {
    guard let innermost = closeness.segments.smallest?.level else { return }
    for index in topology.tree.indices.reversed() {
      let domain = topology.tree[index]
      if domain.isInnermost {
        // Segments of blocks are nowhere where there are no blocks.
        if domain.level < innermost { room[index] = 0 }
      } else if domain.level < innermost {
        room[index] = domain.children.reduce(0) { $0 + room[$1] }
      }
      let segment = Int32(closeness.segments[domain.level])
      if segment > 0 { room[index] -= room[index] % segment }
    }
    total = topology.roots.reduce(0) { $0 + Int(room[$1]) }
  }

  /// Whether a domain has room for so many nodes of the gang, and its rest.
  @inline(__always)
  private func holds(_ nodes: Int, _ domain: Int) -> Bool {
    guard Int(room[domain]) >= nodes else { return false }
    return rest.map { Int($0.room[domain]) > nodes } ?? true
  }

  /// Whether there is room at all.
  func fits(_ nodes: Int) -> Bool {
    guard closeness.segments.divide(nodes) else { return false }
    guard let required else { return total >= nodes && (rest.map { $0.total > nodes } ?? true) }
    for level in DomainLevel.allCases where level >= required {
      for domain in topology.domains(at: level) where holds(nodes, domain) { return true }
    }
    return false
  }

  /// The domain around the gang, nil if that is the whole fleet or there is no room; and its parts,
  /// none if there is no room.
  func parts(_ nodes: Int) -> (around: Int?, parts: [Part]) {
    guard fits(nodes) else { return (nil, []) }
    var parts: [Part] = []
    if case .spread(let level) = closeness.division,
      spread(nodes, over: level, &parts)
    {
      return (nil, parts)
    }
    guard let around = smallest(nodes, inside: nil, atMost: required) else {
      divide(nodes, among: topology.roots, &parts)
      if topology.roots.isEmpty { parts.append(Part(domain: nil, nodes: nodes)) }
      return (nil, parts)
    }
    place(nodes, in: around, &parts)
    return (around, parts)
  }

  /// The largest number of nodes that fit inside one domain of a level, and which domain that is.
  func most(at level: DomainLevel) -> (domain: Int, nodes: Int)? {
    var best: (domain: Int, nodes: Int)?
    for inner in DomainLevel.allCases where inner >= level {
      for domain in topology.domains(at: inner) where Int(room[domain]) > best?.nodes ?? -1 {
        best = (domain, Int(room[domain]))
      }
    }
    return best
  }

  /// The best domain that holds so many nodes, of the lowest level at which there is one.
  private func smallest(
    _ nodes: Int, inside range: Range<Int>?, atMost highest: DomainLevel?
  ) -> Int? {
    var raw = Int(DomainLevel.block.rawValue)
    while raw >= 0, let level = DomainLevel(rawValue: UInt8(raw)) {
      if let highest, level < highest { return nil }
      raw -= 1
      guard topology.largest(at: level) >= nodes else { continue }
      let domains =
        range.map { topology.domains(at: level, inside: $0) } ?? topology.domains(at: level)
      if let best = best(nodes, of: domains) { return best }
    }
    return nil
  }

  private func best(_ nodes: Int, of domains: Range<Int>) -> Int? {
    guard let first = domains.first else { return nil }
    // Domains of one level mostly are alike: all hold nodes, or all hold domains.
    let divided = topology.hasDivided(topology.tree[first].level)
    guard divided else { return tightest(nodes, of: domains) }
    var fewest = Int.max
    var options: [Int] = []
    var counter = FewestCounter()
    for domain in domains where holds(nodes, domain) {
      let children = topology.tree[domain].children
      // Nothing is divided where there are no children.
      let count = children.isEmpty ? 1 : counter.fewest(nodes, of: children, room)
      if count < fewest {
        fewest = count
        options.removeAll(keepingCapacity: true)
      }
      if count == fewest { options.append(domain) }
    }
    // The least room left over in the children decides, then the least in the domain: so the
    // first of the fullest domains whose children leave nothing over can't be beaten.
    options.sort { precedes($0, $1) }
    var best: Int?
    var least = Int.max
    for domain in options {
      let children = topology.tree[domain].children
      let leftOver =
        children.isEmpty
        ? Int(room[domain]) - nodes : Subset.leftOver(nodes, of: children, room)
      guard leftOver < least else { continue }
      least = leftOver
      best = domain
      if leftOver == 0 { break }
    }
    return best
  }

  /// The domain with the least room that holds so many nodes, none of them being divided.
  private func tightest(_ nodes: Int, of domains: Range<Int>) -> Int? {
    let wanted = Int32(truncatingIfNeeded: nodes)
    var best = -1
    var least = Int32.max
    var first = domains.lowerBound
    while first < domains.upperBound {
      // Siblings differ in their own room only; the first of the tightest is the one.
      let parent = Int(topology.tree[first].parent)
      let end =
        parent < 0
        ? domains.upperBound : min(domains.upperBound, topology.tree[parent].children.upperBound)
      var tightest = -1
      var room = Int32.max
      var domain = first
      for candidate in self.room[first..<end] {
        if candidate >= wanted, candidate < room, rest == nil || holds(nodes, domain) {
          room = candidate
          tightest = domain
        }
        domain &+= 1
      }
      if room < least || room == least && tightest >= 0 && precedes(tightest, best) {
        least = room
        best = tightest
      }
      first = end
    }
    return best < 0 ? nil : best
  }

  /// Whether `a` has less room left over than `b`, in itself or around it; the lower of equals.
  private func precedes(_ a: Int, _ b: Int) -> Bool {
    var (first, second) = (Int32(a), Int32(b))
    while first >= 0, second >= 0, first != second {
      let (roomA, roomB) = (room[Int(first)], room[Int(second)])
      if roomA != roomB { return roomA < roomB }
      first = topology.tree[Int(first)].parent
      second = topology.tree[Int(second)].parent
    }
    return a < b
  }

  /// Puts so many nodes into a domain that holds them.
  private func place(_ nodes: Int, in domain: Int, _ parts: inout [Part]) {
    let inside = topology.tree[domain]
    guard !inside.isInnermost else {
      parts.append(Part(domain: domain, nodes: nodes))
      return
    }
    if nodes < Int(room[domain]),
      let inner = smallest(nodes, inside: inside.nodes, atMost: below(inside.level))
    {
      place(nodes, in: inner, &parts)
    } else {
      divide(nodes, among: inside.children, &parts)
    }
  }

  private func below(_ level: DomainLevel) -> DomainLevel? {
    DomainLevel.allCases.first { $0 > level }
  }

  /// Divides so many nodes among siblings, as the gang's division asks.
  private func divide(_ nodes: Int, among siblings: Range<Int>, _ parts: inout [Part]) {
    guard !siblings.isEmpty else { return }
    var chosen = Subset.choose(nodes, of: siblings, room)
    if closeness.division == .even {
      let unit = siblings.isEmpty ? 1 : unit(below: topology.tree[siblings.lowerBound].level)
      Subset.even(nodes, in: unit, over: &chosen, room)
    }
    for (domain, share) in chosen { place(share, in: domain, &parts) }
  }

  /// How many nodes must stay together in or below a level.
  private func unit(below level: DomainLevel) -> Int {
    DomainLevel.allCases.reduce(1) { $1 >= level ? max($0, closeness.segments[$1]) : $0 }
  }

  /// Spreads so many nodes evenly over the domains of a level; false where the fleet has none.
  private func spread(_ nodes: Int, over level: DomainLevel, _ parts: inout [Part]) -> Bool {
    var range: Range<Int>?
    if let required, required < level {
      guard let around = smallest(nodes, inside: nil, atMost: required) else { return false }
      range = topology.tree[around].nodes
    }
    let domains =
      range.map { topology.domains(at: level, inside: $0) } ?? topology.domains(at: level)
    var chosen = domains.filter { room[$0] > 0 }.sorted {
      room[$0] != room[$1] ? room[$0] > room[$1] : $0 < $1
    }.prefix(nodes).map { (domain: $0, share: 0) }
    guard chosen.reduce(0, { $0 + Int(room[$1.domain]) }) >= nodes else { return false }
    Subset.even(nodes, in: 1, over: &chosen, room)
    for (domain, share) in chosen where share > 0 { place(share, in: domain, &parts) }
    return true
  }
}
