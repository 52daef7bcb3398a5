/// The fewest siblings whose room holds a part of a gang, and of those the ones with the least room
/// left over.
///
/// Fewest is easy: the largest first. Least left over among those is a subset sum, solved exactly
/// by a table of bits: with k siblings, the largest of room m, k · m − nodes may be missing; bit s
/// of row j says whether j siblings can miss s in all.
enum Subset {
  /// A sibling, and how many of the gang's nodes it gets.
  typealias Share = (domain: Int, share: Int)

  /// The least room that the fewest siblings that hold so many nodes leave over.
  static func leftOver(_ nodes: Int, of siblings: Range<Int>, _ room: [Int32]) -> Int {
    choice(nodes, of: siblings, room).reduce(-nodes) { $0 + $1.share }
  }

  /// The siblings, in their order, and how many nodes each gets: all it has room for, but the one
  /// with the most room, which gets the rest.
  static func choose(_ nodes: Int, of siblings: Range<Int>, _ room: [Int32]) -> [Share] {
    var result = choice(nodes, of: siblings, room)
    result.sort { $0.domain < $1.domain }
    var largest = 0
    var leftOver = -nodes
    for index in result.indices {
      leftOver += result[index].share
      if result[index].share > result[largest].share { largest = index }
    }
    result[largest].share -= leftOver
    return result
  }

  /// The siblings with all their room, in any order.
  private static func choice(
    _ nodes: Int, of siblings: Range<Int>, _ room: [Int32]
  ) -> [Share] {
    let order = falling(siblings, room)
    var count = 0
    var rest = nodes
    while rest > 0 {
      rest -= order[count].share
      count += 1
    }
    var chosen = Array(order[..<count])
    guard rest < 0 else { return chosen }
    // All but the smallest of the largest, and the smallest that holds what is left.
    let last = rest + order[count - 1].share
    var fitting = count - 1
    while fitting + 1 < order.count, order[fitting + 1].share >= last { fitting += 1 }
    chosen[count - 1] = order[fitting]
    guard order[fitting].share != last else { return chosen }
    return tightest(nodes, count, of: order) ?? chosen
  }

  /// The siblings that have room, the most first, the lowest of equals first.
  private static func falling(_ siblings: Range<Int>, _ room: [Int32]) -> [Share] {
    var keys: [Int] = []
    keys.reserveCapacity(siblings.count)
    for sibling in siblings where room[sibling] > 0 {
      keys.append(Int(room[sibling]) << 32 | (1 << 32 - 1 - sibling))
    }
    keys.sort { $0 > $1 }
    return keys.map { (domain: 1 << 32 - 1 - $0 & (1 << 32 - 1), share: $0 >> 32) }
  }

  /// The `count` of them, sorted by falling room, that hold so many nodes with least left over; nil
  /// where no others do better than what comes first.
  ///
  /// The table before each sibling is kept, which tells on the way back who was chosen.
  private static func tightest(_ nodes: Int, _ count: Int, of order: [Share]) -> [Share]? {
    let most = order[0].share
    let budget = count * most - nodes
    let words = budget / 64 + 1
    let size = (count + 1) * words
    var items = 0
    while items < order.count, most - order[items].share <= budget { items += 1 }
    var tables = Array(repeating: UInt64(0), count: (items + 1) * size)
    tables[0] = 1
    for item in 0..<items {
      let missing = most - order[item].share
      let (whole, part) = (missing / 64, UInt64(missing % 64))
      let before = item * size
      let after = before + size
      for word in 0..<words { tables[after + word] = tables[before + word] }
      for row in 1...count where row <= item + 1 {
        for word in 0..<words {
          var bits = tables[before + row * words + word]
          let source = before + (row - 1) * words + word - whole
          if word >= whole { bits |= tables[source] << part }
          if part > 0, word > whole { bits |= tables[source - 1] >> (64 - part) }
          tables[after + row * words + word] = bits
        }
      }
    }
    func isReached(_ items: Int, _ row: Int, _ missing: Int) -> Bool {
      tables[items * size + row * words + missing / 64] >> UInt64(missing % 64) & 1 == 1
    }
    guard var missing = (0...budget).last(where: { isReached(items, count, $0) }) else {
      return nil
    }
    var chosen: [Share] = []
    chosen.reserveCapacity(count)
    for item in stride(from: items - 1, through: 0, by: -1) where chosen.count < count {
      let row = count - chosen.count
      guard !isReached(item, row, missing) else { continue }
      chosen.append(order[item])
      missing -= most - order[item].share
    }
    return chosen
  }

  /// Divides so many nodes evenly among the chosen, in multiples of `unit` where there is room.
  static func even(_ nodes: Int, in unit: Int, over chosen: inout [Share], _ room: [Int32]) {
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

/// Counts the fewest siblings that hold so many nodes, by how many of them have how much room.
struct FewestCounter {
  private var siblingsByRoom: [UInt16] = []

  /// The count. O(siblings + the most room that one has)
  ///
  /// - Precondition: together they hold so many.
  mutating func fewest(_ nodes: Int, of siblings: Range<Int>, _ room: [Int32]) -> Int {
    var most: Int32 = 0
    for room in room[siblings] { most = max(most, room) }
    while siblingsByRoom.count <= most { siblingsByRoom.append(0) }
    var counts = siblingsByRoom.mutableSpan
    for room in room[siblings] { counts[Int(room)] &+= 1 }
    var count = 0
    var rest = nodes
    var one = Int(most)
    while rest > 0, one > 0 {
      let siblings = Int(counts[one])
      if siblings > 0 {
        let held = siblings &* one
        count &+= held < rest ? siblings : (rest &+ one &- 1) / one
        rest &-= held
      }
      one &-= 1
    }
    for room in room[siblings] { counts[Int(room)] = 0 }
    precondition(rest <= 0, "\(nodes) nodes do not fit where there is room for them")
    return count
  }
}
