import Cluster
import Jobs
import Units

extension JobLifecycle.Eviction: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    self.init(signal: try reader.instant(), end: try reader.instant())
  }

  func write(to writer: inout ByteWriter) {
    writer.put(signal)
    writer.put(end)
  }
}

extension Claim.Victim: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    self.init(job: try reader.value(), eviction: try reader.value(), loss: try reader.signed())
  }

  func write(to writer: inout ByteWriter) {
    writer.put(job)
    writer.put(eviction)
    writer.put(loss)
  }
}

extension Claim.Shrink: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    self.init(job: try reader.value(), keeps: try reader.value(), end: try reader.instant())
  }

  func write(to writer: inout ByteWriter) {
    writer.put(job)
    writer.put(keeps)
    writer.put(end)
  }
}

extension Claim: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    self.init(
      id: try reader.value(), preemptor: try reader.value(), ground: try reader.raw(),
      allocation: try reader.value(), victims: try reader.list(), shrinks: try reader.list())
    deadline = try reader.instant()
  }

  func write(to writer: inout ByteWriter) {
    writer.put(id)
    writer.put(preemptor)
    writer.put(byte: ground.rawValue)
    writer.put(allocation)
    writer.put(list: victims)
    writer.put(list: shrinks)
    writer.put(deadline)
  }
}
