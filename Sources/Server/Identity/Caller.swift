public import Wire

/// Who asks, as the daemon knows them.
public struct Caller: Hashable, Sendable {
  /// What proves who asks.
  public enum Proof: Hashable, Sendable {
    /// The kernel says so, of who is at the other end of a Unix socket.
    case kernel
    /// A token that this cluster has made.
    case token
    /// A certificate that an authority has signed whom the daemon trusts.
    case certificate
  }

  /// The user's name; an agent's is its nodes as a hostlist.
  public var name: String

  /// The user's number on this machine; nil: it has none here.
  public var uid: UInt32?

  /// The number of the user's first group.
  public var gid: UInt32?

  /// What they may do.
  public var role: Role

  /// The account that a coordinator answers for.
  public var account: String?

  /// The nodes that an agent speaks for, by name.
  public var nodes: Set<String> = []

  /// What proves it.
  public var proof = Proof.kernel

  /// Somebody.
  public init(name: String, uid: UInt32?, gid: UInt32?, role: Role, account: String? = nil) {
    self.name = name
    self.uid = uid
    self.gid = gid
    self.role = role
    self.account = account
  }

  /// The caller as the journal names who has said something.
  var author: String { role == .user ? name : "\(name) (\(role.rawValue))" }

  /// The user of a task that the caller submits.
  ///
  /// - Throws: `Refusal` where the caller is nobody who could run anything.
  func taskUser() throws(Refusal) -> TaskUser {
    guard let uid, let gid else {
      throw Refusal(
        "no-such-user", "'\(name)' is no user of the daemon's machine", where: "user",
        fix: "add the user there, or submit as one who is")
    }
    return TaskUser(uid: uid, gid: gid, name: name)
  }
}
