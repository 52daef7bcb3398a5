import Jobs
import Units

extension JobRequest: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    self.init(
      shape: try reader.part("shape") { (reader) throws(CodecError) in try reader.value() },
      timeLimit: try reader.span())
    account = try reader.value()
    mode = try reader.value()
    array = try reader.optional()
    guard try reader.flag() else { return }
    terms = try reader.part("terms", JobTerms.read)
  }

  func write(to writer: inout ByteWriter) {
    writer.put(shape)
    writer.put(timeLimit)
    writer.put(account)
    writer.put(mode)
    writer.put(optional: array)
    writer.put(terms != nil)
    terms?.write(to: &writer)
  }
}

extension JobTerms {
  static func read(from reader: inout ByteReader) throws(CodecError) -> JobTerms {
    var options = Options()
    options.leastMembers = try reader.optional()
    options.checkpoints = try reader.optional()
    options.begin = try reader.optional()
    options.deadline = try reader.optional()
    options.dependencies = try reader.list()
    options.throttle = try reader.optional()
    options.window = try reader.optional()
    if reader.version >= 2 {
      options.isHeldBack = try reader.flag()
      options.endsWithNode = try reader.flag()
    }
    return JobTerms(options)
  }

  func write(to writer: inout ByteWriter) {
    writer.put(optional: leastMembers)
    writer.put(optional: checkpoints)
    writer.put(optional: begin)
    writer.put(optional: deadline)
    writer.put(list: dependencies)
    writer.put(optional: throttle)
    writer.put(optional: window)
    writer.put(isHeldBack)
    writer.put(endsWithNode)
  }
}

extension Checkpoints: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    self.init(every: try reader.span(), restart: try reader.optional())
  }

  func write(to writer: inout ByteWriter) {
    writer.put(every)
    writer.put(optional: restart)
  }
}

extension JobDependency: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    self.init(job: try reader.value(), condition: try reader.raw())
  }

  func write(to writer: inout ByteWriter) {
    writer.put(job)
    writer.put(byte: condition.rawValue)
  }
}
