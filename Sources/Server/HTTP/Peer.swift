import Glibc
import NIOCore
import NIOSSL

/// What a connection itself proves of who is at its other end.
enum Peer: Sendable {
  /// The kernel says whose process it is.
  case process(PeerCredentials)
  /// A certificate that an authority has signed whom the daemon trusts, as DER.
  case certificate([UInt8])
  case nobody

  /// Who is at the other end of a channel, asked on its event loop once its handshake is over.
  init(of channel: any Channel) {
    if let credentials = PeerCredentials(of: channel) {
      self = .process(credentials)
    } else if let certificate = try? channel.pipeline.syncOperations.nioSSL_peerCertificate(),
      let bytes = try? certificate.toDERBytes()
    {
      self = .certificate(bytes)
    } else {
      self = .nobody
    }
  }
}

/// What the kernel says of who is at the other end of a Unix socket.
struct PeerCredentials: Sendable {
  var process: Int32 = 0
  var uid: UInt32 = 0
  var gid: UInt32 = 0
}

extension PeerCredentials {
  /// Asked on the channel's event loop; nil where the kernel doesn't say.
  fileprivate init?(of channel: any Channel) {
    guard let provider = channel as? any SocketOptionProvider else { return nil }
    let asked: EventLoopFuture<PeerCredentials> = provider.unsafeGetSocketOption(
      level: SocketOptionLevel(SOL_SOCKET), name: SocketOptionName(SO_PEERCRED))
    var peer: PeerCredentials?
    // On its loop it is answered at once.
    asked.assumeIsolated().whenSuccess { peer = $0 }
    // Of a socket of another kind the kernel gives a number that nobody has.
    guard let peer, peer.uid != UInt32.max, peer.process > 0 else { return nil }
    self = peer
  }
}
