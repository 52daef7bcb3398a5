import NIOHTTP1
import Units
import Users
import Wire

/// Makes out who asks: by a token where one is shown, else by what the connection itself proves.
///
/// A token that is no good is refused, whatever else could prove who asks: whoever shows one means
/// to be who it says.
struct Identification: Sendable {
  private let issuer: TokenIssuer
  private let clock: any ControllerClock
  private let users: UserDirectory
  private let socket: SocketIdentity

  init(_ issuer: TokenIssuer, _ clock: any ControllerClock) {
    self.issuer = issuer
    self.clock = clock
    users = issuer.users
    socket = SocketIdentity(users)
  }

  /// - Throws: `Refusal` where nobody knows who asks.
  func caller(of request: Request) async throws(Refusal) -> Caller {
    let words = request.headers["authorization"]
    guard words.isEmpty else {
      let token = try token(in: words.joined(separator: ", "))
      return try issuer.caller(bearing: token, at: clock.now())
    }
    switch request.peer {
    case .process(let credentials): return await socket.caller(of: credentials)
    case .certificate(let bytes): return try CertificateIdentity(reading: bytes).caller(users)
    case .nobody:
      throw Refusal(
        "unknown-caller", "nobody knows who asks", where: "Authorization",
        fix: "send a token: 'gctl token' makes one on the daemon's machine, and clients take it "
          + "from MUSTER_TOKEN, --token-file or ~/.config/muster/token")
    }
  }

  private func token(in words: String) throws(Refusal) -> String {
    let parts = words.split(separator: " ")
    guard parts.count == 2, parts[0].lowercased() == "bearer" else {
      throw Refusal(
        "bad-token", "what proves who asks is no token", where: "Authorization",
        fix: "write 'Bearer' and a token behind it")
    }
    return String(parts[1])
  }
}
