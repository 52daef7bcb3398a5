import Client
import Codec
import Foundation
import Simulation
import Store
import Traces
import Units

/// A scheduler's journal, where a trace may be named: its file, a backup, or the folder of either.
struct JournalArgument {
  /// The file.
  let path: String

  /// How the file of a database begins, which no trace does.
  private static let magic = Array("SQLite format 3\0".utf8)

  /// The journal at a path, or in the folder there; nil where something else is there, or nothing.
  init?(_ written: String) {
    path = Self.path(in: written)
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? file.close() }
    guard let start = try? file.read(upToCount: Self.magic.count), Array(start) == Self.magic else {
      return nil
    }
  }

  /// Where a folder's journal is; of anything else its own path.
  static func path(in written: String) -> String {
    let kind =
      try? FileManager.default.attributesOfItem(atPath: written)[.type] as? FileAttributeType
    return kind == .typeDirectory ? written + "/journal.db" : written
  }

  /// The files that are read where a trace is named: nothing is written over them.
  static func files(of written: String) -> [String] {
    let path = path(in: written)
    return [written, path, path + "-wal", path + "-shm"]
  }

  /// All that the journal still tells, as a trace.
  func trace() throws -> Trace {
    var reader: HistoryReader?
    let ending = try JournalReader.readEnd(
      of: path, last: .seconds(200 * 366 * 86_400),
      begin: { reader = HistoryReader(beginning: $0, since: $1, estimate: .history) },
      { reader?.take($0) })
    guard let trace = reader?.finished(at: ending.instant).trace(), !trace.jobs.isEmpty else {
      throw CommandFailure("\(path): no job has come to its end in this journal")
    }
    return trace
  }
}
