import Foundation
import Server
import Testing
import Units
import Wire

@Suite struct `Rows` {
  @Test func `are written by hand as the encoder writes them`() throws {
    var job = JobRow(
      job: 17, name: "a \"quoted\" na\\me\n\u{1}é", user: "ada", account: "uni/ada",
      mode: "train", submitted: Moment(Instant(milliseconds: 1_772_344_800_606)))
    job.array = 16
    job.arrayIndex = 1
    job.accelerators = 0.5
    job.started = Moment(Instant(milliseconds: -62_135_596_800_000))
    job.ended = Moment(Instant(milliseconds: 253_402_300_799_999))
    job.promised = Moment(Instant(milliseconds: 951_782_400_000))
    job.nodes = "n[0-1]"
    job.reason = "no-room"
    job.exitCode = 137
    job.state = .outOfMemory
    var history = HistoryRow(job: job, chargedHours: 1.0 / 3, evictions: 2)
    history.energyKwh = 12
    var node = NodeRow(
      name: "n0", path: ["ro", "l0"], condition: "in service", agent: "connected")
    node.model = "h100"
    node.holders = [0, 17]
    node.reason = "new cables"
    #expect(try RowWriting.line(history) == WireJSON.encode(history))
    #expect(try RowWriting.line(node) == WireJSON.encode(node))
  }

  /// Instants and their text; among them leap days, the turn of a century, and before 1970.
  private static let moments: [(Int64, String)] = [
    (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
    (951_782_400_000, "2000-02-29T00:00:00.000Z"), (951_868_800_606, "2000-03-01T00:00:00.606Z"),
    (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
    (1_772_344_800_001, "2026-03-01T06:00:00.001Z"),
    (-2_203_891_200_000, "1900-03-01T00:00:00.000Z"),
  ]

  @Test(arguments: moments) func `tell instants to the millisecond`(_ row: (Int64, String)) {
    let moment = Moment(Instant(milliseconds: row.0))
    #expect(moment.description == row.1)
    #expect(Moment(row.1) == moment)
  }

  // MARK: Arrays

  @Test(arguments: 0..<40) func `of an array come back from their runs`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let most = [4, 60, 100_000][random.below(3)]
    let indices = Set((0..<random.below(60)).map { _ in UInt32(random.below(most)) }).sorted()
    let array = JobSubmission.ArraySpec(indices: indices, throttle: seed % 2 == 0 ? 3 : nil)
    let bytes = try WireJSON.encode(array)
    #expect(try WireJSON.decode(JobSubmission.ArraySpec.self, from: bytes) == array)
    let list = Data("{\"indices\":\(indices)}".utf8)
    let listed: JobSubmission.ArraySpec = try WireJSON.decode(from: list)
    #expect(listed.indices == indices)
  }

  @Test(
    arguments: [
      ("0-9999", 10_000), ("7", 1), ("1,4-7,4294967295", 6), ("5-4", nil), ("1-2-3", nil),
      ("1,,2", nil), (",", nil), ("-", nil), ("a", nil), ("+1", nil), ("4294967296", nil),
      ("0-4294967295", nil), ("0-1048575,7", nil),
    ] as [(String, Int?)])
  func `of an array are as many as its runs say, or refused`(text: String, count: Int?) throws {
    let body = Data("{\"indices\":\"\(text)\"}".utf8)
    guard let count else {
      #expect(throws: Refusal.self) {
        try WireJSON.decode(JobSubmission.ArraySpec.self, from: body)
      }
      return
    }
    let array: JobSubmission.ArraySpec = try WireJSON.decode(from: body)
    #expect(array.indices.count == count && array.indices == array.indices.sorted())
  }

  // MARK: Read by hand

  /// A row with every field drawn, or left away.
  private static func row(_ random: inout SeededGenerator) -> JobRow {
    let texts = ["a", "träin", "", "n[000-007],x", "a b", "say \"x\"", "back\\slash", "tab\t"]
    let awkward = random.below(8) == 0
    func text(_ random: inout SeededGenerator) -> String {
      texts[random.below(awkward ? texts.count : 5)]
    }
    func moment(_ random: inout SeededGenerator) -> Moment {
      Moment(Instant(milliseconds: Int64(random.below(315_537_897_600_000)) - 62_135_596_800_000))
    }
    func maybe<Value>(_ random: inout SeededGenerator, _ value: Value) -> Value? {
      random.below(2) == 0 ? nil : value
    }
    var row = JobRow(
      job: UInt32(random.below(1 << 32)), name: text(&random), user: text(&random),
      account: text(&random), mode: text(&random), submitted: moment(&random))
    row.array = maybe(&random, UInt32(random.below(1 << 32)))
    row.arrayIndex = maybe(&random, UInt32(random.below(1 << 24)))
    row.state = JobRow.State.allCases[random.below(JobRow.State.allCases.count)]
    row.members = random.below(5_000)
    row.accelerators = Double(random.below(40_000)) / (random.below(2) == 0 ? 1 : 1000)
    row.timeLimitMs = Int64(random.below(1 << 50))
    row.attempt = random.below(9)
    (row.started, row.ended) = (maybe(&random, moment(&random)), maybe(&random, moment(&random)))
    row.promised = maybe(&random, moment(&random))
    (row.nodes, row.reason) = (maybe(&random, text(&random)), maybe(&random, text(&random)))
    row.exitCode = maybe(&random, random.below(512) - 256)
    return row
  }

  @Test func `are read by hand as they were written, where no text has to be escaped`() throws {
    var random = SeededGenerator(seed: 11)
    var byHand = 0
    for _ in 0..<500 {
      let row = Self.row(&random)
      let line = RowWriting.line(row)
      #expect(try WireJSON.decode(JobRow.self, from: line) == row)
      guard let read = JobRow(line: Array(line)[...]) else {
        #expect(line.contains(UInt8(ascii: "\\")))
        continue
      }
      byHand += 1
      #expect(read == row)
    }
    #expect(byHand > 400)
  }

  @Test func `are read by hand as the decoder reads them, or not at all, whatever is changed`() {
    let byHand = linesReadByHand(of: 2_000, seed: 12) {
      RowWriting.line(Self.row(&$0))
    } _: {
      JobRow(line: $0)
    }
    #expect(byHand > 100)
  }

  @Test func `hold instants that are read by hand as Foundation reads them, or not at all`() {
    var random = SeededGenerator(seed: 13)
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    var byHand = 0
    // Foundation reckons with the Julian calendar before 1582, which nobody writes here.
    let first: Int64 = -11_644_473_600_000
    for number in 0..<2_000 {
      let drawn = Int64(random.below(265_046_774_400_000)) + first
      let written = Moment(Instant(milliseconds: drawn))
      #expect(Moment(written: Array(written.description.utf8)[...]) == written)
      guard number < 500 else { continue }
      var text = Array(written.description.utf8)
      text[random.below(24)] = Array("0123456789-:TZ".utf8)[random.below(14)]
      guard let read = Moment(written: text[...]), read.instant.milliseconds >= first else {
        continue
      }
      byHand += 1
      let date = try? style.parse(String(decoding: text, as: UTF8.self))
      let milliseconds = date.map { ($0.timeIntervalSince1970 * 1000).rounded() }
      #expect(milliseconds == Double(read.instant.milliseconds))
    }
    #expect(byHand > 50)
  }
}
