/// Rows of bits with a summary above each row, so that the first set bit is found without a scan.
///
/// Shape: `rows` × `columns` bits. A row is `⌈columns / 64⌉` words and a summary word for every
/// 64 of them; all rows lie in one buffer, so a copy is one allocation. Finding a bit costs
/// O(columns / 4096) at worst, which is 4 words for 12,500 nodes.
@frozen
public struct BitMatrix: Hashable, Sendable {
  @usableFromInline var words: [UInt64]
  @usableFromInline let stride: Int

  /// The number of bits in a row.
  public let columns: Int

  /// The number of words in a row.
  public let wordsPerRow: Int

  /// A matrix with every bit clear.
  @inlinable
  public init(rows: Int, columns: Int) {
    self.columns = columns
    wordsPerRow = (columns + 63) / 64
    stride = wordsPerRow + (wordsPerRow + 63) / 64
    words = Array(repeating: 0, count: rows * stride)
  }

  /// Whether a bit is set.
  @inlinable
  public func contains(row: Int, column: Int) -> Bool {
    words[row &* stride &+ column >> 6] >> UInt64(column & 63) & 1 == 1
  }

  /// The bits of 64 columns from `64 * index` on; the lowest bit is the first column.
  @inlinable
  public func word(row: Int, at index: Int) -> UInt64 { words[row &* stride &+ index] }

  /// How many of a row's bits are set that a mask of the row's length has as well.
  @inlinable
  public func count(row: Int, in mask: [UInt64]) -> Int32 {
    let base = row &* stride
    var count = 0
    for word in 0..<wordsPerRow { count &+= (words[base &+ word] & mask[word]).nonzeroBitCount }
    return Int32(truncatingIfNeeded: count)
  }

  /// Sets a bit.
  @inlinable
  public mutating func insert(row: Int, column: Int) {
    let base = row &* stride
    let word = column >> 6
    words[base &+ word] |= 1 << UInt64(column & 63)
    words[base &+ wordsPerRow &+ word >> 6] |= 1 << UInt64(word & 63)
  }

  /// Clears a bit.
  @inlinable
  public mutating func remove(row: Int, column: Int) {
    let base = row &* stride
    let word = column >> 6
    words[base &+ word] &= ~(1 << UInt64(column & 63))
    guard words[base &+ word] == 0 else { return }
    words[base &+ wordsPerRow &+ word >> 6] &= ~(1 << UInt64(word & 63))
  }

  /// Sets bits of 64 columns at once.
  @inlinable
  public mutating func insert(row: Int, word: Int, bits: UInt64) {
    let base = row &* stride
    words[base &+ word] |= bits
    words[base &+ wordsPerRow &+ word >> 6] |= 1 << UInt64(word & 63)
  }

  /// Clears bits of 64 columns at once.
  @inlinable
  public mutating func remove(row: Int, word: Int, bits: UInt64) {
    let base = row &* stride
    words[base &+ word] &= ~bits
    guard words[base &+ word] == 0 else { return }
    words[base &+ wordsPerRow &+ word >> 6] &= ~(1 << UInt64(word & 63))
  }

  /// The first set bit of a row at or after `column`, or nil.
  @inlinable
  public func first(row: Int, from column: Int = 0) -> Int? {
    guard column < columns else { return nil }
    let base = row &* stride
    var word = column >> 6
    let rest = words[base &+ word] & (~0 << UInt64(column & 63))
    if rest != 0 { return word << 6 | rest.trailingZeroBitCount }
    word &+= 1
    guard word < wordsPerRow else { return nil }
    let summary = base &+ wordsPerRow
    let summaryEnd = base &+ stride
    var group = summary &+ word >> 6
    var pending = words[group] & (~0 << UInt64(word & 63))
    while pending == 0 {
      group &+= 1
      guard group < summaryEnd else { return nil }
      pending = words[group]
    }
    word = (group &- summary) << 6 | pending.trailingZeroBitCount
    return word << 6 | words[base &+ word].trailingZeroBitCount
  }
}
