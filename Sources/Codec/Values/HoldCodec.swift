/// Whether a job is held back, and whether an operator says so: two bits, as operators release what
/// others hold as well. Versions before the third had the first alone.
enum HoldCodec {
  static func read(
    from reader: inout ByteReader
  ) throws(CodecError) -> (isHeldBack: Bool, byOperator: Bool) {
    let start = reader.offset
    let bits = try reader.byte()
    guard bits <= (reader.version >= 3 ? 3 : 1) else {
      throw CodecError(.unknownTag(UInt64(bits)), at: start)
    }
    return (bits & 1 != 0, bits & 2 != 0)
  }

  static func write(_ isHeldBack: Bool, _ byOperator: Bool, to writer: inout ByteWriter) {
    writer.put(byte: (isHeldBack ? 1 : 0) | (byOperator ? 2 : 0))
  }
}
