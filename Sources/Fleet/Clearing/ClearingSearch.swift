import Units

/// The cheapest victims whose going makes room for a gang.
///
/// Nodes fall into groups that share no candidate. What it costs to free so many nodes of a group
/// is found by trying all of its candidates' combinations; what it costs over all groups is a
/// knapsack. Both are exact. Where a group has too many candidates, or the gang comes in segments,
/// nodes are freed one by one instead, the cheapest for what it frees first.
struct ClearingSearch {
  private(set) var field: ClearingField
  let shape: GangShape
  let prices: ClearingPrice
  let mayShrink: Bool

  /// What fits on each node now, and once all candidates have gone.
  private(set) var now: [ClearingField.Room] = []
  private(set) var after: [ClearingField.Room] = []

  /// What it costs to evict each candidate.
  private(set) var evictions: [Int128]

  /// What it costs to have one slice of each candidate, by eviction or by shrinking.
  private let cheapest: [Int128]

  /// Scratch: each candidate's representative in its group, itself as long as nothing is joined.
  private var parents: [Int32]

  /// A group as it was put into the knapsack.
  fileprivate struct Group {
    var nodes: Range<Int>
    /// The only candidate; -1 where there are several.
    var candidate: Int32
  }

  /// A search over the nodes that the gang may have.
  init(_ field: ClearingField, _ shape: GangShape, in eligible: NodeSet?, _ aim: ClearingAim) {
    self.field = field
    self.shape = shape
    let prices = ClearingPrice(aim)
    self.prices = prices
    var evictions: [Int128] = []
    evictions.reserveCapacity(field.candidates.count)
    var cheapest = evictions
    cheapest.reserveCapacity(field.candidates.count)
    for index in field.candidates.indices {
      let eviction = prices.eviction(of: field.candidates[index])
      evictions.append(eviction)
      let canShrink = aim != .youngestFirst && field.candidates[index].sparable > 0
      cheapest.append(
        canShrink ? min(eviction, prices.shrinking(field.candidates[index], by: 1)) : eviction)
    }
    self.evictions = evictions
    self.cheapest = cheapest
    mayShrink = aim != .youngestFirst
    parents = Array(0..<Int32(field.candidates.count))
    look(eligible)
  }

  private mutating func look(_ eligible: NodeSet?) {
    let count = field.topology.nodes.count
    now = Array(repeating: .nothing, count: count)
    after = now
    for node in 0..<count where eligible?.contains(node) ?? true && field.isInService(node) {
      let room = field.room(on: node, without: 0)
      now[node] = room
      after[node] =
        room == .member || field.count(on: node) == 0 ? room : field.room(on: node, without: ~0)
    }
  }

  /// The victims for a gang of one.
  mutating func cheapestNode() -> ClearingVictims? {
    var best: (price: Int128, node: Int, gone: UInt64)?
    for node in now.indices where now[node] < .member && after[node] == .member {
      let limit = best?.price ?? .max
      guard cheapestEntry(node) < limit else { continue }
      if let cut = cheapestCut(node, below: limit) { best = (cut.price, node, cut.gone) }
    }
    guard let best else { return nil }
    var victims = ClearingVictims(price: best.price)
    for place in 0..<field.count(on: best.node) where best.gone >> UInt64(place) & 1 == 1 {
      let entry = field.entry(place, on: best.node)
      if canShrink(entry.candidate), shrinking(entry.candidate) < eviction(entry.candidate) {
        victims.givenUp.append((entry.candidate, entry.slice))
      } else {
        victims.evicted.append(entry.candidate)
      }
    }
    return victims
  }

  private func eviction(_ candidate: Int32) -> Int128 {
    evictions[Int(candidate)]
  }

  private func shrinking(_ candidate: Int32) -> Int128 {
    prices.shrinking(field.candidates[Int(candidate)], by: 1)
  }

  private func canShrink(_ candidate: Int32) -> Bool {
    mayShrink && field.candidates[Int(candidate)].sparable > 0
  }

  /// What it costs to make one entry go, looked at alone.
  @inline(__always)
  private func price(of entry: ClearingField.Entry) -> Int128 { cheapest[Int(entry.candidate)] }

  private func cheapestEntry(_ node: Int) -> Int128 {
    var least = Int128.max
    for place in 0..<field.count(on: node) {
      least = min(least, price(of: field.entry(place, on: node)))
    }
    return least
  }

  /// The cheapest entries of a node without which a member fits there, if they cost less than a
  /// limit. O(2^entries), or by the cheapest first where there are many.
  private mutating func cheapestCut(
    _ node: Int, below limit: Int128
  ) -> (price: Int128, gone: UInt64)? {
    let count = field.count(on: node)
    guard count <= 10 else {
      let prices = (0..<count).map { price(of: field.entry($0, on: node)) }
      return manyEntriesCut(node, prices, below: limit)
    }
    let all = UInt64(1) << UInt64(count) - 1
    // Those without whom there is no room have to go; the others are tried.
    var needed: UInt64 = 0
    var least: Int128 = 0
    for place in 0..<count
    where field.room(on: node, without: all & ~(1 << UInt64(place))) < .member {
      needed |= 1 << UInt64(place)
      least += price(of: field.entry(place, on: node))
    }
    guard least < limit else { return nil }
    guard needed != all else { return (least, needed) }
    let entryPrices = (0..<count).map { price(of: field.entry($0, on: node)) }
    var best: (price: Int128, gone: UInt64)?
    for gone in 1...all where gone & needed == needed {
      var price: Int128 = 0
      for place in 0..<count where gone >> UInt64(place) & 1 == 1 { price += entryPrices[place] }
      guard price < best?.price ?? limit else { continue }
      if field.room(on: node, without: gone) == .member { best = (price, gone) }
    }
    return best
  }

  /// Those that cost least go until there is room; then the dearest that can be spared come back.
  private mutating func manyEntriesCut(
    _ node: Int, _ entryPrices: [Int128], below limit: Int128
  ) -> (price: Int128, gone: UInt64)? {
    let order = entryPrices.indices.prefix(64).sorted {
      entryPrices[$0] != entryPrices[$1] ? entryPrices[$0] < entryPrices[$1] : $0 < $1
    }
    var gone: UInt64 = 0
    for place in order {
      gone |= 1 << UInt64(place)
      if field.room(on: node, without: gone) == .member { break }
    }
    guard field.room(on: node, without: gone) == .member else { return nil }
    for place in order.reversed() where gone >> UInt64(place) & 1 == 1 {
      let fewer = gone & ~(1 << UInt64(place))
      if field.room(on: node, without: fewer) == .member { gone = fewer }
    }
    let price = order.reduce(Int128(0)) {
      gone >> UInt64($1) & 1 == 1 ? $0 + entryPrices[$1] : $0
    }
    return price < limit ? (price, gone) : nil
  }
}

extension ClearingSearch {
  private func root(_ candidate: Int32) -> Int32 {
    var candidate = candidate
    while parents[Int(candidate)] != candidate { candidate = parents[Int(candidate)] }
    return candidate
  }

  private mutating func join(_ a: Int32, _ b: Int32) {
    let (a, b) = (root(a), root(b))
    parents[Int(max(a, b))] = min(a, b)
  }

  /// The nodes of a range that may come free, group by group.
  private mutating func groups(in range: Range<Int>) -> (nodes: [Int], groups: [Group]) {
    var open: [(group: Int32, node: Int32)] = []
    for node in range where now[node] < after[node] {
      let first = field.entry(0, on: node).candidate
      for place in 1..<max(1, field.count(on: node)) {
        join(first, field.entry(place, on: node).candidate)
      }
      open.append((first, Int32(node)))
    }
    for index in open.indices { open[index].group = root(open[index].group) }
    var keys = open.map { Int64($0.group) << 32 | Int64($0.node) }
    keys.sort()
    let nodes = keys.map { Int($0 & 0xFFFF_FFFF) }
    var groups: [Group] = []
    var first = 0
    for index in keys.indices
    where index + 1 == keys.count || keys[index] >> 32 != keys[index + 1] >> 32 {
      let candidate = field.entry(0, on: nodes[first]).candidate
      let isAlone = nodes[first...index].allSatisfy { field.count(on: $0) == 1 }
      groups.append(Group(nodes: first..<index + 1, candidate: isAlone ? candidate : -1))
      first = index + 1
    }
    // The scratch is left as it was.
    for node in nodes {
      for place in 0..<field.count(on: node) {
        let candidate = field.entry(place, on: node).candidate
        parents[Int(candidate)] = candidate
      }
    }
    return (nodes, groups)
  }

  /// The choices that there are on the nodes of a range.
  struct Choices {
    var knapsack: ClearingKnapsack
    fileprivate var nodes: [Int]
    fileprivate var groups: [Group]
    /// Nothing that makes room there costs less.
    var lowerBound: Int128 { knapsack.lowerBound }
  }

  /// The choices on the nodes of a range; nil where all together don't make room.
  ///
  /// - Parameter segment: how many nodes are to be together there; nil for the whole gang.
  mutating func choices(in range: Range<Int>, segment: Int? = nil) -> Choices? {
    var knapsack = ClearingKnapsack(
      members: segment ?? Int(shape.members), hasRest: segment == nil && shape.rest != nil)
    var (possibleMembers, possibleRests) = (0, 0)
    for node in range {
      if now[node] == .member { knapsack.freeMembers += 1 }
      if now[node] == .rest, after[node] == .rest { knapsack.freeRests += 1 }
      if after[node] == .member { possibleMembers += 1 }
      if after[node] == .rest { possibleRests += 1 }
    }
    guard possibleMembers >= knapsack.members,
      !knapsack.hasRest || possibleMembers + possibleRests > knapsack.members
    else { return nil }
    let (nodes, groups) = groups(in: range)
    for group in groups {
      let members = nodes[group.nodes]
      if group.candidate >= 0 {
        addAlone(group.candidate, members, to: &knapsack)
      } else if var all = ClearingGroup(Array(members), field, mayShrink: mayShrink) {
        all.addOptions(to: &knapsack, &field, prices, evictions)
      } else {
        addStepwise(Array(members), to: &knapsack)
      }
      knapsack.closeGroup(hasRest: knapsack.hasRest && members.contains { now[$0] == .rest })
    }
    knapsack.close()
    return Choices(knapsack: knapsack, nodes: nodes, groups: groups)
  }

  /// The cheapest victims among some choices, if they cost less than a limit.
  mutating func cheapest(of choices: Choices, below limit: Int128) -> ClearingVictims? {
    guard let (price, chosen) = choices.knapsack.cheapest(below: limit) else { return nil }
    var victims = ClearingVictims(price: price)
    for (index, option) in chosen.enumerated() where option >= 0 {
      let group = choices.groups[index]
      let code = choices.knapsack.options[Int(option)].code
      add(code, group.candidate, choices.nodes[group.nodes], to: &victims)
    }
    return victims
  }

  /// The options of a candidate that holds its nodes alone: all of it, or some of its slices.
  private func addAlone(
    _ candidate: Int32, _ nodes: ArraySlice<Int>, to knapsack: inout ClearingKnapsack
  ) {
    let (forMembers, forRest) = givenUp(nodes)
    knapsack.add(
      .init(
        members: Int32(forMembers.count), rests: forRest.isEmpty ? 0 : 1,
        price: eviction(candidate), code: 0))
    guard canShrink(candidate) else { return }
    let most = field.candidates[Int(candidate)].sparable
    // Those that take the rest now do so until they are given up for a member.
    let resting = forMembers.filter { now[$0] == .rest }.count
    for rest in 0...(knapsack.hasRest && !forRest.isEmpty ? 1 : 0) {
      for count in 0...forMembers.count where (1...max(1, most)).contains(count + rest) {
        let isResting = rest > 0 || forMembers.count - count > 0 && resting > 0
        knapsack.add(
          .init(
            members: Int32(count), rests: isResting ? 1 : 0,
            price: prices.shrinking(field.candidates[Int(candidate)], by: count + rest),
            code: UInt32(count) << 1 | UInt32(rest)))
      }
    }
  }

  /// The nodes of a candidate that it may give up for members, in that order, and for the rest.
  ///
  /// Those that take the rest as things stand come last.
  private func givenUp(_ nodes: ArraySlice<Int>) -> (forMembers: [Int], forRest: [Int]) {
    let forMembers = nodes.filter { after[$0] == .member }
    return (
      forMembers.filter { now[$0] < .rest } + forMembers.filter { now[$0] == .rest },
      nodes.filter { after[$0] == .rest }
    )
  }

  private mutating func add(
    _ code: UInt32, _ candidate: Int32, _ nodes: ArraySlice<Int>, to victims: inout ClearingVictims
  ) {
    guard code != ClearingKnapsack.nobody else { return }
    guard candidate < 0 else {
      if code == 0 { return victims.evicted.append(candidate) }
      let (forMembers, forRest) = givenUp(nodes)
      for node in forMembers.prefix(Int(code >> 1)) + forRest.prefix(Int(code & 1)) {
        victims.givenUp.append((candidate, field.entry(0, on: node).slice))
      }
      return
    }
    guard let all = ClearingGroup(Array(nodes), field, mayShrink: mayShrink) else {
      return addSteps(Int(code), Array(nodes), to: &victims)
    }
    all.add(code, to: &victims)
  }
}

extension ClearingSearch {
  /// Prices each candidate that holds any of a range of nodes by the part of its slices there, or
  /// as a whole again.
  mutating func setPrices(in range: Range<Int>, byPart: Bool) {
    var slices: [(candidate: Int32, count: Int)] = []
    var held: [Int32] = []
    for node in range {
      for place in 0..<field.count(on: node) { held.append(field.entry(place, on: node).candidate) }
    }
    held.sort()
    for candidate in held {
      if slices.last?.candidate == candidate {
        slices[slices.count - 1].count += 1
      } else {
        slices.append((candidate, 1))
      }
    }
    for (candidate, count) in slices {
      let index = Int(candidate)
      let whole = prices.eviction(of: field.candidates[index])
      let all = field.candidates[index].allocation.slices.count
      evictions[index] = byPart ? max(1, whole * Int128(count) / Int128(all)) : whole
    }
  }

  /// What fits on a node without some of its candidates.
  mutating func room(on node: Int, without gone: UInt64) -> ClearingField.Room {
    field.room(on: node, without: gone)
  }
}
