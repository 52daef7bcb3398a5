internal import CUsers

/// A user of this machine.
public struct SystemUser: Hashable, Sendable {
  /// The user's number.
  public var uid: UInt32

  /// The number of the user's first group.
  public var gid: UInt32

  /// The user's name.
  public var name: String

  /// The user of a number; nil where this machine knows none.
  public init?(uid: UInt32) {
    guard
      let user = unsafe Self.found({ name, uidFound, gid in
        unsafe muster_user_numbered(uid, name, uidFound, gid)
      })
    else { return nil }
    self = user
  }

  /// The user of a name; nil where this machine knows none.
  public init?(named wanted: String) {
    guard
      let user = unsafe Self.found({ name, uid, gid in
        unsafe muster_user_named(wanted, name, uid, gid)
      })
    else { return nil }
    self = user
  }

  /// A user that is known already.
  public init(uid: UInt32, gid: UInt32, name: String) {
    self.uid = uid
    self.gid = gid
    self.name = name
  }

  private static func found(
    _ look: (
      UnsafeMutablePointer<CChar>, UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<UInt32>
    ) -> Int32
  ) -> SystemUser? {
    var (uid, gid): (UInt32, UInt32) = (0, 0)
    var bytes = [CChar](repeating: 0, count: muster_longest_name)
    let fault = unsafe bytes.withUnsafeMutableBufferPointer { buffer -> Int32 in
      guard let name = buffer.baseAddress else { return -1 }
      return unsafe look(name, &uid, &gid)
    }
    guard fault == 0 else { return nil }
    let name = bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return SystemUser(uid: uid, gid: gid, name: String(decoding: name, as: UTF8.self))
  }
}
