import Codec
internal import GRDB
import Units

/// What an end-to-end check of a journal has found.
public struct JournalCheck: Sendable {
  /// The first entry that is there.
  public var first: UInt64 = 0

  /// The last entry that is there.
  public var last: UInt64 = 0

  /// How many snapshots were read.
  public var snapshots = 0

  /// Whether the accounting tables were made again from the journal and compared.
  public var comparedAccounting = false

  /// What is not what was written, in order of the entries; at most `mostFaults`.
  public var faults: [StoreError] = []

  /// More than that need not be told.
  public static let mostFaults = 100

  /// Reads a journal from end to end, whoever writes it meanwhile, and believes nothing.
  ///
  /// Each entry must follow from the one before by its hash, be written as its own bytes say, and
  /// the last be the one that the head names; snapshots must be those that were taken after their
  /// entries; and where all entries are still there, the accounting tables must come out again.
  ///
  /// - Throws: `StoreError` where the file can't be read at all.
  public init(of path: String) throws(StoreError) {
    let file = try JournalFile.openForReading(path)
    defer { file.close() }
    var check = JournalCheck()
    try JournalFile.translating(path) {
      try file.queue.read { db in
        try check.checkEntries(path, db)
        try check.checkSnapshots(path, db)
        if check.faults.isEmpty { try check.compareAccounting(file, db) }
        try check.checkPages(path, db)
      }
    }
    self = check
  }

  private init() {}

  private mutating func note(_ fault: StoreError) {
    if faults.count < Self.mostFaults { faults.append(fault) }
  }

  /// Goes on behind what is wrong: with the hash that stands there, so that one changed byte is one
  /// fault.
  private mutating func checkEntries(_ path: String, _ db: Database) throws {
    guard let head = try Row.fetchOne(db, sql: "SELECT base, base_hash FROM head") else {
      note(.damage(path, 0, nil, "the journal has no head"))
      return
    }
    last = UInt64(bitPattern: try head.number(0))
    first = last &+ 1
    var previous = try head.bytes(1)
    let rows = try Row.fetchCursor(
      db, sql: "SELECT sequence, epoch, instant, content, hash FROM entry ORDER BY sequence")
    var epoch: Int64 = 0
    while let row = try rows.next() {
      let found = StoredEntry(row)
      switch found.entry(last &+ 1, after: previous) {
      case .success: break
      case .failure(let damage): note(.damage(path, last &+ 1, found.instant, damage.what))
      }
      if found.epoch < epoch {
        note(.damage(path, last &+ 1, found.instant, "an older controller wrote it"))
      }
      epoch = max(epoch, found.epoch)
      last = UInt64(bitPattern: found.sequence)
      previous = found.hash
    }
    do {
      try JournalReading.checkEnd(path, last, previous, db)
    } catch let fault as StoreError {
      note(fault)
    }
  }

  private mutating func checkSnapshots(_ path: String, _ db: Database) throws {
    for number in try Int64.fetchAll(db, sql: "SELECT sequence FROM snapshot ORDER BY 1") {
      do {
        _ = try JournalReading.snapshot(path, after: UInt64(bitPattern: number), db)
        snapshots += 1
      } catch let fault as StoreError {
        note(fault)
      }
    }
  }

  private mutating func compareAccounting(_ file: JournalFile, _ db: Database) throws {
    guard try AccountingRebuild.isPossible(from: db) else { return }
    let memory = try DatabaseQueue()
    try Migrations.all.migrate(memory)
    let (rebuilt, names) = try memory.write { tables in
      _ = try AccountingRebuild(file: file).run(into: tables, from: db)
      return (try AccountingRecords.fetch(tables), try AccountingRecords.names(tables))
    }
    comparedAccounting = true
    guard try AccountingRecords.fetch(db) != rebuilt || AccountingRecords.names(db) != names else {
      return
    }
    note(
      StoreError(
        .damaged, at: "\(file.path), accounting",
        "the tables are not what follows from the journal", fix: "make them again from it"))
  }

  private mutating func checkPages(_ path: String, _ db: Database) throws {
    for line in try String.fetchAll(db, sql: "PRAGMA quick_check(10)") where line != "ok" {
      note(StoreError(.damaged, at: path, line, fix: "restore the last backup"))
    }
  }
}
