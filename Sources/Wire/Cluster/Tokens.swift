/// A token to be made.
public struct TokenRequest: Hashable, Codable, Sendable {
  /// For whom; an agent's is the node's name, or a hostlist.
  public var subject: String
  /// What they may do.
  public var role: Role
  /// The account that a coordinator answers for.
  public var account: String?
  /// For how long it is good.
  public var lifetimeMs: Int64

  /// A token for somebody.
  public init(subject: String, role: Role, account: String? = nil, lifetimeMs: Int64) {
    self.subject = subject
    self.role = role
    self.account = account
    self.lifetimeMs = lifetimeMs
  }
}

/// A token that was made: whoever has it may do what it says.
public struct Token: Hashable, Codable, Sendable {
  /// What goes behind `Authorization: Bearer`.
  public var token: String
  /// Its number, by which it is revoked.
  public var id: String
  /// Until when it is good.
  public var expires: Moment

  /// A token.
  public init(token: String, id: String, expires: Moment) {
    self.token = token
    self.id = id
    self.expires = expires
  }
}

/// Tokens that are to be good no longer: those of these numbers, or else all of somebody's.
public struct TokenRevocation: Hashable, Codable, Sendable {
  /// Their numbers; none: all of the subject's.
  public var ids: [String]
  /// Whose: a user, or an agent's nodes as a hostlist.
  public var subject: String?

  /// A revocation.
  public init(ids: [String], subject: String? = nil) {
    self.ids = ids
    self.subject = subject
  }
}

/// A token as it is listed: never the token itself.
public struct TokenRow: Hashable, Codable, Sendable {
  /// Its number.
  public var id: String
  /// Whose it is: a user, or an agent's nodes as a hostlist.
  public var subject: String
  /// What its bearer may do.
  public var role: Role
  /// The account that a coordinator answers for.
  public var account: String?
  /// When it was made.
  public var issued: Moment
  /// Until when it is good.
  public var expires: Moment
  /// Who made it.
  public var author: String?
  /// When it was revoked; nil: it wasn't.
  public var revoked: Moment?
  /// Who has revoked it.
  public var revoker: String?

  /// A token that is good.
  public init(id: String, subject: String, role: Role, issued: Moment, expires: Moment) {
    self.id = id
    self.subject = subject
    self.role = role
    self.issued = issued
    self.expires = expires
  }
}
