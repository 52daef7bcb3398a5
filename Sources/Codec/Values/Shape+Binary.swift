import Fleet
import Units

extension GangShape: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    let members: UInt32 = try reader.unsigned()
    let member = try reader.value(MemberShape.self)
    let rest = try reader.optional(MemberShape.self)
    guard Self.canBe(members: Int(members), member: member, rest: rest) else {
      throw reader.fault(.contradiction("a gang that can't be: no member, or too large a rest"))
    }
    self.init(
      members: Int(members), member: member, rest: rest, closeness: try reader.value(),
      eligibility: try reader.flag() ? try Eligibility.read(from: &reader) : nil)
  }

  func write(to writer: inout ByteWriter) {
    writer.put(UInt64(members))
    writer.put(member)
    writer.put(optional: rest)
    writer.put(closeness)
    writer.put(eligibility != nil)
    eligibility?.write(to: &writer)
  }
}

extension MemberShape: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    let accelerators: UInt16 = try reader.unsigned()
    self.init(
      accelerators: Int(accelerators), share: try reader.value(), host: try reader.value(),
      wholeNode: try reader.flag())
  }

  func write(to writer: inout ByteWriter) {
    writer.put(UInt64(accelerators))
    writer.put(share)
    writer.put(host)
    writer.put(wholeNode)
  }
}

extension DeviceShare: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    let start = reader.offset
    switch try reader.byte() {
    case 0: self = .whole
    case 1: self = .milli(try reader.unsigned())
    case 2: self = .mig(MIGProfile(geometry: try reader.raw(), kind: try reader.raw()))
    case let tag: throw CodecError(.unknownTag(UInt64(tag)), at: start)
    }
  }

  func write(to writer: inout ByteWriter) {
    switch self {
    case .whole: writer.put(byte: 0)
    case .milli(let part):
      writer.put(byte: 1)
      writer.put(UInt64(part))
    case .mig(let profile):
      writer.put(byte: 2)
      writer.put(byte: profile.geometry.rawValue)
      writer.put(byte: profile.kind.rawValue)
    }
  }
}

/// Most gangs ask for nothing of their place: a byte.
extension Closeness: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    self.init()
    let start = reader.offset
    guard try reader.flag() else { return }
    required = try reader.optional(DomainLevel.self)
    preferred = try reader.optional(DomainLevel.self)
    longestWait = try reader.span()
    for level in DomainLevel.allCases { segments[level] = Int(try reader.unsigned(UInt16.self)) }
    division = try reader.value()
    guard !isClosest else { throw CodecError(.notCanonical, at: start) }
  }

  func write(to writer: inout ByteWriter) {
    writer.put(!isClosest)
    guard !isClosest else { return }
    writer.put(optional: required)
    writer.put(optional: preferred)
    writer.put(longestWait)
    for level in DomainLevel.allCases { writer.put(UInt64(segments[level])) }
    writer.put(division)
  }
}

extension DomainLevel: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) { self = try reader.raw() }
  func write(to writer: inout ByteWriter) { writer.put(byte: rawValue) }
}

extension Division: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    let start = reader.offset
    switch try reader.byte() {
    case 0: self = .fewest
    case 1: self = .even
    case 2: self = .spread(try reader.raw())
    case let tag: throw CodecError(.unknownTag(UInt64(tag)), at: start)
    }
  }

  func write(to writer: inout ByteWriter) {
    switch self {
    case .fewest: writer.put(byte: 0)
    case .even: writer.put(byte: 1)
    case .spread(let level):
      writer.put(byte: 2)
      writer.put(byte: level.rawValue)
    }
  }
}

extension Eligibility {
  static func read(from reader: inout ByteReader) throws(CodecError) -> Eligibility {
    let models = try reader.list(of: String.self)
    let countries = try reader.list(of: String.self)
    let start = reader.offset
    let named = try reader.list(of: NodeID.self)
    let excluded = try reader.list(of: NodeID.self)
    for list in [named, excluded] {
      guard zip(list, list.dropFirst()).allSatisfy({ $0 <= $1 }) else {
        throw CodecError(.notCanonical, at: start)
      }
    }
    return Eligibility(
      models: models, countries: countries, named: named, excluded: excluded,
      includesReserved: try reader.flag())
  }

  func write(to writer: inout ByteWriter) {
    writer.put(list: models)
    writer.put(list: countries)
    writer.put(list: named)
    writer.put(list: excluded)
    writer.put(includesReserved)
  }
}
