/// A set of nodes of one topology, a bit each.
struct NodeSet: Sendable {
  /// Node n is bit n % 64 of word n / 64.
  var words: [UInt64]

  /// No nodes of `count`.
  init(count: Int) { words = Array(repeating: 0, count: (count + 63) / 64) }

  /// All that a predicate holds for. O(count)
  init(count: Int, where isMember: (Int) -> Bool) {
    self.init(count: count)
    for node in 0..<count where isMember(node) { insert(node) }
  }

  mutating func insert(_ node: Int) { words[node >> 6] |= 1 << UInt64(node & 63) }

  mutating func remove(_ node: Int) { words[node >> 6] &= ~(1 << UInt64(node & 63)) }

  mutating func insert(_ range: Range<Int>) {
    forEachWord(of: range) { words[$0] |= $1 }
  }

  func contains(_ node: Int) -> Bool { words[node >> 6] >> UInt64(node & 63) & 1 == 1 }

  mutating func formIntersection(_ other: NodeSet) {
    for word in words.indices { words[word] &= other.words[word] }
  }

  mutating func formUnion(_ other: NodeSet) {
    for word in words.indices { words[word] |= other.words[word] }
  }

  mutating func subtract(_ other: NodeSet) {
    for word in words.indices { words[word] &= ~other.words[word] }
  }

  var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// How many of a range of nodes are in it. O(range / 64)
  func count(in range: Range<Int>) -> Int {
    var count = 0
    forEachWord(of: range) { count &+= (words[$0] & $1).nonzeroBitCount }
    return count
  }

  /// Which of a range of at most 64 nodes are in it: bit i is the i-th.
  func bits(of range: Range<Int>) -> UInt64 {
    guard !range.isEmpty else { return 0 }
    let (word, shift) = (range.lowerBound >> 6, UInt64(range.lowerBound & 63))
    var bits = words[word] >> shift
    if shift > 0, word + 1 < words.count { bits |= words[word + 1] << (64 - shift) }
    return range.count == 64 ? bits : bits & ((1 << UInt64(range.count)) - 1)
  }

  /// Visits its nodes in order.
  @inline(__always)
  func forEach(_ visit: (Int) -> Void) {
    for (index, word) in words.enumerated() {
      var rest = word
      while rest != 0 {
        visit(index << 6 | rest.trailingZeroBitCount)
        rest &= rest &- 1
      }
    }
  }
}

/// Visits the words that a range of bits lies in, each with the range's bits set.
@inline(__always)
func forEachWord(of range: Range<Int>, _ visit: (_ word: Int, _ bits: UInt64) -> Void) {
  guard !range.isEmpty else { return }
  let first = range.lowerBound >> 6
  let last = (range.upperBound &- 1) >> 6
  for word in first...last {
    var bits = ~UInt64(0)
    if word == first { bits &= ~0 << UInt64(range.lowerBound & 63) }
    if word == last { bits &= ~0 >> UInt64(63 &- (range.upperBound &- 1) & 63) }
    visit(word, bits)
  }
}
