import Units

/// Who has to go for the gang.
struct ClearingVictims {
  var price: Int128 = 0
  /// Candidates that are evicted.
  var evicted: [Int32] = []
  /// Slices that candidates give up.
  var givenUp: [(candidate: Int32, slice: Int32)] = []
}

/// Nodes, and the candidates that hold them, none of which holds any other node that is looked at:
/// whatever comes free of them is decided among themselves.
struct ClearingGroup {
  /// The most ways of making a candidate go of which all combinations are tried.
  static let mostMeans = 12

  /// A way of making a candidate go: all of it, or one slice.
  struct Means {
    var candidate: Int32
    /// -1: all of it.
    var slice: Int32
  }

  /// A node of the group.
  private struct Member {
    var node: Int
    /// Its entries among the removers.
    var entries: Range<Int>
    /// Where what fits on it is looked up, by the entries that have gone.
    var firstRoom: Int
  }

  private var members: [Member] = []
  /// For each entry of each node, the means that make it go.
  private var removers: [UInt32] = []
  /// What fits on each node once some of its entries have gone; looked up as needed.
  private var rooms: [ClearingField.Room?] = []
  private(set) var means: [Means] = []
  private var shrinks = false

  /// The group of some nodes; nil where it has too many means.
  init?(
    _ nodes: [Int], _ field: ClearingField, mayShrink: Bool
  ) {
    var jobs: [Int32] = []
    for node in nodes {
      for place in 0..<field.count(on: node) {
        let entry = field.entry(place, on: node)
        if !jobs.contains(entry.candidate) {
          jobs.append(entry.candidate)
          means.append(Means(candidate: entry.candidate, slice: -1))
        }
        if mayShrink, field.candidates[Int(entry.candidate)].sparable > 0 {
          means.append(Means(candidate: entry.candidate, slice: entry.slice))
        }
        guard means.count <= Self.mostMeans else { return nil }
      }
    }
    shrinks = means.contains { $0.slice >= 0 }
    for node in nodes {
      let first = removers.count
      for place in 0..<field.count(on: node) {
        let entry = field.entry(place, on: node)
        var bits: UInt32 = 0
        for (index, one) in means.enumerated()
        where one.candidate == entry.candidate && (one.slice < 0 || one.slice == entry.slice) {
          bits |= 1 << UInt32(index)
        }
        removers.append(bits)
      }
      members.append(
        Member(node: node, entries: first..<removers.count, firstRoom: rooms.count))
      rooms.append(contentsOf: repeatElement(nil, count: 1 << (removers.count - first)))
    }
  }

  /// What some means cost together; nil where they don't go together.
  private func price(
    _ chosen: UInt32, _ field: ClearingField, _ prices: ClearingPrice, _ evictions: [Int128]
  ) -> Int128? {
    var price: Int128 = 0
    for index in means.indices where means[index].slice < 0 {
      let job = means[index].candidate
      let candidate = field.candidates[Int(job)]
      let isEvicted = chosen >> UInt32(index) & 1 == 1
      if isEvicted { price += evictions[Int(job)] }
      var slices = 0
      for other in means.indices where means[other].candidate == job && means[other].slice >= 0 {
        slices += Int(chosen >> UInt32(other) & 1)
      }
      guard slices > 0 else { continue }
      guard !isEvicted, slices <= candidate.sparable else { return nil }
      price += prices.shrinking(candidate, by: slices)
    }
    return price
  }

  /// Adds every choice of means that is not worse than another in every respect.
  mutating func addOptions(
    to knapsack: inout ClearingKnapsack, _ field: inout ClearingField, _ prices: ClearingPrice,
    _ evictions: [Int128]
  ) {
    var best: [[(price: Int128, code: UInt32)?]] = Array(
      repeating: Array(repeating: nil, count: members.count + 1), count: 2)
    // Each choice costs what it costs without its first means, and that.
    var sums: [Int128] = [0]
    sums.reserveCapacity(1 << means.count)
    for chosen in 1..<UInt32(1) << UInt32(means.count) {
      let price: Int128
      if shrinks {
        guard let together = self.price(chosen, field, prices, evictions) else { continue }
        price = together
      } else {
        let first = Int(means[chosen.trailingZeroBitCount].candidate)
        price = sums[Int(chosen & (chosen - 1))] + evictions[first]
        sums.append(price)
      }
      let (gained, rest) = gain(chosen, &field)
      guard gained > 0 || rest > 0 else { continue }
      let row = rest > 0 ? 1 : 0
      if best[row][gained].map({ price < $0.price }) ?? true {
        best[row][gained] = (price, chosen)
      }
    }
    var least = Int128.max
    var leastWithRest = Int128.max
    for gained in stride(from: members.count, through: 0, by: -1) {
      if let option = best[1][gained], option.price < leastWithRest {
        leastWithRest = option.price
        knapsack.add(
          .init(members: Int32(gained), rests: 1, price: option.price, code: option.code))
      }
      if gained > 0, let option = best[0][gained], option.price < min(least, leastWithRest) {
        least = option.price
        knapsack.add(
          .init(members: Int32(gained), rests: 0, price: option.price, code: option.code))
      }
    }
  }

  /// The nodes that then take a member, and whether any takes the rest, and no member.
  private mutating func gain(
    _ chosen: UInt32, _ field: inout ClearingField
  ) -> (members: Int, rests: Int) {
    var result = (members: 0, rests: 0)
    for member in members {
      var gone = 0
      var bit = 1
      for place in member.entries {
        if removers[place] & chosen != 0 { gone |= bit }
        bit <<= 1
      }
      let room: ClearingField.Room
      if let known = rooms[member.firstRoom + gone] {
        room = known
      } else {
        room = field.room(on: member.node, without: UInt64(gone))
        rooms[member.firstRoom + gone] = room
      }
      if room == .member { result.members += 1 }
      if room == .rest { result.rests = 1 }
    }
    return result
  }

  /// Adds the victims that a choice of means stands for.
  func add(_ chosen: UInt32, to victims: inout ClearingVictims) {
    for (index, one) in means.enumerated() where chosen >> UInt32(index) & 1 == 1 {
      if one.slice < 0 {
        victims.evicted.append(one.candidate)
      } else {
        victims.givenUp.append((one.candidate, one.slice))
      }
    }
  }
}
