import Units

/// Freeing nodes one by one.
extension ClearingSearch {
  /// Adds what it costs to free 1, 2, 3 … nodes of a large group, each step building on the last.
  mutating func addStepwise(_ nodes: [Int], to knapsack: inout ClearingKnapsack) {
    var steps = ClearingSteps(self, nodes)
    var code: UInt32 = 0
    while steps.members < knapsack.members || knapsack.hasRest, steps.advance(self) {
      code += 1
      for node in steps.changed { steps.count(node, room(on: nodes[node], without: steps.gone)) }
      knapsack.add(
        .init(
          members: Int32(steps.members), rests: steps.rests > 0 ? 1 : 0, price: steps.price,
          code: code))
    }
  }

  /// Adds the victims of so many steps.
  mutating func addSteps(_ count: Int, _ nodes: [Int], to victims: inout ClearingVictims) {
    var steps = ClearingSteps(self, nodes)
    for _ in 0..<count where steps.advance(self) {
      for node in steps.changed { steps.count(node, room(on: nodes[node], without: steps.gone)) }
    }
    victims.evicted += steps.evicted
  }

  /// What fits on a node without those of its candidates that are in a set.
  private mutating func room(on node: Int, without gone: [Bool]) -> ClearingField.Room {
    var bits: UInt64 = 0
    for place in 0..<field.count(on: node)
    where gone[Int(field.entry(place, on: node).candidate)] {
      bits |= 1 << UInt64(min(place, 63))
    }
    return room(on: node, without: bits)
  }
}

/// Frees the nodes of a group one by one, where it costs least for each node that its candidates
/// hold. O(nodes / 64) a step, besides the nodes that it changes
struct ClearingSteps {
  /// Ascending.
  private let nodes: [Int]
  private var rooms: [ClearingField.Room]
  /// What it costs to have all of each node, for each of the nodes that its candidates hold; the
  /// most there is where nothing of it is left to have.
  private var ratios: [Int128]
  /// The least of every stretch of them.
  private var least: [Int128]

  /// The candidates that go, by their index, and in the order in which they go.
  private(set) var gone: [Bool]
  private(set) var evicted: [Int32] = []
  private(set) var price: Int128 = 0

  /// The nodes, by their place in the group, on which the last step has changed anything.
  private(set) var changed: [Int] = []

  /// How many nodes take a member, and how many take the rest alone.
  private(set) var members = 0
  private(set) var rests = 0

  init(_ search: ClearingSearch, _ nodes: [Int]) {
    self.nodes = nodes
    rooms = nodes.map { search.now[$0] }
    rests = rooms.filter { $0 == .rest }.count
    gone = Array(repeating: false, count: search.field.candidates.count)
    ratios = []
    least = []
    ratios = nodes.map { ratio(of: $0, search) }
    for first in stride(from: 0, to: ratios.count, by: Self.stretch) {
      least.append(ratios[first..<min(first + Self.stretch, ratios.count)].min() ?? .max)
    }
  }

  private static let stretch = 64

  /// The first of the cheapest nodes; nil where there is nothing left to have.
  private func cheapest() -> Int? {
    guard let stretch = least.indices.min(by: { least[$0] < least[$1] }), least[stretch] < .max
    else { return nil }
    let first = stretch * Self.stretch
    return (first..<min(first + Self.stretch, ratios.count)).first { ratios[$0] == least[stretch] }
  }

  private mutating func setRatio(_ ratio: Int128, of index: Int) {
    ratios[index] = ratio
    let first = index / Self.stretch * Self.stretch
    least[index / Self.stretch] =
      ratios[first..<min(first + Self.stretch, ratios.count)].min() ?? .max
  }

  /// Makes all candidates of another node go; false where all have gone.
  mutating func advance(_ search: ClearingSearch) -> Bool {
    guard let index = cheapest() else { return false }
    changed.removeAll(keepingCapacity: true)
    let field = search.field
    for place in 0..<field.count(on: nodes[index]) {
      let candidate = field.entry(place, on: nodes[index]).candidate
      guard !gone[Int(candidate)] else { continue }
      gone[Int(candidate)] = true
      evicted.append(candidate)
      price += search.evictions[Int(candidate)]
      for slice in field.candidates[Int(candidate)].allocation.slices {
        let node = field.topology.index(of: slice.node)
        if let index = self.place(of: node), !changed.contains(index) { changed.append(index) }
      }
    }
    for index in changed { setRatio(ratio(of: nodes[index], search), of: index) }
    return true
  }

  /// Counts what fits on a changed node.
  mutating func count(_ index: Int, _ room: ClearingField.Room) {
    if rooms[index] == .rest { rests -= 1 }
    if room == .rest { rests += 1 }
    if room == .member, rooms[index] < .member {
      members += 1
      setRatio(.max, of: index)
    }
    rooms[index] = room
  }

  private func ratio(of node: Int, _ search: ClearingSearch) -> Int128 {
    let field = search.field
    var price: Int128 = 0
    var slices = 0
    for place in 0..<field.count(on: node) {
      let candidate = Int(field.entry(place, on: node).candidate)
      guard !gone[candidate] else { continue }
      price += search.evictions[candidate]
      slices = max(slices, field.candidates[candidate].allocation.slices.count)
    }
    return slices == 0 ? .max : price / Int128(slices)
  }

  /// The place of a node in the group. O(log nodes)
  private func place(of node: Int) -> Int? {
    var low = 0
    var high = nodes.count
    while low < high {
      let middle = (low + high) / 2
      if nodes[middle] < node { low = middle + 1 } else { high = middle }
    }
    return low < nodes.count && nodes[low] == node ? low : nil
  }
}
