public import Units

/// Draws by whole-number arithmetic alone: the same on every machine.
extension SeededGenerator {
  /// A generator for one purpose: what others draw has no part in it.
  public init(seed: UInt64, for purpose: String) {
    // FNV-1a (Fowler, Noll and Vo 1991).
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    self.init(seed: seed ^ hash)
  }

  /// An index by weights, which add up to more than 0.
  public mutating func index(byWeight weights: [Int]) -> Int {
    var draw = below(weights.reduce(0, +))
    for (index, weight) in weights.enumerated() {
      guard draw >= weight else { return index }
      draw -= weight
    }
    preconditionFailure("the weights add up to less than their sum")
  }

  /// A lognormal draw with a mean; `spreadMilli` are thousandths of the logarithm's deviation.
  ///
  /// The normal draw is a sum of twelve even ones less 6: none is further out than six deviations.
  public mutating func lognormal(mean: Int64, spreadMilli: Int) -> Int64 {
    let one = Int64(1) << FixedPoint.bits
    var normal = -6 * one
    for _ in 0..<12 {
      normal += Int64(truncatingIfNeeded: next() >> (64 - UInt64(FixedPoint.bits)))
    }
    let spread = Int64(spreadMilli) * one / 1000
    let exponent = FixedPoint.product(spread, normal) - FixedPoint.product(spread, spread) / 2
    return Int64(clamping: (Int128(mean) * FixedPoint.exp(exponent)) >> FixedPoint.bits)
  }
}

/// Powers of numbers with 32 bits behind the point.
enum FixedPoint {
  /// Bits behind the point.
  static let bits = 32

  /// 1 / ln 2.
  private static let log2e: Int64 = 6_196_328_019

  static func product(_ a: Int64, _ b: Int64) -> Int64 {
    Int64(clamping: (Int128(a) * Int128(b)) >> bits)
  }

  /// 2^(2^−1), 2^(2^−2), …
  private static let roots: [UInt64] = {
    var roots: [UInt64] = []
    var root = UInt128(2) << UInt128(bits)
    for _ in 0..<bits {
      root = squareRoot(root << UInt128(bits))
      roots.append(UInt64(root))
    }
    return roots
  }()

  private static func squareRoot(_ number: UInt128) -> UInt128 {
    var (low, high) = (UInt128(0), UInt128(1) << 64)
    while high - low > 1 {
      let middle = (low + high) / 2
      if middle * middle <= number { low = middle } else { high = middle }
    }
    return low
  }

  /// e to the power of a number of at most 30.
  static func exp(_ exponent: Int64) -> Int128 {
    let log2 = Int64(clamping: (Int128(exponent) * Int128(log2e)) >> bits)
    let whole = log2 >> Int64(bits)
    precondition(whole < 60, "e to the power of \(whole)")
    var power = UInt128(1) << UInt128(bits)
    for bit in 0..<bits where log2 & (1 << Int64(bits - 1 - bit)) != 0 {
      power = (power * UInt128(roots[bit])) >> UInt128(bits)
    }
    return whole >= 0 ? Int128(power) << Int128(whole) : Int128(power) >> Int128(min(100, -whole))
  }
}
