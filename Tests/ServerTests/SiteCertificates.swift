import ArgumentParser
import Crypto
import Foundation
import NIOSSL
import Server
import SwiftASN1
import X509

/// The certificates of a site in a folder, as `gschedd certificate` makes them.
struct SiteCertificates {
  let state: String

  init(in folder: TemporaryFolder) throws {
    state = folder.url.path
    try make(["server", "localhost", "127.0.0.1"])
  }

  var authority: String { state + "/tls/ca.pem" }

  var files: ServerCertificate.Files {
    .init(
      certificate: state + "/tls/server.pem", key: state + "/tls/server.key",
      clientAuthority: authority)
  }

  /// Makes a certificate, as `gschedd certificate` does with these words.
  func make(_ words: [String]) throws {
    var command = try DaemonCommand.parseAsRoot(["certificate"] + words + ["--state", state])
    try command.run()
  }

  /// What a client of TLS trusts, and shows.
  func context(showing client: String? = nil) throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.trustRoots = .file(authority)
    if let client {
      configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(client + ".pem").map {
        .certificate($0)
      }
      configuration.privateKey = .privateKey(
        try NIOSSLPrivateKey(file: client + ".key", format: .pem))
    }
    return try NIOSSLContext(configuration: configuration)
  }

  /// Makes a client's certificate that has no name but a common one: its files' common path.
  func plain(_ name: String) throws -> String {
    let pem = { (file: String) in try String(contentsOfFile: file, encoding: .utf8) }
    let authority = try Certificate(pemEncoded: pem(self.authority))
    let key = P256.Signing.PrivateKey()
    let certificate = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey),
      notValidBefore: Date() - 60, notValidAfter: Date() + 3_600, issuer: authority.subject,
      subject: try DistinguishedName { CommonName(name) }, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: .init(),
      issuerPrivateKey: try .init(pemEncoded: pem("\(state)/tls/ca.key")))
    let path = "\(state)/plain-\(name)"
    try certificate.serializeAsPEM().pemString
      .write(toFile: path + ".pem", atomically: true, encoding: .utf8)
    try key.pemRepresentation.write(toFile: path + ".key", atomically: true, encoding: .utf8)
    return path
  }

  /// A certificate that was good for a day, so many days from now on, with its key: both as PEM.
  static func ofADay(in days: Double) throws -> (certificate: String, key: String) {
    let key = P256.Signing.PrivateKey()
    let name = try DistinguishedName { CommonName("localhost") }
    let start = Date() + days * 86_400
    let certificate = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey), notValidBefore: start,
      notValidAfter: start + 86_400, issuer: name, subject: name,
      signatureAlgorithm: .ecdsaWithSHA256, extensions: .init(), issuerPrivateKey: .init(key))
    return (try certificate.serializeAsPEM().pemString, key.pemRepresentation)
  }
}
