import Foundation
import SwiftASN1
import Units
import Users
import Wire
import X509

/// Who a client certificate says that its bearer is.
///
/// A certificate of ours names role and name as a URI, `muster:agent:n0`; of any other that the
/// authority has signed, the common name is a user's, who may do what users do.
struct CertificateIdentity: Hashable, Sendable {
  /// What the names of certificates of ours begin with.
  static let scheme = "muster"

  var role: Role
  var name: String
  var account: String?

  /// Whether the name is one that the authority has given for Muster, and for nothing else.
  private var isMeant = true

  init(role: Role, name: String, account: String? = nil) {
    self.role = role
    self.name = name
    self.account = account
  }

  /// Reads a certificate whose signature and dates were checked.
  ///
  /// - Throws: `Refusal` where it names nobody.
  init(reading bytes: [UInt8]) throws(Refusal) {
    let fault = Refusal(
      "unknown-caller", "the client's certificate names nobody", where: "certificate",
      fix: "let 'gschedd certificate user' or 'gschedd certificate node' make one")
    guard let certificate = try? Certificate(derEncoded: bytes) else { throw fault }
    let names = (try? certificate.extensions.subjectAlternativeNames)?.map { $0 } ?? []
    for case .uniformResourceIdentifier(let text) in names {
      guard text.hasPrefix(Self.scheme + ":") else { continue }
      guard let identity = CertificateIdentity(uri: text) else { throw fault }
      self = identity
      return
    }
    guard let name = Self.commonName(of: certificate), TokenRules.isUserName(name) else {
      throw fault
    }
    self.init(role: .user, name: name)
    isMeant = false
  }

  private init?(uri: String) {
    let words = uri.split(separator: ":", omittingEmptySubsequences: false)
      .map { $0.removingPercentEncoding ?? "" }
    guard (3...4).contains(words.count), let role = Role(rawValue: words[1]),
      !words[2].isEmpty, (words.count == 4) == (role == .coordinator)
    else { return nil }
    self.init(role: role, name: words[2], account: words.count == 4 ? words[3] : nil)
  }

  /// The identity as a certificate bears it.
  var uri: String {
    ([Self.scheme, role.rawValue, name] + (account.map { [$0] } ?? []))
      .map { $0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "" }
      .joined(separator: ":")
  }

  private static func commonName(of certificate: Certificate) -> String? {
    for part in certificate.subject {
      for attribute in part where attribute.type == .RDNAttributeType.commonName {
        return attribute.value.description
      }
    }
    return nil
  }

  /// Who that is here.
  ///
  /// - Throws: `Refusal` where an agent's nodes can't be made out, or a certificate that was made
  ///   for something else names root.
  func caller(_ users: UserDirectory) throws(Refusal) -> Caller {
    let user = role == .agent ? nil : users.user(named: name)
    guard isMeant || user?.uid != 0 else {
      throw Refusal(
        "unknown-caller", "the client's certificate names '\(name)' for anything whatever",
        where: "certificate", fix: "ask with a token, or with a certificate that names a user")
    }
    var caller = Caller(
      name: name, uid: user?.uid, gid: user?.gid, role: role, account: account)
    caller.proof = .certificate
    if role == .agent { caller.nodes = try TokenRules.nodes(in: name) }
    return caller
  }
}
