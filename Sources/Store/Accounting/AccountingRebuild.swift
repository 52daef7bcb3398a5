import Cluster
import Codec
internal import GRDB
import Jobs
import Units

/// Makes the accounting tables from nothing but the journal.
struct AccountingRebuild {
  let file: JournalFile

  /// Whether the journal still has all its entries: else older rows can't be made again.
  static func isPossible(from journal: Database) throws -> Bool {
    try Int64.fetchOne(journal, sql: "SELECT base FROM head") == 0
  }

  /// Fills empty tables; gives the state after the last entry.
  func run(into tables: Database, from journal: Database) throws -> AccountingProjection {
    guard let first = try Int64.fetchOne(journal, sql: "SELECT min(sequence) FROM snapshot") else {
      throw StoreError(
        .damaged, at: file.path, "the journal has no snapshot", fix: "restore the last backup")
    }
    let (snapshot, hash) = try JournalReading.snapshot(file.path, after: UInt64(first), journal)
    var projection = try AccountingProjection(
      beginning: snapshot.state, at: snapshot.instant, in: tables)
    var last = snapshot.sequence
    try JournalReading.forEachEntry(file.path, after: last, hash, journal) { entry, _ in
      try projection.take(entry, in: tables)
      last = entry.sequence
    }
    try projection.finish(at: last, in: tables)
    return projection
  }

  /// Empties the tables.
  static func clear(_ db: Database) throws {
    for table in ["account", "model", "mode", "job", "usage", "charge", "loan", "projection"] {
      try db.execute(sql: "DELETE FROM \(table)")
    }
  }
}

extension AccountingRecords {
  /// All rows, or those of an account.
  static func fetch(_ db: Database, account: AccountID? = nil) throws -> AccountingRecords {
    let filter = account.map { "WHERE account = \($0.number)" } ?? ""
    var records = AccountingRecords()
    records.jobs = try Row.fetchAll(
      db,
      sql: """
        SELECT number, account, mode, submitted, started, ended, outcome, attempts, evictions,
          members, milli, charged, refunded FROM job \(filter) ORDER BY number
        """
    ).map(JobRecord.init)
    records.usage = try Row.fetchAll(db, sql: "SELECT * FROM usage \(filter)").map {
      UsageRecord(day: $0[0], account: AccountID($0[1]), model: $0[2], held: $0[3])
    }
    records.charges = try Row.fetchAll(db, sql: "SELECT * FROM charge \(filter)").map {
      ChargeRecord(day: $0[0], account: AccountID($0[1]), charged: $0[2])
    }
    let loans = account.map { "WHERE lender = \($0.number) OR borrower = \($0.number)" } ?? ""
    records.loans = try Row.fetchAll(db, sql: "SELECT * FROM loan \(loans)").map {
      LoanRecord(
        day: $0[0], lender: AccountID($0[1]), borrower: AccountID($0[2]), model: $0[3],
        lent: $0[4])
    }
    return records
  }
}

extension JobRecord {
  fileprivate init(_ row: Row) {
    job = JobID(row[0])
    account = AccountID(row[1])
    mode = ModeID(row[2])
    submitted = Instant(milliseconds: row[3])
    started = (row[4] as Int64?).map { Instant(milliseconds: $0) }
    ended = (row[5] as Int64?).map { Instant(milliseconds: $0) }
    outcome = (row[6] as UInt8?).flatMap { JobOutcome(rawValue: $0) }
    attempts = row[7]
    evictions = row[8]
    members = row[9]
    milli = row[10]
    charged = row[11]
    refunded = row[12]
  }
}
