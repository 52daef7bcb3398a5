public import Units

extension Occupancy {
  /// The room that a gang gets if some candidates go, and which of them; nil where even all
  /// together don't make room.
  ///
  /// Where the gang fits as things stand, nobody goes. Equal victims are told apart by the
  /// closeness of the room they free, then by their numbers; the order of the candidates does not
  /// matter. Of several models that the gang names, or of all models where it names none, it gets
  /// the one that costs least; a mixture only where no one model can be cleared.
  /// O(slices of all candidates + nodes), and the knapsack (`ClearingKnapsack`).
  ///
  /// - Parameters:
  ///   - candidates: jobs that run and may go; nothing that they hold is free here.
  ///   - wait: how long the gang has waited, as for its placement.
  public func clearing(
    for shape: GangShape, among candidates: [ClearingCandidate], by aim: ClearingAim,
    afterWaiting wait: TimeSpan = .zero
  ) -> Clearing? {
    if let allocation = placement(of: shape, afterWaiting: wait) {
      return Clearing(allocation: allocation)
    }
    let order = ClearingOrder(
      occupancy: self, shape: shape, wait: wait, aim: aim,
      candidates: candidates.isSortedByJob ? candidates : candidates.sorted { $0.job < $1.job })
    guard order.mayFit else { return nil }
    return aim == .youngestFirst ? order.youngestFirst() : order.cheapest()
  }
}

extension [ClearingCandidate] {
  fileprivate var isSortedByJob: Bool {
    for index in indices.dropFirst() where self[index].job < self[index - 1].job { return false }
    return true
  }
}

/// One request for a clearing.
struct ClearingOrder {
  let occupancy: Occupancy
  let shape: GangShape
  let wait: TimeSpan
  let aim: ClearingAim
  /// By number.
  let candidates: [ClearingCandidate]

  private var prices: ClearingPrice { ClearingPrice(aim) }
}

extension ClearingOrder {
  /// Whether the gang fits once all candidates are gone: else nobody need look further.
  var mayFit: Bool {
    var trial = occupancy
    for index in candidates.indices { trial.giveBack(candidates[index].allocation) }
    return trial.fits(shape, afterWaiting: wait)
  }

  /// The youngest go until the gang fits; those of them that it does not need stay.
  func youngestFirst() -> Clearing? {
    cleared(by: candidates.indices.sorted { precedes($1, $0) })
  }

  private func precedes(_ a: Int, _ b: Int) -> Bool {
    candidates[a].started != candidates[b].started
      ? candidates[a].started < candidates[b].started : a < b
  }

  /// So many of the first of an order go that the gang just fits. O(slices · log candidates)
  func cleared(by order: [Int]) -> Clearing? {
    func trial(_ count: Int) -> Occupancy {
      var trial = occupancy
      for index in order[..<count] { trial.giveBack(candidates[index].allocation) }
      return trial
    }
    guard trial(order.count).fits(shape, afterWaiting: wait) else { return nil }
    var low = 0
    var high = 1
    while high < order.count, !trial(high).fits(shape, afterWaiting: wait) {
      low = high
      high *= 2
    }
    high = min(high, order.count)
    // It does not fit with `low`, and does with `high`.
    while low + 1 < high {
      let middle = (low + high) / 2
      if trial(middle).fits(shape, afterWaiting: wait) { high = middle } else { low = middle }
    }
    var victims = ClearingVictims()
    victims.evicted = order[..<high].map { Int32($0) }
    return clearing(by: victims)
  }

  /// The cheapest victims, and of equals those that free the closest place.
  func cheapest() -> Clearing? {
    let open = shape.eligibility?.includesReserved == true ? occupancy.openingReserved() : occupancy
    let field = ClearingField(open, candidates, shape)
    var best: (rank: Rank, clearing: Clearing)?
    for (number, eligible) in eligibleSets(open).enumerated() {
      // A mixture comes last.
      if number > 0, number == mixture, best != nil { break }
      var search = ClearingSearch(field, shape, in: eligible, aim)
      for victims in victims(&search, atMost: best?.rank.price) {
        guard let clearing = clearing(by: victims) else { continue }
        let rank = rank(of: clearing)
        if best.map({ rank < $0.rank }) ?? true { best = (rank, clearing) }
      }
    }
    return best?.clearing ?? cleared(by: byPriceOfAccelerator())
  }

  /// Victims that may be the cheapest: several where some are as cheap as others, or where it shows
  /// only in the proof what they cost.
  private func victims(
    _ search: inout ClearingSearch, atMost price: Int128?
  ) -> [ClearingVictims] {
    if shape.nodeCount == 1 { return search.cheapestNode().map { [$0] } ?? [] }
    let limit = price.map { $0 + 1 } ?? .max
    let closeness = shape.closeness
    if let innermost = closeness.segments.smallest?.level,
      closeness.required(afterWaiting: wait).map({ $0 <= innermost }) ?? true
    {
      return segmented(&search)
    }
    var all: [ClearingSearch.Choices] = []
    for range in ranges {
      if let choices = search.choices(in: range) { all.append(choices) }
    }
    // Where it can be cheap comes first, so that the others mostly need not be decided.
    let order = all.indices.sorted {
      all[$0].lowerBound != all[$1].lowerBound ? all[$0].lowerBound < all[$1].lowerBound : $0 < $1
    }
    var best: [ClearingVictims] = []
    for index in order {
      let below = best.first.map { $0.price + 1 } ?? limit
      guard all[index].lowerBound < below else { break }
      guard let victims = search.cheapest(of: all[index], below: below) else { continue }
      if let first = best.first, victims.price < first.price { best.removeAll() }
      best.append(victims)
    }
    return best
  }

  /// Victims for a gang in segments, by both ways to price who holds nodes of several domains.
  private func segmented(_ search: inout ClearingSearch) -> [ClearingVictims] {
    var all: [ClearingVictims] = []
    for byPart in [false, true] {
      guard
        let segments = ClearingSegments(
          shape.closeness, in: occupancy.topology, byPart: byPart)
      else { return [] }
      var best: ClearingVictims?
      for range in ranges {
        let limit = best?.price ?? .max
        let victims = segments.cheapest(Int(shape.members), in: range, &search, below: limit)
        if let victims, victims.price < limit { best = victims }
      }
      if let best { all.append(best.distinct()) }
    }
    return all
  }

  /// The widest domains that the gang may be inside of; the fleet where it may be anywhere.
  private var ranges: [Range<Int>] {
    let topology = occupancy.topology
    guard let required = shape.closeness.required(afterWaiting: wait) else {
      return [topology.ids.indices]
    }
    return topology.tree.indices.filter {
      let domain = topology.tree[$0]
      let parent = Int(domain.parent)
      return domain.level >= required && (parent < 0 || topology.tree[parent].level < required)
    }.map { topology.tree[$0].nodes }
  }

  /// Which of the eligible sets is a mixture of models.
  private var mixture: Int {
    shape.eligibility?.models.isEmpty ?? true ? occupancy.topology.models.count : .max
  }

  /// The sets of nodes that a gang may have, one for each model, and one for any mixture.
  private func eligibleSets(_ open: Occupancy) -> [NodeSet?] {
    let topology = open.topology
    let eligible = topology.nodes(eligible: shape.eligibility)
    let named = shape.eligibility?.models ?? []
    guard !named.isEmpty || topology.models.count > 1 && shape.member.accelerators > 0 else {
      return [eligible]
    }
    let models = named.isEmpty ? topology.models : named
    var sets: [NodeSet?] = models.compactMap { model in
      topology.models.firstIndex(of: model).map {
        var set = topology.nodesByModel[$0]
        if let eligible { set.formIntersection(eligible) }
        return set
      }
    }
    if named.isEmpty { sets.append(eligible) }
    return sets
  }

  private func byPriceOfAccelerator() -> [Int] {
    let keys = candidates.map { candidate in
      prices.eviction(of: candidate) / Int128(max(1, candidate.allocation.acceleratorCount))
    }
    return candidates.indices.sorted { keys[$0] != keys[$1] ? keys[$0] < keys[$1] : $0 < $1 }
  }
}
