import Fleet
import Units

/// A fleet is written as the steps in which `TopologyBuilder` builds it, which checks it again.
enum TopologyCodec {
  private enum Step: UInt8 {
    case end
    case open
    case nodes
    case close
  }

  // MARK: Writing

  static func write(_ topology: Topology, to writer: inout ByteWriter) {
    writer.put(topology.name)
    writer.put(list: topology.nodeTypes)
    if topology.roots.isEmpty {
      writeNodes(topology.nodes.indices, of: topology, to: &writer)
    }
    for root in topology.roots { write(domain: root, of: topology, to: &writer) }
    writer.put(byte: Step.end.rawValue)
    writeIDs(of: topology, to: &writer)
  }

  private static func write(
    domain index: Int, of topology: Topology, to writer: inout ByteWriter
  ) {
    let domain = topology.domains[index]
    writer.put(byte: Step.open.rawValue)
    writer.put(domain.level)
    writer.put(domain.name)
    writer.put(domain.attributes.country)
    writer.put(domain.attributes.oversubscription)
    writer.put(domain.attributes.rails)
    if domain.children.isEmpty { writeNodes(domain.nodes, of: topology, to: &writer) }
    for child in domain.children { write(domain: child, of: topology, to: &writer) }
    writer.put(byte: Step.close.rawValue)
  }

  private static func writeNodes(
    _ range: Range<Int>, of topology: Topology, to writer: inout ByteWriter
  ) {
    var first = range.lowerBound
    while first < range.upperBound {
      let type = topology.nodes[first].type
      var end = first + 1
      while end < range.upperBound, topology.nodes[end].type == type { end += 1 }
      writer.put(byte: Step.nodes.rawValue)
      writer.put(type)
      writer.put(count: end - first)
      for node in first..<end { writer.put(topology.nodes[node].name.description) }
      first = end
    }
  }

  /// Ids in runs that count up: a fleet that has not grown is one run.
  private static func writeIDs(of topology: Topology, to writer: inout ByteWriter) {
    let ids = topology.nodes.map(\.id)
    var starts: [Int] = []
    for index in ids.indices where index == 0 || ids[index].number != ids[index - 1].number &+ 1 {
      starts.append(index)
    }
    writer.put(count: starts.count)
    for (run, start) in starts.enumerated() {
      let end = run + 1 < starts.count ? starts[run + 1] : ids.count
      writer.put(ids[start])
      writer.put(UInt64(end - start))
    }
    writer.put(topology.nextID)
  }

  // MARK: Reading

  static func read(from reader: inout ByteReader) throws(CodecError) -> Topology {
    var builder = TopologyBuilder(name: try reader.text())
    let types = try reader.list(of: NodeType.self)
    var depth = 0
    var lastType: Int?
    while true {
      let start = reader.offset
      let step = try reader.raw(Step.self)
      if step != .nodes { lastType = nil }
      switch step {
      case .end:
        guard depth == 0 else {
          throw CodecError(.contradiction("a domain is not closed"), at: start)
        }
        return try finish(builder, types, &reader)
      case .open:
        depth += 1
        let (level, name, attributes) = try domain(&reader)
        try build(at: start) { () throws(TopologyError) in
          try builder.open(level, name, attributes)
        }
      case .nodes:
        let type = try reader.int(in: 0...max(0, types.count - 1))
        guard type < types.count, type != lastType else {
          throw CodecError(.notCanonical, at: start)
        }
        lastType = type
        let names = try reader.list(of: String.self).map { NodeName($0) }
        guard !names.isEmpty else { throw CodecError(.notCanonical, at: start) }
        try build(at: start) { () throws(TopologyError) in
          try builder.addNodes(names, type: types[type])
        }
      case .close:
        guard depth > 0 else {
          throw CodecError(.contradiction("no domain is open to be closed"), at: start)
        }
        depth -= 1
        try build(at: start) { () throws(TopologyError) in try builder.close() }
      }
    }
  }

  private static func domain(
    _ reader: inout ByteReader
  ) throws(CodecError) -> (DomainLevel, String, DomainAttributes) {
    let level = try reader.value(DomainLevel.self)
    let name = try reader.text()
    var attributes = DomainAttributes()
    attributes.country = try reader.text()
    attributes.oversubscription = try reader.int(in: 1000...1_000_000_000)
    attributes.rails = try reader.int(in: 0...NodeType.mostAccelerators)
    return (level, name, attributes)
  }

  private static func finish(
    _ builder: TopologyBuilder, _ types: [NodeType], _ reader: inout ByteReader
  ) throws(CodecError) -> Topology {
    let start = reader.offset
    let built = try build(at: start) { () throws(TopologyError) in try builder.build() }
    guard built.nodeTypes == types, built.domains(at: .site).count <= 256 else {
      throw CodecError(.contradiction("kinds of nodes that no fleet lists so"), at: start)
    }
    var ids: [NodeID] = []
    for _ in 0..<(try reader.count(ofAtLeast: 2)) {
      let runStart = reader.offset
      let first = try reader.value(NodeID.self)
      let length = try reader.run()
      guard UInt64(first.number) + UInt64(length) <= UInt64(UInt32.max),
        ids.last.map({ $0.number + 1 != first.number }) ?? true
      else { throw CodecError(.notCanonical, at: runStart) }
      for number in 0..<UInt32(length) { ids.append(NodeID(first.number + number)) }
    }
    let nextID = reader.version >= 2 ? try reader.value(NodeID.self) : nil
    guard let topology = built.identified(by: ids, nextID: nextID),
      topology.nextID == nextID ?? topology.nextID
    else {
      throw CodecError(.contradiction("ids that are not one for each node"), at: start)
    }
    return topology
  }

  private static func build<Result>(
    at offset: Int, _ step: () throws(TopologyError) -> Result
  ) throws(CodecError) -> Result {
    do throws(TopologyError) { return try step() } catch {
      throw CodecError(.contradiction(error.what), at: offset)
    }
  }
}

extension NodeType: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    let name = try reader.text()
    let model = try reader.text()
    let accelerators = try reader.int(in: 0...Self.mostAccelerators)
    self.init(name: name, acceleratorModel: model, accelerators: accelerators)
    acceleratorWatts = try reader.int(in: 0...Self.mostWatts)
    host = try reader.value()
    sharing = try reader.value()
    for _ in 0..<(try reader.count()) {
      islands.append(try reader.int(in: 1...Self.mostAccelerators))
    }
    numaNodes = try reader.int(in: 1...Self.mostAccelerators)
    links.acceleratorGigabytes = try reader.int(in: 0...1_000_000)
    links.interfaces = try reader.int(in: 0...1_000_000)
    links.interfaceGigabits = try reader.int(in: 0...1_000_000)
  }

  func write(to writer: inout ByteWriter) {
    writer.put(name)
    writer.put(acceleratorModel)
    writer.put(accelerators)
    writer.put(acceleratorWatts)
    writer.put(host)
    writer.put(sharing)
    writer.put(list: islands)
    writer.put(numaNodes)
    writer.put(links.acceleratorGigabytes)
    writer.put(links.interfaces)
    writer.put(links.interfaceGigabits)
  }
}

extension DeviceSharing: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    let start = reader.offset
    switch try reader.byte() {
    case 0: self = .none
    case 1: self = .fractions
    case 2: self = .mig(try reader.raw())
    case let tag: throw CodecError(.unknownTag(UInt64(tag)), at: start)
    }
  }

  func write(to writer: inout ByteWriter) {
    switch self {
    case .none: writer.put(byte: 0)
    case .fractions: writer.put(byte: 1)
    case .mig(let geometry):
      writer.put(byte: 2)
      writer.put(byte: geometry.rawValue)
    }
  }
}
