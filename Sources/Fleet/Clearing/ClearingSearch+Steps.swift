import Units

/// Freeing nodes one by one.
extension ClearingSearch {
  /// Adds what it costs to free 1, 2, 3 … nodes of a large group, each step building on the last.
  mutating func addStepwise(_ nodes: [Int], to knapsack: inout ClearingKnapsack) {
    var steps = ClearingSteps(self, nodes)
    var code: UInt32 = 0
    while steps.advance() {
      code += 1
      knapsack.add(
        .init(
          members: Int32(steps.members), rests: steps.rests > 0 ? 1 : 0, price: steps.price,
          code: code))
    }
  }

  /// Adds the victims of so many steps.
  mutating func addSteps(_ count: Int, _ nodes: [Int], to victims: inout ClearingVictims) {
    var steps = ClearingSteps(self, nodes)
    for _ in 0..<count { _ = steps.advance() }
    victims.evicted += steps.victims.evicted
    victims.givenUp += steps.victims.givenUp
  }
}

/// Frees the nodes of a set one by one, where it costs least for what comes free.
struct ClearingSteps {
  private var search: ClearingSearch
  private let nodes: [Int]
  private(set) var victims = ClearingVictims()
  private(set) var price: Int128 = 0
  /// Nodes that take a member and did not before, and nodes that take the rest alone.
  private(set) var members = 0
  private(set) var rests = 0
  private var isEvicted: [Int32] = []
  private var isFree: [Bool]

  init(_ search: ClearingSearch, _ nodes: [Int]) {
    self.search = search
    self.nodes = nodes
    isFree = Array(repeating: false, count: nodes.count)
    rests = nodes.filter { search.now[$0] == .rest }.count
  }

  /// Frees another node; false where all are.
  mutating func advance() -> Bool {
    var best: (ratio: Int128, index: Int)?
    for index in nodes.indices where !isFree[index] {
      let ratio = ratio(nodes[index])
      if best.map({ ratio < $0.ratio }) ?? true { best = (ratio, index) }
    }
    guard let best else { return false }
    for place in 0..<search.field.count(on: nodes[best.index]) {
      let job = search.field.entry(place, on: nodes[best.index]).candidate
      guard !isEvicted.contains(job) else { continue }
      isEvicted.append(job)
      victims.evicted.append(job)
      price += search.evictions[Int(job)]
    }
    count()
    return true
  }

  /// What it costs to free a node, for each of the nodes that its candidates hold.
  private func ratio(_ node: Int) -> Int128 {
    var price: Int128 = 0
    var slices = 1
    for place in 0..<search.field.count(on: node) {
      let job = search.field.entry(place, on: node).candidate
      guard !isEvicted.contains(job) else { continue }
      price += search.evictions[Int(job)]
      slices = max(slices, search.field.candidates[Int(job)].allocation.slices.count)
    }
    return price / Int128(slices)
  }

  /// Counts what has come free.
  private mutating func count() {
    for (index, node) in nodes.enumerated() where !isFree[index] {
      var gone: UInt64 = 0
      for place in 0..<search.field.count(on: node)
      where isEvicted.contains(search.field.entry(place, on: node).candidate) {
        gone |= 1 << UInt64(min(place, 63))
      }
      guard gone != 0 else { continue }
      let room = search.room(on: node, without: gone)
      guard room == search.after[node] else { continue }
      isFree[index] = true
      if room == .member { members += 1 }
      if room == .rest { rests += 1 }
      if search.now[node] == .rest { rests -= 1 }
    }
  }
}
