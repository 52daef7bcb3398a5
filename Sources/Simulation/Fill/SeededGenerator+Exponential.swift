public import Units

extension SeededGenerator {
  /// The bits behind the point of a draw.
  static let exponentialBits = 32

  /// A draw from the exponential distribution of mean one, in 1/2³².
  ///
  /// By comparing uniform draws only (von Neumann 1951, "Various techniques used in connection with
  /// random digits"): a run of falling draws of odd length is accepted; each of even length adds
  /// one.
  mutating func exponential() -> Int {
    var whole = 0
    while true {
      let first = next() >> 32
      var last = first
      var length = 1
      while true {
        let draw = next() >> 32
        guard draw < last else { break }
        last = draw
        length += 1
      }
      if length % 2 == 1 { return whole << Self.exponentialBits + Int(first) }
      whole += 1
    }
  }

  /// A draw from the exponential distribution of a mean, rounded down.
  public mutating func exponential(mean: Int) -> Int {
    Int((Int128(exponential()) * Int128(mean)) >> Self.exponentialBits)
  }
}
