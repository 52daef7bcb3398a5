import ArgumentParser
import Cluster
import Codec
import Crypto
import Foundation
import Policy
import Server
import Store
import Testing
import Units
import Wire

@Suite(.timeLimit(.minutes(20))) struct `A token` {
  private let folder: TemporaryFolder
  private let station: Station

  init() throws {
    folder = try TemporaryFolder()
    station = try Station(in: folder)
  }

  private func make(
    for subject: String = "ada", as role: Role = .user, account: String? = nil,
    seconds: Int64 = 3600, by caller: Caller = Station.root
  ) async throws -> Token {
    try await station.daemon.issuer.issue(
      TokenRequest(subject: subject, role: role, account: account, lifetimeMs: seconds * 1000),
      by: caller, in: station.state)
  }

  /// Who bears a token now, or so many seconds later; or why nobody does.
  private func bearer(_ token: String, after seconds: Int64 = 0) -> String {
    do throws(Refusal) {
      let caller = try station.daemon.issuer.caller(
        bearing: token, at: station.clock.now() + .seconds(seconds))
      let nodes = caller.nodes.sorted().joined(separator: "+")
      return [caller.role.rawValue, caller.name, caller.account ?? nodes].joined(separator: " ")
    } catch {
      return "\(error.code): \(error.what.prefix(18))"
    }
  }

  private static let stranger = "bad-token: this is no token o"

  @Test func `says whose it is and what they may do`() async throws {
    #expect(bearer(try await make().token) == "user ada ")
    #expect(bearer(try await make(as: .operator).token) == "operator ada ")
    let coordinator = try await make(for: "grace", as: .coordinator, account: "ada")
    #expect(bearer(coordinator.token) == "coordinator grace ada")
    #expect(bearer(try await make(for: "n[0-1]", as: .agent).token) == "agent n[0-1] n0+n1")
  }

  @Test(arguments: [
    (-61, "bad-token: the token was made"), (-60, "user ada "), (0, "user ada "),
    (3659, "user ada "), (3660, "bad-token: the token was good"),
  ])
  func `is good for its time, and a minute more`(second: Int64, is bearer: String) async throws {
    #expect(self.bearer(try await make().token, after: second) == bearer)
  }

  @Test(arguments: [
    (TokenRequest(subject: "ada", role: .user, lifetimeMs: 59_999), "bad-lifetime"),
    (TokenRequest(subject: "ada", role: .user, lifetimeMs: 366 * 86_400_000 + 1), "bad-lifetime"),
    (TokenRequest(subject: "ada", role: .user, lifetimeMs: .min), "bad-lifetime"),
    (TokenRequest(subject: "", role: .user, lifetimeMs: 60_000), "bad-subject"),
    (TokenRequest(subject: "a b", role: .user, lifetimeMs: 60_000), "bad-subject"),
    (TokenRequest(subject: "a\nb", role: .user, lifetimeMs: 60_000), "bad-subject"),
    (
      TokenRequest(
        subject: String(repeating: "n", count: 5_000), role: .agent, lifetimeMs: 60_000),
      "bad-subject"
    ),
    (TokenRequest(subject: "n[0-9]", role: .agent, lifetimeMs: 60_000), "no-such-node"),
    (TokenRequest(subject: "n[", role: .agent, lifetimeMs: 60_000), "bad-hostlist"),
    (TokenRequest(subject: "ada", role: .coordinator, lifetimeMs: 60_000), "bad-account"),
    (TokenRequest(subject: "ada", role: .user, account: "ada", lifetimeMs: 60_000), "bad-account"),
    (
      TokenRequest(subject: "ada", role: .coordinator, account: "no", lifetimeMs: 60_000),
      "no-such-account"
    ),
  ])
  func `is not made of what it can't be`(_ row: (request: TokenRequest, code: String)) async {
    await #expect {
      try await station.daemon.issuer.issue(row.request, by: Station.root, in: station.state)
    } throws: { ($0 as? Refusal)?.code == row.code }
    #expect((try? station.controller.store.tokens(expiringAfter: .distantPast)) == [])
  }

  @Test func `for root is made by an administrator alone`() async throws {
    let op = Caller(name: "op", uid: 7, gid: 7, role: .operator)
    await #expect(throws: Refusal.self) { try await make(for: "root", by: op) }
    #expect(try await make(for: "ada", by: op).token != "")
    #expect(try await make(for: "root").token != "")
  }

  @Test func `stands in the journal with who made it and who took it back`() async throws {
    _ = await station.controller.settled()
    let before = station.controller.store.durable.sequence
    let (token, other) = (try await make(), try await make())
    #expect(token.id != other.id)
    try await revoke("ada")
    #expect(bearer(token.token) == "bad-token: the token was revo")
    #expect(bearer(other.token) == "bad-token: the token was revo")
    let kept = try station.controller.store.tokens(expiringAfter: .distantPast)
    #expect(kept.map(\.author) == ["root (administrator)", "root (administrator)"])
    #expect(kept.map { $0.revocation?.author } == ["op (operator)", "op (operator)"])
    #expect(Set(kept.map(\.record.id)) == [token.id, other.id])
    #expect(station.controller.store.durable.sequence == before + 3)
  }

  /// Takes all of a user's tokens back, as an operator.
  private func revoke(_ user: String) async throws {
    let op = Caller(name: "op", uid: 7, gid: 7, role: .operator)
    try await station.daemon.issuer.revoke(
      TokenRevocation(ids: [], subject: user), by: op, in: station.state.policy.accounts)
  }

  @Test func `that was revoked is no good after a restart either`() async throws {
    let (gone, good) = (try await make(), try await make(for: "grace"))
    _ = try await revoke("ada")
    station.controller.close()
    let next = try Station(in: folder, clock: station.clock)
    let now = station.clock.now()
    #expect(throws: Refusal.self) { try next.daemon.issuer.caller(bearing: gone.token, at: now) }
    #expect(try next.daemon.issuer.caller(bearing: good.token, at: now).name == "grace")
    next.controller.close()
  }

  @Test func `outlives a new key, but not one that forgets the others`() async throws {
    let first = try await make()
    try rotate()
    await station.daemon.reread(nil, nil)
    let second = try await make()
    #expect(bearer(first.token) == "user ada ")
    #expect(bearer(second.token) == "user ada ")
    #expect(first.token.split(separator: ".")[0] != second.token.split(separator: ".")[0])
    try rotate("--forget")
    await station.daemon.reread(nil, nil)
    #expect([first, second].map { bearer($0.token) } == [Self.stranger, Self.stranger])
    #expect(bearer(try await make().token) == "user ada ")
  }

  private func rotate(_ words: String...) throws {
    var command = try DaemonCommand.parseAsRoot(["rotate", "--state", folder.url.path] + words)
    try command.run()
  }

  @Test func `outlives a daemon that ended while it wrote its keys`() async throws {
    let token = try await make()
    try FileManager.default.moveItem(
      atPath: folder.path("token.keys"), toPath: folder.path("token.keys.before"))
    await station.daemon.reread(nil, nil)
    #expect(bearer(token.token) == "user ada ")
    try rotate()
    await station.daemon.reread(nil, nil)
    #expect(bearer(token.token) == "user ada ")
    #expect(!FileManager.default.fileExists(atPath: folder.path("token.keys.before")))
  }

  @Test func `of another cluster is no good`() async throws {
    let other = try Station(in: TemporaryFolder())
    let token = try await other.daemon.issuer.issue(
      TokenRequest(subject: "ada", role: .administrator, lifetimeMs: 60_000), by: Station.root,
      in: other.state)
    #expect(bearer(token.token) == Self.stranger)
    other.controller.close()
  }

  @Test func `is signed by keys that nobody else can read`() throws {
    let path = folder.path("token.keys")
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
    #expect((mode as? NSNumber)?.intValue == 0o600)
    station.controller.close()
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    #expect { try Station(in: folder) } throws: { "\($0)".contains("chmod 600") }
  }

  // MARK: Forged

  /// A token's three parts, each as bytes.
  private struct Parts {
    var header: String
    var body: String
    var signature: Data

    init(_ token: Token) throws {
      let parts = token.token.split(separator: ".").map { Self.bytes($0) }
      header = String(decoding: parts[0], as: UTF8.self)
      body = String(decoding: parts[1], as: UTF8.self)
      signature = parts[2]
    }

    var text: String {
      [Data(header.utf8), Data(body.utf8), signature].map { Self.text($0) }.joined(separator: ".")
    }

    var signed: Data { Data(text.split(separator: ".").prefix(2).joined(separator: ".").utf8) }

    static func text(_ bytes: Data) -> String {
      bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
        .replacing("=", with: "")
    }

    private static func bytes(_ text: Substring) -> Data {
      let plain = text.replacing("-", with: "+").replacing("_", with: "/")
      let padding = String(repeating: "=", count: (4 - plain.count % 4) % 4)
      return Data(base64Encoded: plain + padding) ?? Data()
    }
  }

  /// Whoever has the public key, and chooses the algorithm, gets nowhere.
  @Test func `is believed of one algorithm alone`() async throws {
    let parts = try Parts(try await make())
    let keys = try String(contentsOfFile: folder.path("token.keys"), encoding: .utf8)
    let secret = try #require(keys.split(whereSeparator: { $0 == " " || $0 == "\n" }).last)
    let key = try Curve25519.Signing.PrivateKey(
      rawRepresentation: try #require(Data(base64Encoded: String(secret))))
    for algorithm in ["none", "None", "HS256", "ES256", "Ed25519", "eddsa", ""] {
      var forged = parts
      forged.header = parts.header.replacing("EdDSA", with: algorithm)
      #expect(bearer(forged.text) == Self.stranger)
      forged.signature = Data()
      #expect(bearer(forged.text) == Self.stranger)
      let shared = SymmetricKey(data: key.publicKey.rawRepresentation)
      forged.signature = Data(HMAC<SHA256>.authenticationCode(for: forged.signed, using: shared))
      #expect(bearer(forged.text) == Self.stranger)
      // Not even with the key itself: a header is what its key writes, or nothing.
      forged.signature = try key.signature(for: forged.signed)
      #expect(bearer(forged.text) == Self.stranger)
    }
  }

  @Test func `is no good with one letter changed, or added, or left out`() async throws {
    let token = try await make().token
    for index in token.indices {
      var letters = token
      for letter in ["A", "z", ".", "-", "=", "é", ""] where letter != String(token[index]) {
        letters = token
        letters.replaceSubrange(index...index, with: letter)
        #expect(bearer(letters) == Self.stranger, "\(letters)")
      }
    }
    for more in ["=", ".", " ", "A", "AAAA"] { #expect(bearer(token + more) == Self.stranger) }
    #expect(bearer(token) == "user ada ")
  }

  @Test func `that says something else is no good, whoever it says to be`() async throws {
    let parts = try Parts(try await make())
    for (what, with) in [("user", "administrator"), ("ada", "root"), ("exp", "xxx"), ("{", "[")] {
      var forged = parts
      forged.body = parts.body.replacing(what, with: with)
      #expect(forged.body != parts.body)
      #expect(bearer(forged.text) == Self.stranger)
    }
  }

  /// What our own key has signed but we would not write: dates that no clock shows.
  @Test func `with odd dates is none`() async throws {
    let parts = try Parts(try await make())
    let keys = try String(contentsOfFile: folder.path("token.keys"), encoding: .utf8)
    let secret = try #require(keys.split(whereSeparator: { $0 == " " || $0 == "\n" }).last)
    let key = try Curve25519.Signing.PrivateKey(
      rawRepresentation: try #require(Data(base64Encoded: String(secret))))
    for date in ["9223372036854775807", "-9223372036854775808", "1e99", "0.5", "null", "\"1\""] {
      var odd = parts
      odd.body = parts.body.replacing(/"exp":\d+/, with: "\"exp\":\(date)")
      odd.signature = try key.signature(for: odd.signed)
      #expect(bearer(odd.text).hasPrefix("bad-token"))
    }
  }

  @Test func `is no good where it is only noise`() {
    for seed in 0..<2_000 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let length = Int(random.next() % 400)
      let bytes = (0..<length).map { _ in
        Array("abcXYZ019-_.=+/ {}\"é".utf8)[Int(random.next() % 20)]
      }
      #expect(bearer(String(decoding: bytes, as: UTF8.self)) == Self.stranger)
    }
    #expect(bearer(String(repeating: "a.", count: 1 << 20)) == Self.stranger)
  }
}
