import Cluster
import Codec
import Foundation
import Logging
import NIOHTTP1
import Policy
import Store
import Units
import Wire

/// Tokens: made, listed, taken back.
extension API {
  func makeToken(_ call: Call) async throws(Refusal) -> Response {
    let request = try await call.message(TokenRequest.self)
    let token = try await issuer.issue(request, by: call.caller, in: state)
    logger.notice(
      "a token was made",
      metadata: [
        "for": "\(request.subject)", "role": "\(request.role.rawValue)", "id": "\(token.id)",
        "by": "\(call.caller.author)",
      ])
    return try Reply.message(token, status: .created)
  }

  func tokens(_ call: Call) throws(Refusal) -> Response {
    let tokens = try issuer.tokens(
      of: call.text("subject"), for: call.caller, in: state.policy.accounts)
    var bytes: [UInt8] = []
    for token in tokens {
      do { bytes += try WireJSON.encode(TokenRow(token)) } catch {
        throw Refusal("bad-answer", "a token can't be written: \(error)", fix: "report this")
      }
      bytes.append(UInt8(ascii: "\n"))
    }
    return Reply.text(bytes, type: "application/jsonl")
  }

  func revokeTokens(_ call: Call) async throws(Refusal) -> Response {
    let request = try await call.message(TokenRevocation.self)
    let revoked = try await issuer.revoke(
      request, by: call.caller, in: state.policy.accounts)
    logger.notice(
      "tokens were revoked",
      metadata: ["ids": "\(revoked.joined(separator: ","))", "by": "\(call.caller.author)"])
    return try Reply.message(TokenRevocation(ids: revoked, subject: request.subject))
  }
}

extension TokenRow {
  fileprivate init(_ token: KeptToken) {
    self.init(
      id: token.record.id, subject: token.record.subject,
      role: Role(rawValue: token.record.role) ?? .user,
      issued: Moment(token.record.issued), expires: Moment(token.record.expires))
    account = token.record.account
    author = token.author
    revoked = token.revocation.map { Moment($0.instant) }
    revoker = token.revocation?.author
  }
}
