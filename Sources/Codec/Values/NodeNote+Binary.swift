import Cluster
import Fleet
import Units

/// The numbers of notes never change; a new kind gets a new one.
extension NodeNote: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    let start = reader.offset
    switch try reader.byte() {
    case 0: self = .agent(try reader.number())
    case 1: self = .fence(try reader.span())
    case 2: self = .wanted(try reader.raw(), reason: try reader.text())
    case 3: self = .trouble(try reader.text())
    case let tag: throw CodecError(.unknownTag(UInt64(tag)), at: start)
    }
  }

  func write(to writer: inout ByteWriter) {
    switch self {
    case .agent(let agent):
      writer.put(byte: 0)
      writer.put(agent)
    case .fence(let fence):
      writer.put(byte: 1)
      writer.put(fence)
    case .wanted(let condition, let reason):
      writer.put(byte: 2)
      writer.put(byte: condition.rawValue)
      writer.put(reason)
    case .trouble(let trouble):
      writer.put(byte: 3)
      writer.put(trouble)
    }
  }
}

extension NodeRecords.Record: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    self.init(try reader.value())
    agent = try reader.flag() ? try reader.number() : nil
    fence = try reader.flag() ? try reader.span() : nil
    wanted = try reader.raw()
    reason = try reader.text()
    trouble = try reader.text()
  }

  func write(to writer: inout ByteWriter) {
    writer.put(node)
    writer.put(agent != nil)
    if let agent { writer.put(agent) }
    writer.put(fence != nil)
    if let fence { writer.put(fence) }
    writer.put(byte: wanted.rawValue)
    writer.put(reason)
    writer.put(trouble)
  }
}
