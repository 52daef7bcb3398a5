/// A gzip stream made of stored (uncompressed) blocks: RFC 1952 around RFC 1951 §3.2.4.
public enum StoredGzip {
  /// The gzip stream whose content is `content`.
  public static func stream(of content: [UInt8]) -> [UInt8] {
    var out: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    var start = 0
    repeat {
      let end = min(content.count, start + 0xFFFF)
      let length = UInt16(end - start)
      out.append(end == content.count ? 1 : 0)
      out += littleEndian(length) + littleEndian(~length)
      out += content[start..<end]
      start = end
    } while start < content.count
    return out + littleEndian(checksum(of: content))
      + littleEndian(UInt32(truncatingIfNeeded: content.count))
  }

  /// CRC-32 bit by bit (RFC 1952 §8): slow, and short enough to be seen right.
  private static func checksum(of bytes: [UInt8]) -> UInt32 {
    var rest: UInt32 = .max
    for byte in bytes {
      rest ^= UInt32(byte)
      for _ in 0..<8 { rest = rest & 1 == 1 ? (rest >> 1) ^ 0xEDB8_8320 : rest >> 1 }
    }
    return ~rest
  }

  private static func littleEndian<N: FixedWidthInteger>(_ number: N) -> [UInt8] {
    (0..<N.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }
}
