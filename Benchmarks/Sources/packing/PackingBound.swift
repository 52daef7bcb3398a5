/// The most that can be allocated of a fleet of single accelerators, whichever method packs them.
///
/// Cores, memory, models and nodes are left out, so it is no less than what is possible. A shared
/// accelerator is cut by a *pattern*, a set of shares that add up to 1000 at most. The patterns are
/// too many to be listed: those that help are generated, by a knapsack over the prices that the
/// solver puts on the sizes (Gilmore and Gomory 1961).
struct PackingBound {
  /// What has arrived, on average over all orders.
  struct Arrivals {
    /// The sizes of shares in thousandths, least first, and how many of each.
    private(set) var shares: [(size: Int, count: Double)]
    /// Accelerators asked for whole.
    private(set) var wholes: Double
    /// Accelerators there are.
    let accelerators: Int

    /// Pods until so many percent of the fleet have been asked for; `asks` are those of the list.
    init(percent: Int, of accelerators: Int, asks: [(accelerators: Int, milli: Int)]) {
      self.accelerators = accelerators
      let listed = asks.reduce(0) { $0 + $1.accelerators * $1.milli }
      let times = Double(accelerators * 1000 * percent) / 100 / Double(listed)
      var counts = Array(repeating: 0, count: 1001)
      for ask in asks where ask.accelerators > 0 { counts[ask.milli] += ask.accelerators }
      shares = (1..<1000).filter { counts[$0] > 0 }.map { ($0, Double(counts[$0]) * times) }
      wholes = Double(counts[1000]) * times
    }

    var shareMilli: Double { shares.reduce(0) { $0 + Double($1.size) * $1.count } }
  }

  let arrivals: Arrivals

  /// The bound for methods that refuse no share, as a fraction of the fleet: cutting stock for all
  /// shares that arrive, and whole accelerators for all that is left.
  ///
  /// A method that refuses shares and takes larger pods instead may pass it, and easily so when
  /// more has arrived than fits.
  func acceptingAllShares(by solver: borrowing Glpsol) throws -> Double {
    let shares = arrivals.shares
    var program = LinearProgram(
      aim: .minimize, rows: shares.map { (.atLeast, $0.count) })
    program.variables = shares.indices.map { row in
      .init(worth: 1, uses: [(row, Double(1000 / shares[row].size))])
    }
    let optimum = try generate(&program, by: solver, worth: 1) { duals in
      (prices: duals, toBeat: 1)
    } uses: { row, count in
      (row, count)
    }
    let cut = optimum.value
    let accelerators = Double(arrivals.accelerators)
    return cut <= accelerators
      ? (arrivals.shareMilli + 1000 * (accelerators - cut)) / (1000 * accelerators)
      : arrivals.shareMilli / (1000 * cut)
  }

  /// The strict bound, as a fraction of the fleet: the best choice among all that has arrived.
  func choosing(by solver: borrowing Glpsol) throws -> Double {
    let shares = arrivals.shares
    let accelerators = Double(arrivals.accelerators)
    // Row 0: the accelerators. Row 1…: of each size, no more accepted than cut.
    var program = LinearProgram(
      aim: .maximize, rows: [(.atMost, accelerators)] + shares.map { _ in (.atMost, 0) })
    program.variables = [.init(worth: 1000, most: arrivals.wholes, uses: [(0, 1)])]
    for (row, share) in shares.enumerated() {
      program.variables.append(
        .init(worth: Double(share.size), most: share.count, uses: [(row + 1, 1)]))
    }
    let optimum = try generate(&program, by: solver, worth: 0, alwaysUses: [(0, 1)]) { duals in
      (prices: Array(duals.dropFirst()), toBeat: duals[0])
    } uses: { row, count in
      (row + 1, -count)
    }
    return optimum.value / (1000 * accelerators)
  }

  /// Adds patterns until none is worth more than it costs.
  private func generate(
    _ program: inout LinearProgram, by solver: borrowing Glpsol, worth: Double,
    alwaysUses: [(row: Int, amount: Double)] = [],
    prices: ([Double]) -> (prices: [Double], toBeat: Double),
    uses: (_ row: Int, _ count: Double) -> (row: Int, amount: Double)
  ) throws -> Optimum {
    while true {
      let optimum = try solver.solve(program)
      let (prices, toBeat) = prices(optimum.duals)
      let pattern = bestPattern(prices)
      guard pattern.price > toBeat + 1e-7 * max(1, abs(toBeat)) else { return optimum }
      let used = pattern.counts.enumerated().filter { $0.element > 0 }
      program.variables.append(
        .init(worth: worth, uses: alwaysUses + used.map { uses($0.offset, Double($0.element)) }))
    }
  }

  /// The pattern with the highest price: how many shares of each size. O(1000 × sizes)
  private func bestPattern(_ prices: [Double]) -> (counts: [Int], price: Double) {
    let sizes = arrivals.shares.map(\.size)
    var best = Array(repeating: 0.0, count: 1001)
    var last = Array(repeating: -1, count: 1001)
    for room in 1...1000 {
      best[room] = best[room - 1]
      for (index, size) in sizes.enumerated() where size <= room {
        let price = prices[index] + best[room - size]
        if price > best[room] + 1e-12 {
          best[room] = price
          last[room] = index
        }
      }
    }
    var counts = Array(repeating: 0, count: sizes.count)
    var room = 1000
    while room > 0 {
      if last[room] < 0 {
        room -= 1
      } else {
        counts[last[room]] += 1
        room -= sizes[last[room]]
      }
    }
    return (counts, best[1000])
  }
}
