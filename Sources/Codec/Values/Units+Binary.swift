import Units

extension Instant: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) { self = try reader.instant() }
  func write(to writer: inout ByteWriter) { writer.put(self) }
}

extension TimeSpan: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) { self = try reader.span() }
  func write(to writer: inout ByteWriter) { writer.put(self) }
}

extension JobID: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) { self.init(try reader.unsigned()) }
  func write(to writer: inout ByteWriter) { writer.put(UInt64(number)) }
}

extension AttemptNumber: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) { self.init(try reader.unsigned()) }
  func write(to writer: inout ByteWriter) { writer.put(UInt64(number)) }
}

extension NodeID: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) { self.init(try reader.unsigned()) }
  func write(to writer: inout ByteWriter) { writer.put(UInt64(number)) }
}

extension AccountID: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) { self.init(try reader.unsigned()) }
  func write(to writer: inout ByteWriter) { writer.put(UInt64(number)) }
}

extension ModeID: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) { self.init(try reader.unsigned()) }
  func write(to writer: inout ByteWriter) { writer.put(UInt64(number)) }
}

extension ClaimID: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) { self.init(try reader.unsigned()) }
  func write(to writer: inout ByteWriter) { writer.put(UInt64(number)) }
}
