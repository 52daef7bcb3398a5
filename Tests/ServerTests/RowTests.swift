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
}
