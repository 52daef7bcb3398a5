import Foundation

/// What a client needs to know to talk to a controller.
public struct Connection: Hashable, Sendable {
  /// Where it listens.
  public var address: ControllerAddress
  /// What proves who asks; nil: over a Unix socket the kernel says who does.
  public var token: String?
  /// A file of certificates to trust instead of the machine's own; nil: those.
  public var authorityFile: String?
  /// A client certificate and its key, each a PEM file; nil: none is shown.
  public var identity: Identity?
  /// How long to wait for a connection.
  public var connectLimitMs = 5_000
  /// How long an ordinary request may take; a long poll has its own wait besides.
  public var requestLimitMs = 60_000

  /// A client certificate.
  public struct Identity: Hashable, Sendable {
    /// The file of the certificate.
    public var certificateFile: String
    /// The file of its key.
    public var keyFile: String

    /// A certificate and its key.
    public init(certificateFile: String, keyFile: String) {
      self.certificateFile = certificateFile
      self.keyFile = keyFile
    }
  }

  /// A connection to an address, by nobody in particular.
  public init(_ address: ControllerAddress) { self.address = address }

  /// The token in a file, without the white space around it.
  ///
  /// - Throws: `ClientError.badCredential` where the file can't be read or holds none.
  public static func token(inFile path: String) throws(ClientError) -> String {
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw .badCredential(path, why: "the token can't be read; give a file that gctl token wrote")
    }
    let text = String(decoding: bytes, as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
      throw .badCredential(path, why: "holds no token; give a file that gctl token wrote")
    }
    return text
  }
}
