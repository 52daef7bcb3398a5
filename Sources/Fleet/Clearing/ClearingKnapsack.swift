/// Chooses one option of each group, or none, so that enough nodes come free at the least price: a
/// multiple-choice knapsack to be covered.
///
/// First a Lagrangian bound: with a price of λ on each node, no choice costs less than
/// λ·K + Σ min(0, price − λ·nodes). Options that would lift it above a choice already known are out,
/// and groups with one option left are settled. What remains is decided exactly, by dynamic
/// programming over the nodes that are free. O(groups · log groups + remaining options · K)
struct ClearingKnapsack {
  /// Nodes that come free together, and what that costs.
  struct Option {
    /// Nodes that then take a member.
    var members: Int32
    /// Nodes that then take the gang's rest, and no member.
    var rests: Int32
    /// What is lost; above zero.
    var price: Int128
    /// What it stands for, as its group knows it.
    var code: UInt32
  }

  /// The options of all groups, group by group.
  private(set) var options: [Option] = []

  /// The options of group g are `firstOptions[g]..<firstOptions[g + 1]`.
  private(set) var firstOptions: [Int32] = [0]

  /// How many nodes must take a member.
  let members: Int

  /// Whether one more must take the gang's rest.
  let hasRest: Bool

  /// The nodes that take a member, or a rest and no member, before anybody has gone.
  var freeMembers = 0
  var freeRests = 0

  /// Room for so many members, and perhaps a rest.
  init(members: Int, hasRest: Bool) {
    self.members = members
    self.hasRest = hasRest
  }

  /// How many groups there are.
  var groupCount: Int { firstOptions.count - 1 }

  /// Adds an option to the group that is not closed yet.
  mutating func add(_ option: Option) { options.append(option) }

  /// Closes the group.
  mutating func closeGroup() { firstOptions.append(Int32(options.count)) }

  private func range(_ group: Int) -> Range<Int> {
    Int(firstOptions[group])..<Int(firstOptions[group + 1])
  }

  /// Whether so many nodes are enough.
  private func isEnough(_ members: Int, _ rests: Int) -> Bool {
    hasRest
      ? members > self.members || members == self.members && rests > 0 : members >= self.members
  }

  /// The cheapest choice that is below a limit: for each group an option, or -1; nil where there is
  /// none.
  func cheapest(below limit: Int128) -> (price: Int128, chosen: [Int32])? {
    let needed = max(0, members - freeMembers)
    let order = byRatio(needed)
    guard var greedy = greedy(order, below: limit) else {
      // Nothing is known to fix anything by: either all together are too few, or too dear.
      let all = options.isEmpty ? nil : exact(needed, Int128.max, lambda: 0)
      return all.flatMap { $0.price < limit ? $0 : nil }
    }
    if let exact = exact(needed, greedy.price, lambda: breakRatio(order, needed)),
      exact.price < greedy.price
    {
      greedy = exact
    }
    return greedy.price < limit ? greedy : nil
  }

  /// No choice costs less than this.
  func lowerBound() -> Int128 {
    let needed = max(0, members - freeMembers)
    return bound(breakRatio(byRatio(needed), needed), needed)
  }
}

extension ClearingKnapsack {
  /// Each group's option with the least price for a node, the cheapest first.
  private func byRatio(_ needed: Int) -> [(ratio: Int128, group: Int32, option: Int32)] {
    var order: [(ratio: Int128, group: Int32, option: Int32)] = []
    order.reserveCapacity(groupCount)
    for group in 0..<groupCount {
      var best: (ratio: Int128, group: Int32, option: Int32)?
      for option in range(group) {
        let nodes = min(Int(options[option].members), max(needed, 1))
        // What helps the rest alone comes last.
        let ratio = nodes > 0 ? options[option].price / Int128(nodes) : Int128.max >> 1
        if best.map({ ratio < $0.ratio }) ?? true {
          best = (ratio, Int32(group), Int32(option))
        }
      }
      if let best { order.append(best) }
    }
    order.sort { $0.ratio != $1.ratio ? $0.ratio < $1.ratio : $0.group < $1.group }
    return order
  }

  /// The price of a node at which the cheapest just suffice.
  private func breakRatio(
    _ order: [(ratio: Int128, group: Int32, option: Int32)], _ needed: Int
  ) -> Int128 {
    var left = needed
    for item in order {
      left -= Int(options[Int(item.option)].members)
      if left <= 0 { return item.ratio }
    }
    return 0
  }

  private func bound(_ lambda: Int128, _ needed: Int) -> Int128 {
    var bound = lambda * Int128(needed)
    for group in 0..<groupCount { bound += reduced(group, lambda, needed) }
    return bound
  }

  /// The least that a group adds to the bound.
  private func reduced(_ group: Int, _ lambda: Int128, _ needed: Int) -> Int128 {
    var least: Int128 = 0
    for option in range(group) { least = min(least, reduced(options[option], lambda, needed)) }
    return least
  }

  @inline(__always)
  private func reduced(_ option: Option, _ lambda: Int128, _ needed: Int) -> Int128 {
    option.price - lambda * Int128(min(Int(option.members), needed))
  }

  /// The cheapest by ratio until there is enough, and then without those that are not needed; nil
  /// where all are too few.
  private func greedy(
    _ order: [(ratio: Int128, group: Int32, option: Int32)], below limit: Int128
  ) -> (price: Int128, chosen: [Int32])? {
    var chosen = Array(repeating: Int32(-1), count: groupCount)
    var (members, rests) = (freeMembers, freeRests)
    var taken: [(ratio: Int128, group: Int32, option: Int32)] = []
    for item in order where !isEnough(members, rests) {
      let option = options[Int(item.option)]
      members += Int(option.members)
      rests += Int(option.rests)
      chosen[Int(item.group)] = item.option
      taken.append(item)
    }
    guard isEnough(members, rests) else { return nil }
    // The dearest that can be spared go first.
    taken.sort { options[Int($0.option)].price > options[Int($1.option)].price }
    var price: Int128 = 0
    for item in taken {
      let option = options[Int(item.option)]
      let (m, r) = (members - Int(option.members), rests - Int(option.rests))
      if isEnough(m, r) {
        (members, rests) = (m, r)
        chosen[Int(item.group)] = -1
      } else {
        price += option.price
      }
    }
    return (price, chosen)
  }

  /// The cheapest choice of all that cost no more than one that is known.
  private func exact(
    _ needed: Int, _ known: Int128, lambda: Int128
  ) -> (price: Int128, chosen: [Int32])? {
    var chosen = Array(repeating: Int32(-1), count: groupCount)
    let bound = known == .max ? 0 : bound(lambda, needed)
    var open: [Int32] = []
    var openOptions: [Int32] = []
    var firstOpen: [Int32] = [0]
    var (members, rests) = (freeMembers, freeRests)
    var settled: Int128 = 0
    for group in 0..<groupCount {
      let without = bound - (known == .max ? 0 : reduced(group, lambda, needed))
      let first = openOptions.count
      for option in range(group)
      where known == .max || without + reduced(options[option], lambda, needed) <= known {
        openOptions.append(Int32(option))
      }
      guard openOptions.count > first else { continue }
      if known != .max, without > known, openOptions.count == first + 1 {
        let option = Int(openOptions.removeLast())
        chosen[group] = Int32(option)
        members += Int(options[option].members)
        rests += Int(options[option].rests)
        settled += options[option].price
        continue
      }
      open.append(Int32(group))
      firstOpen.append(Int32(openOptions.count))
    }
    let target = self.members + (hasRest ? 1 : 0)
    var table = CoverTable(missing: target - members, hasRest: hasRest, hasRoomForRest: rests > 0)
    for group in open.indices {
      let range = Int(firstOpen[group])..<Int(firstOpen[group + 1])
      table.add(range.map { options[Int(openOptions[$0])] })
    }
    guard let (price, choice) = table.cheapest() else { return nil }
    for (group, option) in choice.enumerated() where option >= 0 {
      chosen[Int(open[group])] = openOptions[Int(firstOpen[group]) + option]
    }
    return (settled + price, chosen)
  }
}

/// The least price of every number of nodes that are still missing, group by group.
///
/// With a rest, each number stands there twice: without and with a node that takes it.
private struct CoverTable {
  private let missing: Int
  private let hasRest: Bool
  private var prices: [Int128]
  /// For each group and state, which of its options led there (from 1), and from which state.
  private var steps: [(option: UInt16, state: UInt16)] = []
  private var groups = 0

  /// - Parameter missing: how many nodes there are to be, one for the rest among them.
  init(missing: Int, hasRest: Bool, hasRoomForRest: Bool) {
    self.missing = max(0, missing)
    self.hasRest = hasRest
    prices = Array(repeating: .max, count: (self.missing + 1) * (hasRest ? 2 : 1))
    prices[self.missing + (hasRest && hasRoomForRest ? self.missing + 1 : 0)] = 0
  }

  /// Adds a group, of whose options one may be taken.
  mutating func add(_ options: [ClearingKnapsack.Option]) {
    let before = prices
    let first = steps.count
    for state in before.indices { steps.append((0, UInt16(state))) }
    groups += 1
    let row = missing + 1
    for (number, option) in options.enumerated() {
      for state in before.indices where before[state] < .max {
        let withRest = state >= row
        let left = max(0, (withRest ? state - row : state) - Int(option.members))
        let next = hasRest && (withRest || option.rests > 0) ? left + row : left
        let price = before[state] + option.price
        guard price < prices[next] else { continue }
        prices[next] = price
        steps[first + next] = (UInt16(number + 1), UInt16(state))
      }
    }
  }

  /// The least price of enough, and the option of each group that leads there, or -1.
  func cheapest() -> (price: Int128, choice: [Int])? {
    let row = missing + 1
    var goals = [0]
    if hasRest { goals += [row, row + min(1, missing)] }
    guard var state = goals.min(by: { prices[$0] < prices[$1] }), prices[state] < .max else {
      return nil
    }
    let price = prices[state]
    var choice = Array(repeating: -1, count: groups)
    for group in stride(from: groups - 1, through: 0, by: -1) {
      let step = steps[group * prices.count + state]
      choice[group] = Int(step.option) - 1
      state = Int(step.state)
    }
    return (price, choice)
  }
}
