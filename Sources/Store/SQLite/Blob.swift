import Foundation
internal import GRDB

/// Bytes as SQLite keeps them.
struct Blob: DatabaseValueConvertible {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var databaseValue: DatabaseValue { Data(bytes).databaseValue }

  static func fromDatabaseValue(_ value: DatabaseValue) -> Blob? {
    Data.fromDatabaseValue(value).map { Blob(Array($0)) }
  }
}

extension Row {
  /// A whole number.
  ///
  /// - Throws: `OddColumn` where something else stands there: a changed byte may have made it so.
  func number(_ column: Int) throws(OddColumn) -> Int64 {
    let value: DatabaseValue = self[column]
    guard case .int64(let number) = value.storage else { throw OddColumn(column: column) }
    return number
  }

  /// A whole number, or nothing.
  func optionalNumber(_ column: Int) throws(OddColumn) -> Int64? {
    let value: DatabaseValue = self[column]
    return value.isNull ? nil : try number(column)
  }

  /// A whole number of so many bits.
  func number<N: FixedWidthInteger>(_ column: Int, as type: N.Type) throws(OddColumn) -> N {
    guard let number = N(exactly: try number(column)) else { throw OddColumn(column: column) }
    return number
  }

  /// Text.
  func text(_ column: Int) throws(OddColumn) -> String {
    let value: DatabaseValue = self[column]
    guard let text = String.fromDatabaseValue(value) else { throw OddColumn(column: column) }
    return text
  }

  /// Bytes; none where nothing stands there.
  func bytes(_ column: Int) throws(OddColumn) -> [UInt8] {
    let value: DatabaseValue = self[column]
    switch value.storage {
    case .blob(let data): return Array(data)
    case .null: return []
    case .int64, .double, .string: throw OddColumn(column: column)
    }
  }
}

/// A column that holds something else than it should.
struct OddColumn: Error, CustomStringConvertible {
  var column: Int

  var description: String { "column \(column + 1) holds what was never written there" }
}
