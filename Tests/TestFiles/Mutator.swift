/// Spoils valid input at random, a few changes at a time.
public struct Mutator<Generator: RandomNumberGenerator> {
  private var generator: Generator

  /// Numbers that readers stumble over: past a limit, past 32 bits, past 64, negative, odd.
  private static var awkward: [String] {
    [
      "3000000000", "100000000", "100000001", "9223372036854775807", "-9223372036854775808",
      "99999999999999999999999999", "-1", "-2", "-0", "1.5", "1e9", ".", "0.0000000001", "",
      "100000000000", "100000000001", "9999-12-31 23:59:59", "2017-02-29 00:00:00", "NaN",
    ]
  }

  /// A mutator whose changes follow from its generator alone.
  public init(generator: Generator) { self.generator = generator }

  /// `bytes` after one to four changes.
  public mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
    var out = bytes
    for _ in 0..<(1 + below(4)) { change(&out) }
    return out
  }

  private mutating func change(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    let place = below(bytes.count)
    switch below(6) {
    case 0: bytes[place] ^= 1 << UInt8(below(8))
    case 1: bytes.removeLast(bytes.count - place)
    case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + below(40)))
    case 3: bytes.insert(UInt8(below(256)), at: place)
    case 4: bytes.insert(contentsOf: Self.awkward[below(Self.awkward.count)].utf8, at: place)
    default: replaceNumber(&bytes, at: place)
    }
  }

  /// Replaces the run of digits after `place` by an awkward number.
  private mutating func replaceNumber(_ bytes: inout [UInt8], at place: Int) {
    let isDigit = { (byte: UInt8) in byte >= 0x30 && byte <= 0x39 }
    guard let start = bytes[place...].firstIndex(where: isDigit) else { return }
    let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
    bytes.replaceSubrange(start..<end, with: Self.awkward[below(Self.awkward.count)].utf8)
  }

  private mutating func below(_ bound: Int) -> Int {
    Int(generator.next() % UInt64(bound))
  }
}
