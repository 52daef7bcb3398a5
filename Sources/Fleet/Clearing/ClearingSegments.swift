import Units

/// Gangs that come in segments: so many nodes together in each block, so many in each leaf.
///
/// What each domain asks for 1, 2, 3 … segments is found as for a whole gang; which domains give
/// how many is a knapsack of knapsacks, from the innermost level with segments to the outermost.
/// Exact where no candidate holds nodes of two such domains. One that does is priced in each of
/// them either as a whole or by the part of it that is there (a Lagrangian price for having it
/// gone in all of them at once); both choices are proven and trimmed, and the cheaper is taken.
struct ClearingSegments {
  /// Segments that a domain can give, and who goes for them.
  private struct Offer {
    var count: Int
    var price: Int128
    var victims: ClearingVictims
  }

  private let topology: Topology
  private let levels: [(level: DomainLevel, size: Int)]
  private let byPart: Bool

  /// The segments of a closeness; nil where those of an outer level are not made up of inner ones.
  init?(_ closeness: Closeness, in topology: Topology, byPart: Bool) {
    self.topology = topology
    self.byPart = byPart
    levels = DomainLevel.allCases.filter { closeness.segments[$0] > 0 }
      .map { (level: $0, size: closeness.segments[$0]) }
    for (outer, inner) in zip(levels, levels.dropFirst()) where outer.size % inner.size != 0 {
      return nil
    }
  }

  /// The cheapest victims for a gang on a range of nodes; nil where there is no room, or where they
  /// are not below a limit.
  func cheapest(
    _ members: Int, in range: Range<Int>, _ search: inout ClearingSearch, below limit: Int128
  ) -> ClearingVictims? {
    guard let outermost = levels.first, members % outermost.size == 0 else { return nil }
    return offers(
      of: range, upTo: [members / outermost.size], at: 0, unit: 1, &search, below: limit
    ).offers.last?.victims
  }

  /// What a range of nodes offers of units that each are so many segments of a level.
  ///
  /// - Returns: how many units are free, and an offer for each number of further ones that is asked
  ///   for and there is.
  private func offers(
    of range: Range<Int>, upTo counts: [Int]?, at index: Int, unit: Int,
    _ search: inout ClearingSearch, below limit: Int128
  ) -> (free: Int, offers: [Offer]) {
    guard index < levels.count else {
      return innermostOffers(of: range, unit: unit, &search)
    }
    let (level, size) = levels[index]
    let inner = index + 1 < levels.count ? size / levels[index + 1].size : size
    var knapsack = ClearingKnapsack(members: 0, hasRest: false)
    var victims: [ClearingVictims] = []
    var possible = 0
    for domain in topology.domains(at: level, inside: range) {
      let nodes = topology.tree[domain].nodes
      let (free, offers) = offers(
        of: nodes, upTo: nil, at: index + 1, unit: inner, &search, below: .max)
      knapsack.freeMembers += free
      possible += free + (offers.last?.count ?? 0)
      for offer in offers {
        knapsack.add(
          .init(
            members: Int32(offer.count), rests: 0, price: offer.price, code: UInt32(victims.count)))
        victims.append(offer.victims)
      }
      knapsack.closeGroup()
    }
    let free = knapsack.freeMembers / unit
    let wanted = counts ?? (free < possible / unit ? Array(free + 1...possible / unit) : [])
    var result: [Offer] = []
    for count in wanted where count <= possible / unit {
      guard let choice = knapsack.forMembers(count * unit).cheapest(below: limit) else { continue }
      var all = ClearingVictims(price: choice.price)
      for option in choice.chosen where option >= 0 {
        let part = victims[Int(knapsack.options[Int(option)].code)]
        all.evicted += part.evicted
        all.givenUp += part.givenUp
      }
      result.append(Offer(count: count - free, price: choice.price, victims: all))
    }
    return (free, result)
  }

  /// What the nodes of an innermost domain offer.
  private func innermostOffers(
    of range: Range<Int>, unit: Int, _ search: inout ClearingSearch
  ) -> (free: Int, offers: [Offer]) {
    if byPart { search.setPrices(in: range, byPart: true) }
    defer { if byPart { search.setPrices(in: range, byPart: false) } }
    var (now, after) = (0, 0)
    for node in range {
      if search.now[node] == .member { now += 1 }
      if search.after[node] == .member { after += 1 }
    }
    let free = now / unit
    guard free < after / unit,
      var choices = search.choices(in: range, segment: (free + 1) * unit)
    else { return (free, []) }
    var offers: [Offer] = []
    for count in free + 1...after / unit {
      choices.knapsack = choices.knapsack.forMembers(count * unit)
      guard let victims = search.cheapest(of: choices, below: .max) else { break }
      offers.append(Offer(count: count - free, price: victims.price, victims: victims))
    }
    return (free, offers)
  }
}

extension ClearingVictims {
  /// Nobody twice: who is evicted gives up nothing beside.
  func distinct() -> ClearingVictims {
    var result = ClearingVictims(price: price)
    for candidate in evicted.sorted() where result.evicted.last != candidate {
      result.evicted.append(candidate)
    }
    for one in givenUp.sorted(by: { ($0.candidate, $0.slice) < ($1.candidate, $1.slice) }) {
      if result.evicted.contains(one.candidate) { continue }
      if let last = result.givenUp.last, last == one { continue }
      result.givenUp.append(one)
    }
    return result
  }
}
