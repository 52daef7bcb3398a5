import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import NIOSSL
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
  func caller(of request: Request, on channel: any Channel) async throws(Refusal) -> Caller {
    if let words = request.headers[.authorization] {
      return try issuer.caller(bearing: try token(in: words), at: clock.now())
    }
    if let caller = await socket.caller(of: channel) { return caller }
    if let certificate = try? await channel.nioSSL_peerCertificate().get(),
      let bytes = try? certificate.toDERBytes()
    {
      return try CertificateIdentity(reading: bytes).caller(users)
    }
    throw Refusal(
      "unknown-caller", "nobody knows who asks", where: "Authorization",
      fix: "send a token: 'gctl token' makes one on the daemon's machine, and clients take it from "
        + "MUSTER_TOKEN, --token-file or ~/.config/muster/token")
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
