public import Codec
internal import GRDB

/// Reads the entries of a journal in order, whoever writes it meanwhile.
public enum JournalReader {
  /// The oldest snapshot that is there: where a replay of the entries after it begins.
  ///
  /// As long as all entries are there, it is that of the idle cluster, after entry 1.
  ///
  /// - Throws: `StoreError`: `.damaged` where it is not what was written.
  public static func firstSnapshot(of path: String) throws(StoreError) -> Snapshot {
    let file = try JournalFile.openForReading(path)
    defer { file.close() }
    return try JournalFile.translating(path) {
      try file.queue.read { db in
        guard let first = try Int64.fetchOne(db, sql: "SELECT min(sequence) FROM snapshot") else {
          throw StoreError(
            .damaged, at: path, "the journal has no snapshot", fix: "restore the last backup")
        }
        return try JournalReading.snapshot(path, after: UInt64(bitPattern: first), db).0
      }
    }
  }

  /// Visits the entries after one, each checked against the hash of the one before.
  ///
  /// What is appended after the first was read isn't seen.
  ///
  /// - Parameter sequence: the entry to begin behind; 0, or the last that was let go, for all.
  /// - Throws: `StoreError`: `.damaged` with the first entry that is not what was written,
  ///   `.incomplete` where the entry to begin behind has gone.
  public static func forEachEntry(
    of path: String, after sequence: UInt64 = 0, _ visit: (JournalEntry) -> Void
  ) throws(StoreError) {
    let file = try JournalFile.openForReading(path)
    defer { file.close() }
    try JournalFile.translating(path) {
      try file.queue.read { db in
        guard let hash = try JournalWriter.hash(ofEntry: sequence, in: db) else {
          throw StoreError(
            .incomplete, at: path, "entry \(sequence) is not in the journal",
            fix: "begin behind an entry that is")
        }
        try JournalReading.forEachEntry(path, after: sequence, hash, db) { entry, _ in
          visit(entry)
        }
      }
    }
  }
}
