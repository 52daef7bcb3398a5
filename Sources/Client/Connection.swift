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

  /// The file that the token was read from; nil: it came in another way.
  public private(set) var tokenFile: String?

  /// The token in a file, without the white space around it.
  ///
  /// - Throws: `ClientError.badCredential` where the file can't be read, others may read it, or it
  ///   holds none.
  public static func token(inFile path: String) throws(ClientError) -> String {
    let advice = "give a file that 'gctl token -o FILE' wrote"
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw .badCredential(path, why: "the token can't be read; \(advice)")
    }
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue ?? 0
    guard mode & 0o077 == 0 else {
      throw .badCredential(
        path,
        why: "others may read the token: the file's mode is \(String(mode & 0o777, radix: 8)); "
          + "chmod 600 \(path)")
    }
    guard let token = token(in: String(decoding: bytes, as: UTF8.self)) else {
      throw .badCredential(path, why: "holds no token; \(advice)")
    }
    return token
  }

  /// The token in a text, without the white space around it; nil: it can't be one.
  private static func token(in text: String) -> String? {
    let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
    let isOne = !token.isEmpty && token.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    return isOne ? token : nil
  }

  /// The same with the token as its file has it now, if it is still one.
  func withFreshToken() -> Connection {
    var fresh = self
    if let tokenFile { fresh.token = (try? Self.token(inFile: tokenFile)) ?? token }
    return fresh
  }
}

extension Connection {
  /// What a command was told of whom to speak with, and as whom.
  public struct Words: Hashable, Sendable {
    /// The controller's address.
    public var controller: String?
    /// A file with a token.
    public var tokenFile: String?
    /// A file of certificates to trust.
    public var authorityFile: String?
    /// A client certificate and its key.
    public var identity: Identity?

    /// Nothing was said.
    public init() {}
  }

  /// The connection that a command makes: by what it was told, else by the environment, else by
  /// what lies in the user's own folder `muster` of settings.
  ///
  /// Over a Unix socket nothing is shown that nobody has asked for: there the kernel says who asks.
  ///
  /// - Parameter isThere: Whether a path exists.
  /// - Throws: `ClientError` where what was given can't be used.
  public static func find(
    _ words: Words, environment: [String: String], isThere: (String) -> Bool
  ) throws(ClientError) -> Connection {
    let address = try ControllerAddress.find(
      option: words.controller, environment: environment, isThere: isThere)
    var connection = Connection(address)
    func setting(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    func own(_ name: String) -> String? {
      guard case .network = address.way,
        let base = setting("XDG_CONFIG_HOME") ?? setting("HOME").map({ "\($0)/.config" }),
        isThere("\(base)/muster/\(name)")
      else { return nil }
      return "\(base)/muster/\(name)"
    }
    connection.authorityFile =
      words.authorityFile ?? setting("MUSTER_CA_FILE") ?? own("ca.pem")
    connection.identity = words.identity
    if words.tokenFile == nil, let text = setting("MUSTER_TOKEN") {
      guard let token = token(in: text) else {
        throw .badCredential("MUSTER_TOKEN", why: "holds no token; give what 'gctl token' printed")
      }
      connection.token = token
    } else if let file = words.tokenFile ?? (words.identity == nil ? own("token") : nil) {
      connection.token = try token(inFile: file)
      connection.tokenFile = file
    }
    if connection.token != nil, case .network(_, _, isSecured: false) = address.way {
      throw .badAddress("\(address)", why: "a token would be there for all to read on the way")
    }
    return connection
  }
}
