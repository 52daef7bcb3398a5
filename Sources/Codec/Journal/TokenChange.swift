public import Units

/// A token that was made, as the journal keeps it: all that it says, and never the token itself.
public struct TokenRecord: Hashable, Sendable {
  /// Its number, which nobody guesses and no other token has.
  public var id: String
  /// Whose it is: a user, or an agent's nodes as a hostlist.
  public var subject: String
  /// The word for what its bearer may do.
  public var role: String
  /// The account that a coordinator answers for.
  public var account: String?
  /// When it was made.
  public var issued: Instant
  /// Until when it is good.
  public var expires: Instant

  /// A token.
  public init(
    id: String, subject: String, role: String, account: String? = nil, issued: Instant,
    expires: Instant
  ) {
    self.id = id
    self.subject = subject
    self.role = role
    self.account = account
    self.issued = issued
    self.expires = expires
  }
}

/// What was done about tokens; the entry's author has done it.
public enum TokenChange: Hashable, Sendable {
  /// One was made.
  case issued(TokenRecord)
  /// Those of these numbers are no longer good.
  case revoked([String])
}

extension TokenRecord: BinaryValue {
  init(from reader: inout ByteReader) throws(CodecError) {
    id = try reader.text()
    subject = try reader.text()
    role = try reader.text()
    account = try reader.optional()
    issued = try reader.instant()
    expires = try reader.instant()
  }

  func write(to writer: inout ByteWriter) {
    writer.put(id)
    writer.put(subject)
    writer.put(role)
    writer.put(optional: account)
    writer.put(issued)
    writer.put(expires)
  }
}
