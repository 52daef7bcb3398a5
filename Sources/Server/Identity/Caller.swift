public import Wire

/// Who asks, as the daemon knows them.
public struct Caller: Hashable, Sendable {
  /// The user's name; an agent's is its node, or a hostlist.
  public var name: String

  /// The user's number on this machine.
  public var uid: UInt32

  /// The number of the user's first group.
  public var gid: UInt32

  /// What they may do.
  public var role: Role

  /// The account that a coordinator answers for.
  public var account: String?

  /// Somebody.
  public init(name: String, uid: UInt32, gid: UInt32, role: Role, account: String? = nil) {
    self.name = name
    self.uid = uid
    self.gid = gid
    self.role = role
    self.account = account
  }

  /// The caller as the journal names who has said something.
  var author: String { role == .user ? name : "\(name) (\(role.rawValue))" }

  /// The user of a task that the caller submits.
  var taskUser: TaskUser { TaskUser(uid: uid, gid: gid, name: name) }
}
