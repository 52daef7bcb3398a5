/// Chooses one option of each group, or none, so that enough nodes come free at the least price: a
/// multiple-choice knapsack to be covered.
///
/// First a Lagrangian bound: with a price of λ on each node, no choice costs less than λ·K + Σ
/// min(0, price − λ·nodes). Options that would lift it above a choice already known are out, and
/// groups with one option left are settled. What remains is decided exactly, by dynamic
/// programming over the nodes that are free. O(groups · log groups + remaining options · K)
struct ClearingKnapsack {
  /// Nodes that come free together, and what that costs.
  struct Option {
    /// Nodes that then take a member.
    var members: Int32
    /// 1 if any node of the group then takes the gang's rest, and no member.
    var rests: Int32
    /// What is lost; zero where nobody goes.
    var price: Int128
    /// What it stands for, as its group knows it.
    var code: UInt32
  }

  /// The options of all groups, group by group.
  private(set) var options: [Option] = []

  /// The options of group g are `firstOptions[g]..<firstOptions[g + 1]`.
  private(set) var firstOptions: [Int32] = [0]

  /// The steps from option to option, the cheapest for a node first.
  private var steps: [Step] = []

  /// The price of a node for which the bound is highest.
  private var lambda: Int128 = 0

  /// No choice costs less than this.
  private(set) var lowerBound: Int128 = 0

  /// For each group, whether a node takes the rest, and no member, as long as nobody goes.
  private var restsIfNobody: [Int32] = []

  /// How many nodes must take a member.
  private(set) var members: Int

  /// Whether one more must take the gang's rest.
  let hasRest: Bool

  /// The nodes that take a member as things stand, and those outside of all groups that take the
  /// rest and no member.
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
  ///
  /// - Parameter hasRest: whether a node of it takes the rest alone as long as nobody goes.
  mutating func closeGroup(hasRest: Bool = false) {
    if hasRest { add(Option(members: 0, rests: 1, price: 0, code: Self.nobody)) }
    restsIfNobody.append(hasRest ? 1 : 0)
    firstOptions.append(Int32(options.count))
  }

  /// The code of the option that nobody goes.
  static let nobody = UInt32.max

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
    let greedy = greedy()
    let isBelow = greedy.map { $0.price < limit } ?? false
    let known = isBelow ? greedy?.price ?? .max : limit == .max ? .max : limit - 1
    if let exact = exact(known), exact.price <= known { return exact }
    return isBelow ? greedy : nil
  }
}

/// The bound, and a choice that is near it.
extension ClearingKnapsack {
  /// From one option of a group to its next: the steps of the lower convex hull of what it offers.
  struct Step {
    /// What each further node costs.
    var ratio: Int128
    var group: Int32
    /// The option that it leads to.
    var option: Int32
  }

  /// How many nodes have to come free, the rest apart.
  private var needed: Int { max(0, members - freeMembers) }

  /// Finds the steps and the bound, once all groups are there. O(options · log options)
  mutating func close() {
    steps.reserveCapacity(groupCount)
    for group in 0..<groupCount { addSteps(of: group) }
    steps.sort { $0.ratio != $1.ratio ? $0.ratio < $1.ratio : $0.group < $1.group }
    var left = needed
    var lambda: Int128 = 0
    var reached = Array(repeating: Int32(0), count: groupCount)
    for step in steps where left > 0 {
      let nodes = Int32(min(Int(options[Int(step.option)].members), needed))
      left -= Int(nodes - reached[Int(step.group)])
      reached[Int(step.group)] = nodes
      lambda = step.ratio
    }
    self.lambda = lambda
    lowerBound = lambda * Int128(needed)
    for group in 0..<groupCount { lowerBound += reduced(group) }
  }

  /// The same options for another number of members.
  func forMembers(_ members: Int) -> ClearingKnapsack {
    var other = self
    other.members = members
    other.steps.removeAll(keepingCapacity: true)
    other.close()
    return other
  }

  private mutating func addSteps(of group: Int) {
    var (nodes, price) = (0, Int128(0))
    while nodes < needed {
      var best: (ratio: Int128, option: Int, nodes: Int)?
      for index in range(group) {
        let more = min(Int(options[index].members), needed)
        guard more > nodes else { continue }
        let ratio = (options[index].price - price) / Int128(more - nodes)
        if best.map({ ratio < $0.ratio || ratio == $0.ratio && more > $0.nodes }) ?? true {
          best = (ratio, index, more)
        }
      }
      guard let best else { return }
      steps.append(Step(ratio: best.ratio, group: Int32(group), option: Int32(best.option)))
      (nodes, price) = (best.nodes, options[best.option].price)
    }
  }

  /// The least that a group adds to the bound.
  private func reduced(_ group: Int) -> Int128 {
    var least: Int128 = 0
    for option in range(group) { least = min(least, reduced(options[option])) }
    return least
  }

  @inline(__always)
  private func reduced(_ option: Option) -> Int128 {
    option.price - lambda * Int128(min(Int(option.members), needed))
  }

  /// The cheapest steps until there is enough, and then for each group, the dearest first, the
  /// least that is still enough; nil where all steps are too few.
  private func greedy() -> (price: Int128, chosen: [Int32])? {
    var chosen = Array(repeating: Int32(-1), count: groupCount)
    var (members, rests) = (freeMembers, freeRests)
    for rest in restsIfNobody { rests += Int(rest) }
    for step in steps where !isEnough(members, rests) {
      let group = Int(step.group)
      if chosen[group] >= 0 {
        members -= Int(options[Int(chosen[group])].members)
        rests -= Int(options[Int(chosen[group])].rests)
      } else {
        rests -= Int(restsIfNobody[group])
      }
      members += Int(options[Int(step.option)].members)
      rests += Int(options[Int(step.option)].rests)
      chosen[group] = step.option
    }
    guard isEnough(members, rests) else { return nil }
    var price: Int128 = 0
    let taken = chosen.indices.filter { chosen[$0] >= 0 }.sorted {
      let (a, b) = (options[Int(chosen[$0])].price, options[Int(chosen[$1])].price)
      return a != b ? a > b : $0 > $1
    }
    for group in taken {
      let own = options[Int(chosen[group])]
      members -= Int(own.members)
      rests -= Int(own.rests)
      guard !isEnough(members, rests + Int(restsIfNobody[group])) else {
        rests += Int(restsIfNobody[group])
        chosen[group] = -1
        continue
      }
      for index in range(group) where options[index].price < options[Int(chosen[group])].price {
        guard isEnough(members + Int(options[index].members), rests + Int(options[index].rests))
        else { continue }
        chosen[group] = Int32(index)
      }
      members += Int(options[Int(chosen[group])].members)
      rests += Int(options[Int(chosen[group])].rests)
      price += options[Int(chosen[group])].price
    }
    return (price, chosen)
  }

  /// The cheapest choice of all that cost no more than a price; nil where there is none, or only
  /// one as dear.
  private func exact(_ known: Int128) -> (price: Int128, chosen: [Int32])? {
    var chosen = Array(repeating: Int32(-1), count: groupCount)
    let isKnown = known < .max
    guard lowerBound <= known else { return nil }
    var open: [Int32] = []
    var openOptions: [Int32] = []
    var firstOpen: [Int32] = [0]
    var (members, rests) = (freeMembers, freeRests)
    var settled: Int128 = 0
    for group in 0..<groupCount {
      let without = isKnown ? lowerBound - reduced(group) : 0
      let first = openOptions.count
      for option in range(group)
      where !isKnown || without + reduced(options[option]) <= known {
        openOptions.append(Int32(option))
      }
      guard openOptions.count > first else { continue }
      if openOptions.count == first + 1, options[Int(openOptions[first])].price == 0 {
        openOptions.removeLast()
        rests += 1
        continue
      }
      if isKnown, without > known, openOptions.count == first + 1 {
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
    table.reserve(groups: open.count)
    for group in open.indices {
      let range = Int(firstOpen[group])..<Int(firstOpen[group + 1])
      table.add(range.map { options[Int(openOptions[$0])] }[...])
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
  /// For each group and state, which of its options led there (from 1), and from which state; 0
  /// where none did.
  private var steps: [UInt64] = []
  private var groups = 0

  /// - Parameter missing: how many nodes there are to be, one for the rest among them.
  init(missing: Int, hasRest: Bool, hasRoomForRest: Bool) {
    self.missing = max(0, missing)
    self.hasRest = hasRest
    prices = Array(repeating: .max, count: (self.missing + 1) * (hasRest ? 2 : 1))
    prices[self.missing + (hasRest && hasRoomForRest ? self.missing + 1 : 0)] = 0
  }

  mutating func reserve(groups: Int) { steps.reserveCapacity(groups * prices.count) }

  /// Adds a group, of whose options one may be taken.
  ///
  /// A state leads to one with fewer nodes missing, or from without the rest to with it. So those
  /// with the rest come first, and in each row those with fewer missing: nothing is reached before
  /// it has been left, and one table will do.
  mutating func add(_ options: ArraySlice<ClearingKnapsack.Option>) {
    let first = steps.count
    steps.append(contentsOf: repeatElement(0, count: prices.count))
    groups += 1
    let row = missing + 1
    if hasRest { Self.advance(&prices, &steps, first, row..<2 * row, row, options) }
    Self.advance(&prices, &steps, first, 0..<row, hasRest ? row : 0, options)
  }

  /// Leaves the states of a row, for its own or, with a node for the rest, for another.
  private static func advance(
    _ prices: inout [Int128], _ steps: inout [UInt64], _ first: Int, _ states: Range<Int>,
    _ restRow: Int, _ options: ArraySlice<ClearingKnapsack.Option>
  ) {
    var prices = prices.mutableSpan
    var steps = steps.mutableSpan
    let row = states.lowerBound
    for state in states {
      let before = prices[state]
      guard before < .max else { continue }
      var number: UInt64 = 0
      for option in options {
        number += 1
        let left = max(0, state - row - Int(option.members))
        let next = left + (option.rests > 0 ? restRow : row)
        let price = before + option.price
        guard price < prices[next] else { continue }
        prices[next] = price
        steps[first + next] = number << 32 | UInt64(state)
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
      guard step > 0 else { continue }
      choice[group] = Int(step >> 32) - 1
      state = Int(step & 0xFFFF_FFFF)
    }
    return (price, choice)
  }
}
