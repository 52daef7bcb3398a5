import Arguments
import Crypto
import Foundation
import NIOCore
import SwiftASN1
import Wire
import X509

/// A site's own authority: it signs the daemon's certificate, and those of agents and users.
///
/// It is there for who has none: two files in a folder, the certificate that everybody trusts and
/// the key that nobody but the daemon's user reads.
struct CertificateAuthority {
  /// The folder of `gschedd certificate` within that of the daemon's state.
  static let folderName = "tls"

  /// A certificate to be signed, by whom it names and what it is for.
  struct Subject {
    var commonName: String
    var names: [GeneralName]
    var isServer: Bool
    var days: Int
  }

  private static let authorityDays = 3_650

  private let certificate: Certificate
  private let key: P256.Signing.PrivateKey

  /// The authority in a folder; made where there is none yet.
  ///
  /// - Throws: `Refusal` where its files can't be read or written.
  init(in folder: String) throws(Refusal) {
    let (certificatePath, keyPath) = ("\(folder)/ca.pem", "\(folder)/ca.key")
    if !FileManager.default.fileExists(atPath: certificatePath) {
      try Self.make(certificatePath, keyPath)
    }
    let pem: Data
    do throws(PrivateFile.Fault) { pem = try PrivateFile.read(keyPath) } catch {
      throw Refusal(error, of: keyPath)
    }
    guard
      let key = try? P256.Signing.PrivateKey(
        pemRepresentation: String(decoding: pem, as: UTF8.self)),
      let text = try? String(contentsOfFile: certificatePath, encoding: .utf8),
      let certificate = try? Certificate(pemEncoded: text),
      certificate.publicKey == Certificate.PublicKey(key.publicKey)
    else {
      throw Refusal(
        "bad-certificate", "these are no authority's certificate and key", where: folder,
        fix: "restore ca.pem and ca.key; or remove them, and make all certificates anew")
    }
    self.certificate = certificate
    self.key = key
  }

  private static func make(_ certificatePath: String, _ keyPath: String) throws(Refusal) {
    let key = P256.Signing.PrivateKey()
    let name = "Muster authority of \(hostName())"
    try signing {
      let subject = try DistinguishedName { CommonName(name) }
      let certificate = try Certificate(
        version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey),
        notValidBefore: Date() - 3_600, notValidAfter: Date() + days(authorityDays),
        issuer: subject, subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
        extensions: try .init {
          Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
          Critical(KeyUsage(keyCertSign: true, cRLSign: true))
          SubjectKeyIdentifier(hash: .init(key.publicKey))
        }, issuerPrivateKey: .init(key))
      try PrivateFile.replace(keyPath, with: key.pemRepresentation + "\n")
      try publish(try certificate.serializeAsPEM().pemString, to: certificatePath)
    }
  }

  /// Signs a certificate for a new key, and writes both.
  ///
  /// - Throws: `Refusal` where they can't be written.
  func sign(_ subject: Subject, to certificatePath: String, _ keyPath: String) throws(Refusal) {
    try Self.signing {
      let own = P256.Signing.PrivateKey()
      let issued = try Certificate(
        version: .v3, serialNumber: .init(), publicKey: .init(own.publicKey),
        notValidBefore: Date() - 3_600,
        notValidAfter: min(Date() + Self.days(subject.days), certificate.notValidAfter),
        issuer: certificate.subject,
        subject: try DistinguishedName { CommonName(subject.commonName) },
        signatureAlgorithm: .ecdsaWithSHA256,
        extensions: try .init {
          Critical(BasicConstraints.notCertificateAuthority)
          Critical(KeyUsage(digitalSignature: true))
          try ExtendedKeyUsage([subject.isServer ? .serverAuth : .clientAuth])
          SubjectAlternativeNames(subject.names)
          SubjectKeyIdentifier(hash: .init(own.publicKey))
          AuthorityKeyIdentifier(
            keyIdentifier: SubjectKeyIdentifier(hash: .init(key.publicKey)).keyIdentifier)
        }, issuerPrivateKey: .init(key))
      try PrivateFile.replace(keyPath, with: own.pemRepresentation + "\n")
      try Self.publish(try issued.serializeAsPEM().pemString, to: certificatePath)
    }
  }

  private static func signing(_ body: () throws -> Void) throws(Refusal) {
    do { try body() } catch let fault as PrivateFile.Fault {
      throw Refusal(fault, of: "the key")
    } catch {
      throw Refusal(
        "bad-certificate", "the certificate can't be made: \(error)",
        fix: "let this user write the folder")
    }
  }

  /// Certificates are for everybody to read.
  private static func publish(_ text: String, to path: String) throws {
    try Data((text + "\n").utf8).write(to: URL(filePath: path), options: .atomic)
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
  }

  private static func days(_ count: Int) -> TimeInterval { TimeInterval(count) * 86_400 }

  private static func hostName() -> String { ProcessInfo.processInfo.hostName }
}

extension GeneralName {
  /// The name under which a machine is reached: an address or a host name.
  static func machine(_ text: String) -> GeneralName {
    if let bytes = numericAddress(text) { return .ipAddress(.init(contentBytes: bytes[...])) }
    return .dnsName(text)
  }

  /// The bytes of an address of version 4 or 6; nil where the text is a name.
  private static func numericAddress(_ text: String) -> [UInt8]? {
    // The system's own reading, which is written back in one way.
    guard let written = try? SocketAddress(ipAddress: text, port: 0).ipAddress else { return nil }
    guard written.contains(":") else {
      return written.split(separator: ".").compactMap { UInt8($0) }
    }
    func groups(_ text: Substring) -> [UInt16] {
      text.split(separator: ":").compactMap { UInt16($0, radix: 16) }
    }
    let halves = written.split(separator: "::", omittingEmptySubsequences: false)
    let (head, tail) = (groups(halves[0]), halves.count > 1 ? groups(halves[1]) : [])
    let zeros = [UInt16](repeating: 0, count: max(0, 8 - head.count - tail.count))
    return (head + zeros + tail).flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
  }
}
