import Fleet

/// Which nodes gangs hold, and what of each domain is free.
struct GangRoom: Sendable {
  let fleet: GangFleet

  /// Bit n % 64 of word n / 64: whether node n is free.
  private var bits: [UInt64]

  /// By kind and domain: free nodes.
  private var free: [Int32]

  /// By kind: free nodes anywhere.
  private(set) var total: [Int]

  /// By kind: what is measured with.
  private let measures: [GangMeasure]

  /// By level: F of its domains, and the free nodes inside of them.
  private(set) var lost = Array(repeating: 0, count: GangFleet.levels)
  private(set) var inside = Array(repeating: 0, count: GangFleet.levels)

  init(_ fleet: GangFleet, mix: GangMix) {
    self.fleet = fleet
    bits = Array(repeating: 0, count: (fleet.innermost.count + 63) / 64)
    free = Array(repeating: 0, count: fleet.kinds.count * fleet.parents.count)
    total = Array(repeating: 0, count: fleet.kinds.count)
    measures = fleet.kinds.map {
      GangMeasure(mix, shares: mix.entries.map(\.share), on: $0, counting: .everyLevel)
    }
    for kind in fleet.kinds { giveBack(kind.nodes) }
  }

  func isFree(_ node: Int) -> Bool { bits[node >> 6] >> UInt64(node & 63) & 1 == 1 }

  /// The free nodes of a kind in a domain, or anywhere where that is -1.
  func free(_ kind: Int, in domain: Int) -> Int {
    domain < 0 ? total[kind] : Int(free[kind * fleet.parents.count + domain])
  }

  /// - Precondition: all of them are free.
  mutating func take(_ nodes: [Int]) {
    for node in nodes {
      precondition(isFree(node), "node \(node) is held twice")
      change(node, by: -1)
    }
  }

  /// - Precondition: none of them is free.
  mutating func giveBack(_ nodes: [Int]) {
    for node in nodes {
      precondition(!isFree(node), "node \(node) is given back twice")
      change(node, by: 1)
    }
  }

  private mutating func change(_ node: Int, by sign: Int) {
    bits[node >> 6] ^= 1 << UInt64(node & 63)
    let kind = fleet.kindOfNode[node]
    total[kind] += sign
    var domain = fleet.innermost[node]
    while domain >= 0 {
      let index = kind * fleet.parents.count + domain
      let level = fleet.levelOfDomain[domain]
      let before = Int(free[index])
      free[index] += Int32(sign)
      lost[level] +=
        measures[kind].lost(free: before + sign, level: level)
        - measures[kind].lost(free: before, level: level)
      inside[level] += sign
      domain = fleet.parents[domain]
    }
  }

  /// The first so many free nodes of a kind in a range.
  func first(_ count: Int, of kind: Int, in range: Range<Int>) -> [Int] {
    var nodes: [Int] = []
    nodes.reserveCapacity(count)
    guard count > 0, !range.isEmpty else { return nodes }
    for word in range.lowerBound >> 6...(range.upperBound - 1) >> 6 {
      var rest = bits[word]
      while rest != 0 {
        let node = word << 6 | rest.trailingZeroBitCount
        rest &= rest - 1
        guard range.contains(node), fleet.kindOfNode[node] == kind else { continue }
        nodes.append(node)
        if nodes.count == count { return nodes }
      }
    }
    return nodes
  }
}
