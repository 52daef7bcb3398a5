import Foundation
import GRDB

/// A journal's file in the hands of somebody who changes what is in it.
struct RawJournal {
  private let queue: DatabaseQueue

  init(_ path: String) throws { queue = try DatabaseQueue(path: path) }

  func change(_ sql: String, _ arguments: StatementArguments = []) throws {
    try queue.write { try $0.execute(sql: sql, arguments: arguments) }
  }

  func bytes(_ sql: String) throws -> [UInt8] {
    try queue.read { db in Array(try Data.fetchOne(db, sql: sql) ?? Data()) }
  }

  func number(_ sql: String) throws -> Int64 {
    try queue.read { db in try Int64.fetchOne(db, sql: sql) ?? 0 }
  }
}
