import Arguments
import Crypto
import Foundation
import Units
import Wire

/// The keys that sign a cluster's tokens, and the file that keeps them.
///
/// ```
/// cluster 6f1c…                                  what tokens name as their issuer
/// key 9b07… 2026-03-01T06:00:00.000Z vLH2…       number, since when, the key; the last one signs
/// ```
///
/// A token is a JSON Web Token, signed with Ed25519 (RFC 7515, RFC 8037). There is one algorithm,
/// and a token's header must be, byte for byte, the one that its key writes: whoever made the token
/// chooses nothing.
struct TokenKeys: Sendable {
  /// Where the keys are, in the daemon's folder.
  static let fileName = "token.keys"

  struct Key: Sendable {
    let id: String
    let since: Instant
    let secret: Curve25519.Signing.PrivateKey

    /// The header of each token that it signs, as it stands in the token.
    let header: String

    init(id: String, since: Instant, secret: Curve25519.Signing.PrivateKey) {
      self.id = id
      self.since = since
      self.secret = secret
      header = Base64URL.text(of: Data(#"{"alg":"EdDSA","kid":"\#(id)","typ":"JWT"}"#.utf8))
    }
  }

  /// What tokens name as their issuer.
  let cluster: String

  private(set) var keys: [Key]

  /// The keys of a cluster that begins.
  init(now: Instant) {
    cluster = RandomName.make()
    keys = []
    rotate(at: now)
  }

  /// From now on another key signs; those that no living token can be of any more go.
  ///
  /// - Parameter isForgetting: whether the others go at once, and all tokens with them.
  mutating func rotate(at now: Instant, isForgetting: Bool = false) {
    let next = Key(id: RandomName.make(), since: now, secret: Curve25519.Signing.PrivateKey())
    // A key has signed until the next one came.
    let ends = keys.dropFirst().map(\.since) + [now]
    let old = zip(keys, ends).filter { $0.1 + TokenRules.longestLife + TokenRules.skew > now }
    keys = (isForgetting ? [] : old.map(\.0)) + [next]
  }

  // MARK: The file

  /// The keys in a folder; made where there are none yet.
  ///
  /// - Throws: `Refusal` where they can't be read or made, or others may read them.
  static func open(in folder: String, now: Instant) throws(Refusal) -> TokenKeys {
    let path = "\(folder)/\(fileName)"
    guard PrivateFile.exists(path) else {
      let keys = TokenKeys(now: now)
      try keys.write(in: folder)
      return keys
    }
    do throws(PrivateFile.Fault) {
      let text = String(decoding: try PrivateFile.read(path), as: UTF8.self)
      if let keys = TokenKeys(text) { return keys }
    } catch { throw Refusal(error, of: path) }
    throw Refusal(
      "bad-file", "these are no keys", where: path,
      fix: "restore the file; or remove it, and all tokens with it: a new one is made")
  }

  private init?(_ text: String) {
    var cluster: String?
    var keys: [Key] = []
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      switch (words.first, words.count) {
      case ("cluster", 2): cluster = words[1]
      case ("key", 4):
        guard let since = Moment(words[2]), let bytes = Data(base64Encoded: words[3]),
          let secret = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
        else { return nil }
        keys.append(Key(id: words[1], since: since.instant, secret: secret))
      default: return nil
      }
    }
    guard let cluster, !keys.isEmpty else { return nil }
    self.cluster = cluster
    self.keys = keys
  }

  /// - Throws: `Refusal` where the file can't be written.
  func write(in folder: String) throws(Refusal) {
    let lines = keys.map { key in
      let secret = key.secret.rawRepresentation.base64EncodedString()
      return "key \(key.id) \(Moment(key.since)) \(secret)\n"
    }
    let path = "\(folder)/\(Self.fileName)"
    do throws(PrivateFile.Fault) {
      try PrivateFile.replace(path, with: "cluster \(cluster)\n" + lines.joined())
    } catch { throw Refusal(error, of: path) }
  }

  // MARK: Tokens

  /// A token that says this.
  ///
  /// - Throws: `Refusal` where it can't be signed.
  func sign(_ claims: TokenClaims) throws(Refusal) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let key = keys.last, let body = try? encoder.encode(claims) else {
      throw Refusal("bad-answer", "the token can't be written", fix: "report this as a bug")
    }
    let signed = "\(key.header).\(Base64URL.text(of: body))"
    guard let signature = try? key.secret.signature(for: Data(signed.utf8)) else {
      throw Refusal("bad-answer", "the token can't be signed", fix: "report this as a bug")
    }
    return "\(signed).\(Base64URL.text(of: signature))"
  }

  /// What a token says, if one of the keys has signed it; nil: it is none of this cluster's.
  ///
  /// Whether it is still good is another question.
  func claims(of token: String) -> TokenClaims? {
    guard token.utf8.count <= TokenRules.longestToken else { return nil }
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let key = keys.first(where: { $0.header == parts[0] }),
      let body = Base64URL.bytes(of: parts[1]), let signature = Base64URL.bytes(of: parts[2]),
      key.secret.publicKey.isValidSignature(
        signature, for: Data("\(parts[0]).\(parts[1])".utf8)),
      let claims = try? JSONDecoder().decode(TokenClaims.self, from: body),
      claims.iss == cluster, claims.hasDates
    else { return nil }
    return claims
  }
}

/// Bytes as text that may stand in a header or an address (RFC 4648 §5), without padding.
enum Base64URL {
  static func text(of bytes: Data) -> String {
    bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
      .replacing("=", with: "")
  }

  /// nil where it isn't what `text(of:)` writes: there is one text for the same bytes.
  static func bytes(of text: Substring) -> Data? {
    let plain = text.replacing("-", with: "+").replacing("_", with: "/")
    let padding = String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)
    guard let bytes = Data(base64Encoded: plain + padding), self.text(of: bytes) == text else {
      return nil
    }
    return bytes
  }
}

/// Names that nobody guesses.
enum RandomName {
  /// 128 bits of the system's randomness, in hexadecimal.
  static func make() -> String {
    var random = SystemRandomNumberGenerator()
    return (0..<2).map { _ in
      let digits = String(random.next(), radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}

extension Refusal {
  /// What is wrong with a file of the daemon's that nobody else may read.
  init(_ fault: PrivateFile.Fault, of path: String) {
    switch fault {
    case .exists:
      self.init(
        "exists", "the file is there already", where: path,
        fix: "remove it, or name another one")
    case .unwritable:
      self.init(
        "bad-file", "the file can't be written", where: path,
        fix: "let the daemon's user write the folder")
    case .unreadable:
      self.init(
        "bad-file", "the file can't be read", where: path,
        fix: "name a file that the daemon's user may read")
    case .open(let mode):
      self.init(
        "bad-file", "others may read or change the file: its mode is \(String(mode, radix: 8))",
        where: path, fix: "chmod 600 \(path)")
    }
  }
}
