import Accounts
import Cluster
import Fleet
import Jobs
import Units

/// A state is written as what does not follow from the fleet and the policy; see
/// `ClusterState.Image`.
enum StateCodec {
  static func write(_ image: ClusterState.Image, to writer: inout ByteWriter) {
    writer.put(image.version)
    writer.put(image.nextJob)
    writer.put(image.nextClaim)
    writer.put(image.book)
    writer.put(list: image.allowances)
    writer.put(image.mix)
    writer.put(list: image.churn)
    writer.put(list: image.records)
    writer.put(list: image.silent)
    writer.put(image.hearsAgents)
    writer.put(optional: image.restored)
    writer.put(count: image.claims.count)
    for (claim, made) in image.claims {
      writer.put(claim)
      writer.put(made)
    }
    writeOutcomes(image.outcomes, to: &writer)
    JobTableWriter.write(image.jobs, next: image.nextJob, to: &writer)
  }

  static func read(from reader: inout ByteReader) throws(CodecError) -> ClusterState.Image {
    let version = try reader.number()
    let nextJob = try reader.value(JobID.self)
    let nextClaim = try reader.value(ClaimID.self)
    let book = try reader.part("book") { (reader) throws(CodecError) in
      try reader.value(AccountBook.Image.self)
    }
    var image = ClusterState.Image(book: book)
    (image.version, image.nextJob, image.nextClaim) = (version, nextJob, nextClaim)
    image.allowances = try reader.list()
    image.mix = try reader.value()
    image.churn = try reader.list()
    if reader.version >= 3 {
      image.records = try reader.list()
      image.silent = try reader.list()
      image.hearsAgents = try reader.flag()
      image.restored = try reader.optional()
    } else {
      try readConditions(into: &image, &reader)
    }
    for _ in 0..<(try reader.count(ofAtLeast: 2)) {
      image.claims.append((try reader.value(), try reader.instant()))
    }
    image.outcomes = try reader.part("outcomes", outcomes)
    image.jobs = try reader.part("jobs") { (reader) throws(CodecError) in
      try JobTableReader.read(next: nextJob, from: &reader)
    }
    return image
  }

  /// Before version 3 there were conditions: those of nodes out of service, and what silent ones
  /// were besides.
  private static func readConditions(
    into image: inout ClusterState.Image, _ reader: inout ByteReader
  ) throws(CodecError) {
    var records: [NodeRecords.Record] = []
    for _ in 0..<(try reader.count(ofAtLeast: 2)) {
      let start = reader.offset
      var record = NodeRecords.Record(try reader.value())
      record.wanted = try reader.raw()
      guard record.wanted != .inService else { throw CodecError(.notCanonical, at: start) }
      if record.wanted != .silent { records.append(record) }
    }
    if reader.version >= 2 {
      for _ in 0..<(try reader.count(ofAtLeast: 3)) {
        let silent = SilentNodes.Node(try reader.value(), since: try reader.instant())
        image.silent.append(silent)
        var record = NodeRecords.Record(silent.node)
        record.wanted = try reader.raw()
        if record.wanted != .inService { records.append(record) }
      }
      image.hearsAgents = try reader.flag()
    }
    image.records = records.sorted { $0.node < $1.node }
  }

  // MARK: Outcomes

  /// Runs: five bits say how long a run is, from 1 to 32, three how these jobs ended; 7: not yet.
  private static func writeOutcomes(_ outcomes: [UInt8], to writer: inout ByteWriter) {
    var runs: [UInt8] = []
    var first = 0
    while first < outcomes.count {
      var end = first + 1
      while end < outcomes.count, end - first < 32, outcomes[end] == outcomes[first] { end += 1 }
      runs.append(min(outcomes[first], 7) | UInt8(end - first - 1) << 3)
      first = end
    }
    writer.put(runs)
  }

  private static func outcomes(_ reader: inout ByteReader) throws(CodecError) -> [UInt8] {
    let start = reader.offset
    let runs = try reader.block()
    var outcomes: [UInt8] = []
    for (index, run) in runs.enumerated() {
      let outcome = run & 7
      if index > 0, runs[index - 1] & 7 == outcome, runs[index - 1] >> 3 < 31 {
        throw CodecError(.notCanonical, at: start)
      }
      outcomes += Array(repeating: outcome == 7 ? 255 : outcome, count: Int(run >> 3) + 1)
    }
    return outcomes
  }
}

extension SilentNodes.Node: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    self.init(try reader.value(), since: try reader.instant())
  }

  func write(to writer: inout ByteWriter) {
    writer.put(node)
    writer.put(since)
  }
}

extension AllowanceTable.Use: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    self.init(
      mode: try reader.value(), project: try reader.value(), cutOff: try reader.instant(),
      purse: try reader.value())
  }

  func write(to writer: inout ByteWriter) {
    writer.put(mode)
    writer.put(project)
    writer.put(cutOff)
    writer.put(purse)
  }
}

extension ChurnMeter.Loss: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    self.init(account: try reader.value(), hour: try reader.signed(), lost: try reader.signed())
  }

  func write(to writer: inout ByteWriter) {
    writer.put(account)
    writer.put(hour)
    writer.put(lost)
  }
}

extension RequestMix.Image: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    self.init()
    offers = try reader.list()
    solved = try reader.list()
    prices = try reader.list()
    pause = try reader.int()
    arrivals = try reader.int()
    nextSolution = try reader.int()
  }

  func write(to writer: inout ByteWriter) {
    writer.put(list: offers)
    writer.put(list: solved)
    writer.put(list: prices)
    writer.put(pause)
    writer.put(arrivals)
    writer.put(nextSolution)
  }
}

extension RequestMix.Image.Offer: BinaryValue {
  /// No more requests than this are counted: the sum of all stays far from overflowing.
  private static let counts = 0...(1 << 24)

  init(from reader: inout ByteReader) throws(CodecError) {
    self.init(
      milliCores: try reader.int(), milli: try reader.int(), accelerators: try reader.int(),
      count: try reader.int(in: Self.counts))
  }

  func write(to writer: inout ByteWriter) {
    writer.put(milliCores)
    writer.put(milli)
    writer.put(accelerators)
    writer.put(count)
  }
}

extension RequestMix.Image.Price: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    self.init(
      accelerators: try reader.int(), milli: try reader.int(), now: try reader.int(),
      held: try reader.int())
  }

  func write(to writer: inout ByteWriter) {
    writer.put(accelerators)
    writer.put(milli)
    writer.put(now)
    writer.put(held)
  }
}
