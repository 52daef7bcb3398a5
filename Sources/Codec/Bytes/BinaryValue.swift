/// What can be written as bytes in one way, and read again.
protocol BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError)
  func write(to writer: inout ByteWriter)
}

extension ByteWriter {
  mutating func put<Value: BinaryValue>(_ value: Value) { value.write(to: &self) }

  /// Whether there is one, and the value.
  mutating func put<Value: BinaryValue>(optional value: Value?) {
    put(value != nil)
    if let value { put(value) }
  }

  /// How many, and each.
  mutating func put<Value: BinaryValue>(list: [Value]) {
    put(count: list.count)
    for value in list { put(value) }
  }
}

extension ByteReader {
  mutating func value<Value: BinaryValue>(_ type: Value.Type = Value.self) throws(CodecError)
    -> Value
  { try Value(from: &self) }

  mutating func optional<Value: BinaryValue>(_ type: Value.Type = Value.self) throws(CodecError)
    -> Value?
  { try flag() ? try Value(from: &self) : nil }

  mutating func list<Value: BinaryValue>(of type: Value.Type = Value.self) throws(CodecError)
    -> [Value]
  {
    let count = try count()
    var list: [Value] = []
    list.reserveCapacity(min(count, 1 << 16))
    for _ in 0..<count { list.append(try Value(from: &self)) }
    return list
  }

  /// A case of an enumeration by its raw value.
  mutating func raw<Value: RawRepresentable>(_ type: Value.Type = Value.self) throws(CodecError)
    -> Value where Value.RawValue == UInt8
  {
    let start = offset
    let byte = try byte()
    guard let value = Value(rawValue: byte) else {
      throw CodecError(.unknownTag(UInt64(byte)), at: start)
    }
    return value
  }
}

extension Int: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) { self = try reader.int() }
  func write(to writer: inout ByteWriter) { writer.put(self) }
}

extension Int64: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) { self = try reader.signed() }
  func write(to writer: inout ByteWriter) { writer.put(self) }
}

extension String: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) { self = try reader.text() }
  func write(to writer: inout ByteWriter) { writer.put(self) }
}

// MARK: Words

extension ByteWriter {
  /// A case of an enumeration by the word for it in files.
  mutating func put<Value: RawRepresentable>(word value: Value) where Value.RawValue == String {
    put(value.rawValue)
  }
}

extension ByteReader {
  mutating func word<Value: RawRepresentable>(_ type: Value.Type = Value.self) throws(CodecError)
    -> Value where Value.RawValue == String
  {
    let start = offset
    let word = try text()
    guard let value = Value(rawValue: word) else {
      throw CodecError(.contradiction("the word '\(word)' means nothing here"), at: start)
    }
    return value
  }
}
