public import Codec
internal import GRDB
public import Units

/// A token as the store keeps it: what it says, who made it, and whether it is still good.
public struct KeptToken: Hashable, Sendable {
  /// What it says.
  public var record: TokenRecord
  /// Who made it.
  public var author: String
  /// When it was revoked, and by whom; nil: it wasn't.
  public var revocation: Revocation?

  /// The end of a token before its time.
  public struct Revocation: Hashable, Sendable {
    /// When.
    public var instant: Instant
    /// By whom.
    public var author: String
  }
}

extension SQLiteStore {
  /// The tokens that expire after an instant, revoked ones among them, in the order of making.
  ///
  /// - Parameter subject: whose; nil: everybody's.
  public func tokens(
    of subject: String? = nil, expiringAfter now: Instant
  ) throws(StoreError) -> [KeptToken] {
    try reading { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT id, subject, role, account, issued, expires, author, revoked, revoker FROM token
          WHERE expires > ? AND coalesce(subject = ?, TRUE) ORDER BY issued, id
          """, arguments: [now.milliseconds, subject]
      ).map { try KeptToken($0) }
    }
  }
}

extension KeptToken {
  fileprivate init(_ row: Row) throws {
    record = TokenRecord(
      id: try row.text(0), subject: try row.text(1), role: try row.text(2), account: row[3],
      issued: Instant(milliseconds: try row.number(4)),
      expires: Instant(milliseconds: try row.number(5)))
    author = try row.text(6)
    revocation = try row.optionalNumber(7).map { instant in
      Revocation(instant: Instant(milliseconds: instant), author: try row.text(8))
    }
  }

  /// Keeps what an entry says of tokens; who is revoked twice was revoked the first time.
  static func keep(
    _ change: TokenChange, of draft: JournalEntry.Draft, in db: Database
  ) throws {
    switch change {
    case .issued(let token):
      try db.execute(
        sql: """
          INSERT INTO token (id, subject, role, account, issued, expires, author)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          token.id, token.subject, token.role, token.account, token.issued.milliseconds,
          token.expires.milliseconds, draft.author,
        ])
    case .revoked(let ids):
      for id in ids {
        try db.execute(
          sql: "UPDATE token SET revoked = ?, revoker = ? WHERE id = ? AND revoked IS NULL",
          arguments: [draft.instant.milliseconds, draft.author, id])
      }
    }
  }
}
