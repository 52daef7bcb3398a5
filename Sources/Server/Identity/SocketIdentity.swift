import Glibc
import Users
import Wire

/// Says who asks over a Unix socket: the kernel vouches for the user's number.
///
/// Root and the daemon's own user are administrators, and everybody else is a user.
struct SocketIdentity: Sendable {
  let users: UserDirectory
  private let own = geteuid()

  init(_ users: UserDirectory) { self.users = users }

  /// Who is at the other end of a connection.
  func caller(of peer: PeerCredentials) async -> Caller {
    let role: Role = peer.uid == 0 || peer.uid == own ? .administrator : .user
    // Where this machine knows no name, the number stands for it.
    let known = users.recent(numbered: peer.uid)
    let user = if let known { known } else { await API.apart { users.user(numbered: peer.uid) } }
    let name = user?.name ?? "\(peer.uid)"
    return Caller(name: name, uid: peer.uid, gid: peer.gid, role: role)
  }
}
