import Units

/// The weight of an instant, which doubles each half-life: what is held later counts for more.
///
/// Instead of letting all usage decay, what is added to it grows. The weight is constant within a
/// slot of 1/1024 half-life, so that its integral is exact in whole numbers, and the same however
/// often it is asked for in between. After eight half-lives a new **epoch** begins: whoever keeps
/// usage divides it by 2⁸ then, and the weight begins at one again.
struct GrowingWeight: Hashable, Sendable {
  /// Slots to a half-life.
  static let slots = 1024

  /// Half-lives to an epoch, and by how many bits usage shrinks when the next one begins.
  static let epochHalfLives = 8

  /// Bits behind the point of a weight.
  static let fractionBits = 18

  /// The longest half-life: about 34 years.
  static let longestHalfLife = TimeSpan(milliseconds: 1 << 40)

  /// By slot: 2^(slot / 1024), rounded down, with `fractionBits` behind the point.
  static let table: [Int64] = makeTable()

  /// By slot: the weights of all slots before it in its half-life; the last is of all of them.
  static let sums: [Int64] = table.reduce(into: [0]) { $0.append($0.last! + $1) }

  /// Milliseconds to a slot.
  let slot: Int64

  /// When the epoch began.
  private(set) var epoch: Instant

  /// - Precondition: `halfLife` is positive and at most `longestHalfLife`; it is rounded down to a
  ///   multiple of 1,024 ms.
  init(halfLife: TimeSpan, from start: Instant) {
    precondition(
      halfLife > .zero && halfLife <= Self.longestHalfLife,
      "a half-life of \(halfLife.milliseconds) ms: it lies between 1 ms and 2^40 ms")
    slot = max(1, halfLife.milliseconds / Int64(Self.slots))
    epoch = start
  }

  /// Goes on with an epoch that has begun before a restart.
  mutating func resume(epoch: Instant) { self.epoch = epoch }

  /// When the next epoch begins.
  var nextEpoch: Instant {
    epoch + TimeSpan(milliseconds: slot * Int64(Self.slots * Self.epochHalfLives))
  }

  /// The integral of the weight over the whole epoch.
  var wholeEpoch: Int128 { integral(to: nextEpoch) }

  /// The integral of the weight from the epoch's beginning, in milliseconds with `fractionBits`
  /// behind the point: below 2^67.
  ///
  /// The half-lives that are over hold 1 + 2 + 4 + … times the first one's weight.
  ///
  /// - Precondition: the instant lies in the epoch, or is its end.
  func integral(to instant: Instant) -> Int128 {
    precondition(
      instant >= epoch && instant <= nextEpoch,
      "\(instant) is outside the epoch that began at \(epoch)")
    let elapsed = (instant - epoch).milliseconds
    let (passed, rest) = elapsed.quotientAndRemainder(dividingBy: slot)
    let doublings = passed >> 10
    let index = Int(passed & 1023)
    let before = ((1 << doublings) - 1) * Self.sums[Self.slots] + Self.sums[index] << doublings
    return Int128(slot) &* Int128(before) &+ Int128(rest) &* Int128(Self.table[index] << doublings)
  }

  /// The weight at an instant of the epoch, with `fractionBits` behind the point: from one on.
  func value(at instant: Instant) -> Int64 {
    precondition(instant >= epoch && instant < nextEpoch, "\(instant) is outside the epoch")
    let passed = (instant - epoch).milliseconds / slot
    return Self.table[Int(passed & 1023)] << (passed >> 10)
  }

  /// Begins the next epoch.
  mutating func beginEpoch() { epoch = nextEpoch }

  /// Ten square roots of two, one of the other, and the products of them that each slot asks for:
  /// whole numbers with 62 bits behind the point, so that every machine gets the same table.
  private static func makeTable() -> [Int64] {
    var roots: [UInt128] = []
    var root: UInt128 = 1 << 63
    for _ in 0..<10 {
      root = squareRoot(root << 62)
      roots.append(root)
    }
    return (0..<slots).map { index in
      var weight: UInt128 = 1 << 62
      for (place, root) in roots.enumerated() where index & (slots >> (place + 1)) != 0 {
        weight = (weight * root) >> 62
      }
      return Int64(weight >> (62 - fractionBits))
    }
  }

  /// The largest number whose square is at most another, bit by bit.
  private static func squareRoot(_ square: UInt128) -> UInt128 {
    var root: UInt128 = 0
    for bit in stride(from: 63, through: 0, by: -1) {
      let trial = root | (1 << UInt128(bit))
      if trial * trial <= square { root = trial }
    }
    return root
  }
}
