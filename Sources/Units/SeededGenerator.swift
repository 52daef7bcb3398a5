/// The only source of chance in the house: the same seed gives the same numbers everywhere.
///
/// xoshiro256** seeded through SplitMix64 (Blackman and Vigna 2018, "Scrambled linear
/// pseudorandom number generators", fig. 2 and §7).
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var s0: UInt64
  private var s1: UInt64
  private var s2: UInt64
  private var s3: UInt64

  /// A generator whose whole sequence follows from `seed`.
  public init(seed: UInt64) {
    var mixer = seed
    func next() -> UInt64 {
      mixer &+= 0x9E37_79B9_7F4A_7C15
      var z = mixer
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    s0 = next()
    s1 = next()
    s2 = next()
    s3 = next()
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let result = rotate(s1 &* 5, by: 7) &* 9
    let t = s1 << 17
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= t
    s3 = rotate(s3, by: 45)
    return result
  }

  /// A whole number in `0..<bound`, every one equally likely; `bound` must be positive.
  ///
  /// Rejects the uneven tail of the 64-bit range, so that the draw does not depend on the
  /// standard library's own way of doing it.
  public mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0, "below(\(bound)): nothing lies below it")
    let limit = UInt64(bound)
    let tail = (0 &- limit) % limit
    var draw = next()
    while draw < tail { draw = next() }
    return Int(draw % limit)
  }

  private func rotate(_ x: UInt64, by k: UInt64) -> UInt64 { (x << k) | (x >> (64 - k)) }
}
