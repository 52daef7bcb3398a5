/// The fewest siblings whose room holds a part of a gang, and of those the ones with the least room
/// left over.
///
/// Fewest is easy: the largest first. Least left over among those is a subset sum, solved exactly by
/// a table of bits: with k siblings, the largest of room m, k · m − nodes may be missing; bit s of
/// row j says whether j siblings can miss s in all.
enum Subset {
  /// How many siblings hold so many nodes, or a number above `most` if that is not enough.
  static func fewest(_ nodes: Int, of siblings: Range<Int>, _ room: [Int32], atMost most: Int)
    -> Int
  {
    var largest: [Int32] = []
    largest.reserveCapacity(siblings.count)
    for sibling in siblings where room[sibling] > 0 { largest.append(room[sibling]) }
    largest.sort(by: >)
    var rest = nodes
    for (index, room) in largest.enumerated() {
      rest -= Int(room)
      if rest <= 0 || index >= most { return index + 1 }
    }
    preconditionFailure("\(nodes) nodes do not fit where there is room for them")
  }

  /// The least room that `count` siblings, the fewest that hold so many nodes, leave over.
  static func leftOver(_ nodes: Int, _ count: Int, of siblings: Range<Int>, _ room: [Int32]) -> Int
  {
    let chosen = choose(nodes, of: siblings, room)
    return chosen.reduce(-nodes) { $0 + Int(room[$1.domain]) }
  }

  /// The siblings, in their order, and how many nodes each gets: all it has room for, but the one
  /// with the most room, which gets the rest.
  static func choose(_ nodes: Int, of siblings: Range<Int>, _ room: [Int32])
    -> [(domain: Int, share: Int)]
  {
    var order: [(domain: Int, share: Int)] = []
    order.reserveCapacity(siblings.count)
    for sibling in siblings where room[sibling] > 0 {
      order.append((sibling, Int(room[sibling])))
    }
    order.sort { $0.share != $1.share ? $0.share > $1.share : $0.domain < $1.domain }
    var count = 0
    var rest = nodes
    while rest > 0 {
      rest -= order[count].share
      count += 1
    }
    guard rest < 0 else {
      order.removeSubrange(count...)
      return order.sorted { $0.domain < $1.domain }
    }
    // All but the smallest of the largest, and the smallest that holds the rest.
    let last = rest + order[count - 1].share
    let fitting = order.lastIndex { $0.share >= last } ?? count - 1
    var chosen = Array(order[..<(count - 1)])
    chosen.append(order[fitting])
    if order[fitting].share != last {
      chosen = tightest(nodes, count, of: order) ?? chosen
    }
    return giveShares(nodes, chosen)
  }

  private static func giveShares(
    _ nodes: Int, _ chosen: [(domain: Int, share: Int)]
  ) -> [(domain: Int, share: Int)] {
    var result = chosen.sorted { $0.domain < $1.domain }
    var largest = 0
    var leftOver = -nodes
    for index in result.indices {
      leftOver += result[index].share
      if result[index].share > result[largest].share { largest = index }
    }
    result[largest].share -= leftOver
    return result
  }

  /// The `count` of them, sorted by falling room, that hold so many nodes with least left over.
  private static func tightest(
    _ nodes: Int, _ count: Int, of order: [(domain: Int, share: Int)]
  ) -> [(domain: Int, share: Int)]? {
    let most = order[0].share
    let budget = count * most - nodes
    let words = (budget + 64) / 64
    var reach = Array(repeating: UInt64(0), count: (count + 1) * words)
    var first = Array(repeating: Int16(-1), count: (count + 1) * (budget + 1))
    reach[0] = 1
    for (index, item) in order.enumerated() {
      let missing = most - item.share
      guard missing <= budget else { break }
      for row in stride(from: min(count, index + 1), through: 1, by: -1) {
        for word in stride(from: words - 1, through: missing / 64, by: -1) {
          var bits = shifted(reach, (row - 1) * words, words, by: missing, word)
          bits &= ~reach[row * words + word]
          reach[row * words + word] |= bits
          while bits != 0 {
            let sum = word << 6 | bits.trailingZeroBitCount
            if sum <= budget { first[row * (budget + 1) + sum] = Int16(index) }
            bits &= bits - 1
          }
        }
      }
    }
    guard var sum = (0...budget).last(where: { first[count * (budget + 1) + $0] >= 0 }) else {
      return nil
    }
    var chosen: [(domain: Int, share: Int)] = []
    for row in stride(from: count, through: 1, by: -1) {
      let item = order[Int(first[row * (budget + 1) + sum])]
      chosen.append(item)
      sum -= most - item.share
    }
    return chosen
  }

  /// Word `word` of a row of bits moved up by `distance`.
  @inline(__always)
  private static func shifted(
    _ bits: [UInt64], _ start: Int, _ words: Int, by distance: Int, _ word: Int
  ) -> UInt64 {
    let (whole, part) = (distance / 64, UInt64(distance % 64))
    let source = word - whole
    guard source >= 0 else { return 0 }
    let low = bits[start + source] << part
    guard part > 0, source > 0 else { return low }
    return low | bits[start + source - 1] >> (64 - part)
  }

  /// Divides so many nodes evenly among the chosen, in multiples of `unit` where there is room.
  static func even(
    _ nodes: Int, in unit: Int, over chosen: inout [(domain: Int, share: Int)], _ room: [Int32]
  ) {
    let order = chosen.indices.sorted {
      let (a, b) = (room[chosen[$0].domain], room[chosen[$1].domain])
      return a != b ? a < b : chosen[$0].domain < chosen[$1].domain
    }
    // The smallest first: what it can't take of an even part, the larger ones divide.
    var rest = nodes
    for (place, index) in order.enumerated() {
      let siblings = order.count - place
      let part = (rest + siblings * unit - 1) / (siblings * unit) * unit
      let share = min(rest, min(part, Int(room[chosen[index].domain])))
      chosen[index].share = share
      rest -= share
    }
    precondition(rest == 0, "\(rest) nodes are left over")
  }
}
