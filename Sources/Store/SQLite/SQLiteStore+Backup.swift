import Foundation
internal import GRDB

extension SQLiteStore {
  /// Copies a journal to another file while it may be written: all entries up to some moment.
  ///
  /// The copy knows that it is one: a controller that goes on with it gives out no number that may
  /// have been given out since.
  ///
  /// The copy appears under its name once it is whole and on the disk.
  ///
  /// - Parameter path: the journal; it may be open, here or in another process.
  /// - Throws: `StoreError`; `.exists` where there is a file already.
  public static func backUp(_ path: String, to copy: String) throws(StoreError) {
    guard !FileManager.default.fileExists(atPath: copy) else {
      throw StoreError(
        .exists, at: copy, "there is a file already", fix: "give another name, or remove it")
    }
    let part = copy + ".part"
    let reader = try JournalFile.openForReading(path)
    defer { reader.close() }
    try JournalFile.translating(copy) {
      try? FileManager.default.removeItem(atPath: part)
      var configuration = Configuration()
      configuration.label = "backup"
      let target = try DatabaseQueue(path: part, configuration: configuration)
      // All pages in one step: under WAL nobody waits for a reader, and the copy is of one moment.
      try reader.queue.backup(to: target)
      // Whoever goes on with it doesn't know what was decided since.
      try target.write { db in
        if try db.columns(in: "head").contains(where: { $0.name == "is_copy" }) {
          try db.execute(sql: "UPDATE head SET is_copy = 1")
        }
      }
      try target.close()
      if let written = FileHandle(forUpdatingAtPath: part) {
        try written.synchronize()
        try written.close()
      }
      try FileManager.default.moveItem(atPath: part, toPath: copy)
    }
  }
}
