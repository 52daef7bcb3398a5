import Arguments
import Foundation
import NIOCore
import NIOSSL
import SwiftASN1
import Synchronization
import Units
public import Wire
import X509

/// What the daemon shows over TLS, and whom it lets vouch for its clients: files, which are read
/// anew at SIGHUP.
public final class ServerCertificate: Sendable {
  /// Where they are; all PEM.
  public struct Files: Hashable, Sendable {
    /// The certificate, with those between it and the authority behind it.
    public var certificate: String
    /// Its key, which only the daemon may read.
    public var key: String
    /// The authorities that vouch for clients by certificates; nil: none does, only tokens count.
    public var clientAuthority: String?

    /// A certificate and its key.
    public init(certificate: String, key: String, clientAuthority: String? = nil) {
      self.certificate = certificate
      self.key = key
      self.clientAuthority = clientAuthority
    }
  }

  private struct Shown: Sendable {
    var chain: [NIOSSLCertificate]
    var key: NIOSSLPrivateKey
    var ends: Date
  }

  private let files: Files
  private let shown: Mutex<Shown>

  /// Reads the files.
  ///
  /// - Throws: `Refusal` that says which of them can't be used, and why.
  public init(_ files: Files) throws(Refusal) {
    self.files = files
    shown = Mutex(try Self.read(files))
  }

  /// Reads certificate and key anew: connections from now on are shown what they hold.
  ///
  /// - Throws: `Refusal` where they can't be used; those of before are shown on.
  func reload() throws(Refusal) {
    let next = try Self.read(files)
    shown.withLock { $0 = next }
  }

  /// Until when the certificate is good.
  var ends: Date { shown.withLock { $0.ends } }

  /// What NIO's TLS is to do.
  ///
  /// - Throws: `Refusal` where the authorities can't be read.
  func configuration() throws(Refusal) -> TLSConfiguration {
    let first = shown.withLock { $0 }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: first.chain.map { .certificate($0) }, privateKey: .privateKey(first.key))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    configuration.sslContextCallback = { [self] _, promise in
      let now = shown.withLock { $0 }
      var override = NIOSSLContextConfigurationOverride()
      override.certificateChain = now.chain.map { .certificate($0) }
      override.privateKey = .privateKey(now.key)
      promise.succeed(override)
    }
    if let path = files.clientAuthority {
      configuration.trustRoots = .certificates(try Self.certificates(in: path))
      configuration.certificateVerification = .optionalVerification
    }
    return configuration
  }

  // MARK: Reading

  private static func read(_ files: Files) throws(Refusal) -> Shown {
    let chain = try certificates(in: files.certificate)
    guard let bytes = try? chain[0].toDERBytes(), let leaf = try? Certificate(derEncoded: bytes)
    else { throw fault("holds no certificate", in: files.certificate) }
    let pem: Data
    do throws(PrivateFile.Fault) { pem = try PrivateFile.read(files.key) } catch {
      throw Refusal(error, of: files.key)
    }
    guard
      let secret = try? Certificate.PrivateKey(pemEncoded: String(decoding: pem, as: UTF8.self)),
      let key = try? NIOSSLPrivateKey(bytes: Array(pem), format: .pem)
    else {
      throw fault(
        "holds no key that can be read", in: files.key, fix: "give a PEM key without a pass phrase")
    }
    guard secret.publicKey == leaf.publicKey else {
      throw fault(
        "is not the key of \(files.certificate)", in: files.key,
        fix: "give the certificate and the key that were made together")
    }
    let now = Date()
    guard now <= leaf.notValidAfter else {
      throw fault("was good until \(Moment(leaf.notValidAfter))", in: files.certificate)
    }
    guard leaf.notValidBefore <= now else {
      throw fault(
        "is good only from \(Moment(leaf.notValidBefore)) on", in: files.certificate,
        fix: "set this machine's clock, or wait")
    }
    return Shown(chain: chain, key: key, ends: leaf.notValidAfter)
  }

  private static func certificates(in path: String) throws(Refusal) -> [NIOSSLCertificate] {
    guard let pem = FileManager.default.contents(atPath: path) else {
      throw fault("can't be read", in: path)
    }
    guard let found = try? NIOSSLCertificate.fromPEMBytes(Array(pem)), !found.isEmpty else {
      throw fault("holds no certificate", in: path)
    }
    return found
  }

  private static func fault(
    _ what: String, in path: String,
    fix: String = "'gschedd certificate server --state DIR HOST' makes one; or name another file"
  ) -> Refusal {
    Refusal("bad-certificate", "the file \(what)", where: path, fix: fix)
  }
}

extension Moment {
  fileprivate init(_ date: Date) {
    self.init(Instant(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded())))
  }
}
