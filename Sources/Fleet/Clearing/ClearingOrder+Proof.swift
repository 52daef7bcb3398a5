import Units

extension ClearingOrder {
  /// Where the gang goes once some victims have gone, and those of them who have to; nil where it
  /// still does not fit.
  ///
  /// The dearest that can be spared stays: each slice that a victim holds is taken again as long as
  /// the gang's room stays free. A job is evicted if it would have to give up more members than it
  /// can spare.
  func clearing(by victims: ClearingVictims) -> Clearing? {
    var trial = occupancy
    for index in victims.evicted { trial.giveBack(candidates[Int(index)].allocation) }
    for (index, slice) in victims.givenUp {
      trial.giveBack(candidates[Int(index)].allocation.part(Int(slice)))
    }
    guard let allocation = trial.placement(of: shape, afterWaiting: wait) else { return nil }
    var clearing = Clearing(allocation: allocation)
    var touched = NodeSet(count: occupancy.topology.nodes.count)
    for slice in allocation.slices { touched.insert(occupancy.topology.index(of: slice.node)) }
    let prices = ClearingPrice(aim)
    let order = victims.evicted.sorted {
      let a = prices.eviction(of: candidates[Int($0)])
      let b = prices.eviction(of: candidates[Int($1)])
      return a != b ? a > b : $0 > $1
    }
    for index in order {
      let candidate = candidates[Int(index)]
      let needed = needed(
        candidate, Array(candidate.allocation.slices.indices), allocation, touched, &trial)
      if needed.isEmpty { continue }
      if aim != .youngestFirst, needed.count <= candidate.sparable,
        prices.shrinking(candidate, by: needed.count) < prices.eviction(of: candidate)
      {
        clearing.shrunk.append(.init(job: candidate.job, slices: needed))
        clearing.loss += candidate.shrinkLoss * Int64(needed.count)
      } else {
        clearing.evicted.append(candidate.job)
        clearing.loss += candidate.loss
        // It goes as a whole, and nobody else has to go for what it leaves.
        for slice in candidate.allocation.slices.indices where !needed.contains(slice) {
          trial.giveBack(candidate.allocation.part(slice))
        }
      }
    }
    addShrunk(victims, allocation, touched, &trial, to: &clearing)
    clearing.evicted.sort()
    clearing.shrunk.sort { $0.job < $1.job }
    return clearing
  }

  private func addShrunk(
    _ victims: ClearingVictims, _ allocation: Allocation, _ touched: NodeSet,
    _ trial: inout Occupancy, to clearing: inout Clearing
  ) {
    let order = victims.givenUp.sorted { ($0.candidate, $0.slice) < ($1.candidate, $1.slice) }
    var first = 0
    while first < order.count {
      var end = first
      while end < order.count, order[end].candidate == order[first].candidate { end += 1 }
      let candidate = candidates[Int(order[first].candidate)]
      let slices = order[first..<end].map { Int($0.slice) }
      first = end
      let needed = needed(candidate, slices, allocation, touched, &trial)
      guard !needed.isEmpty else { continue }
      guard needed.count <= candidate.sparable else {
        // Asked to give up some here and some there, more than it can: it goes.
        clearing.evicted.append(candidate.job)
        clearing.loss += candidate.loss
        for slice in candidate.allocation.slices.indices where !needed.contains(slice) {
          trial.giveBack(candidate.allocation.part(slice))
        }
        continue
      }
      clearing.shrunk.append(.init(job: candidate.job, slices: needed))
      clearing.loss += candidate.shrinkLoss * Int64(needed.count)
    }
  }

  /// Takes again each of some slices that leaves the allocation free; those that don't.
  private func needed(
    _ candidate: ClearingCandidate, _ slices: [Int], _ allocation: Allocation, _ touched: NodeSet,
    _ trial: inout Occupancy
  ) -> [Int] {
    var needed: [Int] = []
    for slice in slices {
      let held = candidate.allocation.slices[slice]
      let part = candidate.allocation.part(slice)
      trial.take(part)
      guard touched.contains(occupancy.topology.index(of: held.node)) else { continue }
      if !trial.isFree(allocation) {
        trial.giveBack(part)
        needed.append(slice)
      }
    }
    return needed
  }
}

extension ClearingOrder {
  /// How good a clearing is: the first mark that differs decides.
  struct Rank: Comparable {
    /// What its victims cost.
    var price: Int128
    /// The level of the smallest domain around the gang, the lowest first.
    var level: Int
    /// How many of that domain's children it touches.
    var touched: Int

    static func < (a: Rank, b: Rank) -> Bool {
      if a.price != b.price { return a.price < b.price }
      return (a.level, a.touched) < (b.level, b.touched)
    }
  }

  /// The rank of a clearing.
  func rank(of clearing: Clearing) -> Rank {
    let prices = ClearingPrice(aim)
    var rank = Rank(price: 0, level: 0, touched: 0)
    var (evicted, shrunk) = (clearing.evicted[...], clearing.shrunk[...])
    for candidate in candidates {
      if candidate.job == evicted.first {
        rank.price += prices.eviction(of: candidate)
        evicted.removeFirst()
      } else if candidate.job == shrunk.first?.job {
        rank.price += prices.shrinking(candidate, by: shrunk.removeFirst().slices.count)
      }
    }
    let topology = occupancy.topology
    let nodes = clearing.allocation.slices.map { topology.index(of: $0.node) }
    // A domain is a range: the first and the last node tell.
    let (first, last) = (nodes.min() ?? 0, nodes.max() ?? 0)
    let around = topology.tree.indices.last {
      topology.tree[$0].nodes.contains(first) && topology.tree[$0].nodes.contains(last)
    }
    rank.level = around.map { -Int(topology.tree[$0].level.rawValue) } ?? 1
    for child in around.map({ topology.tree[$0].children }) ?? topology.roots
    where nodes.contains(where: { topology.tree[child].nodes.contains($0) }) {
      rank.touched += 1
    }
    return rank
  }
}
