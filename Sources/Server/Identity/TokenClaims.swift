import Foundation
import Units
import Wire

/// What a token says, under the names of RFC 7519.
struct TokenClaims: Hashable, Codable, Sendable {
  /// The cluster that made it.
  var iss: String
  /// Whose it is: a user, or an agent's nodes as a hostlist.
  var sub: String
  /// What its bearer may do.
  var role: Role
  /// The account that a coordinator answers for.
  var account: String?
  /// When it was made, in seconds since 1970.
  var iat: Int64
  /// Until when it is good.
  var exp: Int64
  /// Its number.
  var jti: String

  var issued: Instant { Instant(milliseconds: iat.multipliedReportingOverflow(by: 1000).0) }
  var expires: Instant { Instant(milliseconds: exp.multipliedReportingOverflow(by: 1000).0) }

  /// Whether both dates are some that a clock could show.
  var hasDates: Bool {
    let range = -62_135_596_800..<(253_402_300_800 as Int64)
    return range.contains(iat) && range.contains(exp)
  }
}
