import Fleet
import Units

/// Slices are written as runs of nodes whose ids count up and of which the same accelerators are
/// held: a gang of 4,096 whole nodes in a row takes six bytes.
extension Allocation: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    let slices = try reader.part("slices", Self.slices)
    self.init(slices: slices)
    hosts = try reader.part("hosts", Self.hosts)
    guard hosts.isEmpty || hosts.count == slices.count else {
      throw reader.fault(.contradiction("\(hosts.count) hosts of \(slices.count) slices"))
    }
    let count = try reader.count(ofAtLeast: 3)
    for _ in 0..<count {
      let slice: UInt32 = try reader.unsigned()
      let device = Int(try reader.byte())
      guard slice < slices.count, shares.last.map({ $0.slice <= slice }) ?? true else {
        throw reader.fault(.contradiction("a part of an accelerator of no slice"))
      }
      shares.append(
        DeviceHold(slice: Int(slice), device: device, amount: try reader.unsigned()))
    }
  }

  func write(to writer: inout ByteWriter) {
    writeSlices(to: &writer)
    writeHosts(to: &writer)
    writer.put(count: shares.count)
    for share in shares {
      writer.put(UInt64(UInt32(share.slice)))
      writer.put(byte: share.device)
      writer.put(UInt64(share.amount))
    }
  }

  // MARK: Slices

  private func writeSlices(to writer: inout ByteWriter) {
    var runs = 0
    for index in slices.indices where !continuesRun(at: index) { runs += 1 }
    writer.put(count: runs)
    var expected: Int64 = 0
    var first = 0
    while first < slices.count {
      var end = first + 1
      while end < slices.count, continuesRun(at: end) { end += 1 }
      writer.put(Int64(slices[first].node.number) - expected)
      writer.put(slices[first].accelerators)
      writer.put(UInt64(end - first))
      expected = Int64(slices[end - 1].node.number) + 1
      first = end
    }
  }

  private func continuesRun(at index: Int) -> Bool {
    index > 0 && slices[index].accelerators == slices[index - 1].accelerators
      && slices[index].node.number == slices[index - 1].node.number &+ 1
      && slices[index].node.number > 0
  }

  private static func slices(_ reader: inout ByteReader) throws(CodecError) -> [NodeSlice] {
    let runs = try reader.count(ofAtLeast: 3)
    var slices: [NodeSlice] = []
    var expected: Int64 = 0
    for index in 0..<runs {
      let start = reader.offset
      let gap = try reader.signed()
      let accelerators = try reader.number()
      let length = try reader.run()
      let (first, overflow) = expected.addingReportingOverflow(gap)
      guard !overflow, first >= 0, first <= UInt32.max,
        first + Int64(length) <= Int64(UInt32.max) + 1
      else {
        throw CodecError(.outOfRange(gap), at: start)
      }
      guard index == 0 || gap != 0 || slices.last?.accelerators != accelerators else {
        throw CodecError(.notCanonical, at: start)
      }
      slices.reserveCapacity(slices.count + length)
      for number in first..<first + Int64(length) {
        slices.append(NodeSlice(node: NodeID(UInt32(number)), accelerators: accelerators))
      }
      expected = first + Int64(length)
    }
    return slices
  }

  // MARK: Hosts

  private func writeHosts(to writer: inout ByteWriter) {
    var runs = 0
    for index in hosts.indices where index == 0 || hosts[index] != hosts[index - 1] { runs += 1 }
    writer.put(count: runs)
    var first = 0
    while first < hosts.count {
      var end = first + 1
      while end < hosts.count, hosts[end] == hosts[first] { end += 1 }
      writer.put(hosts[first])
      writer.put(UInt64(end - first))
      first = end
    }
  }

  private static func hosts(_ reader: inout ByteReader) throws(CodecError) -> [HostShare] {
    let runs = try reader.count(ofAtLeast: 3)
    var hosts: [HostShare] = []
    for _ in 0..<runs {
      let start = reader.offset
      let host = try reader.value(HostShare.self)
      guard hosts.last != host else { throw CodecError(.notCanonical, at: start) }
      hosts += Array(repeating: host, count: try reader.run())
    }
    return hosts
  }
}

extension HostShare: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    // Whatever a request may say: those that are refused stand in the journal as well.
    let range = Int(Int32.min)...Int(Int32.max)
    self.init(milliCores: try reader.int(in: range), memory: try reader.int(in: range))
  }

  func write(to writer: inout ByteWriter) {
    writer.put(Int64(milliCores))
    writer.put(Int64(memory))
  }
}

extension Reservation: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    self.init(start: try reader.instant(), allocation: try reader.optional())
  }

  func write(to writer: inout ByteWriter) {
    writer.put(start)
    writer.put(optional: allocation)
  }
}
