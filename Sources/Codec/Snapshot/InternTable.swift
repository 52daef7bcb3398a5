/// Values that many jobs share, each kept once and told by the place at which it came up.
///
/// Looked up by the bytes that a value is written as; what is found depends on these alone.
struct InternTable {
  private var values: [[UInt8]] = []

  /// Places in `values` by their bytes' hash, -1 where there is none; a power of two of them.
  private var slots: [Int32] = Array(repeating: -1, count: 64)

  /// The place of a value, and whether it came up for the first time.
  mutating func place(of bytes: [UInt8]) -> (place: Int, isNew: Bool) {
    if values.count * 2 >= slots.count { grow() }
    let slot = slot(of: bytes)
    if slots[slot] >= 0 { return (Int(slots[slot]), false) }
    slots[slot] = Int32(values.count)
    values.append(bytes)
    return (values.count - 1, true)
  }

  /// Where a value stands, or would stand.
  private func slot(of bytes: [UInt8]) -> Int {
    // FNV-1a, 64 bits.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    var slot = Int(truncatingIfNeeded: hash ^ hash >> 32) & (slots.count - 1)
    while slots[slot] >= 0, values[Int(slots[slot])] != bytes {
      slot = (slot + 1) & (slots.count - 1)
    }
    return slot
  }

  private mutating func grow() {
    slots = Array(repeating: -1, count: slots.count * 2)
    for (place, bytes) in values.enumerated() { slots[slot(of: bytes)] = Int32(place) }
  }
}
