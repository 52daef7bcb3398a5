import Foundation
import Glibc
import Synchronization

/// The folder in which an agent keeps what must outlive it; nobody else has it meanwhile.
public final class AgentFolder: Sendable {
  /// Why a folder can't be had.
  public struct Trouble: Error, CustomStringConvertible {
    /// What is wrong, and what to do about it.
    public let description: String
  }

  /// Whom the agent serves.
  struct Service: Equatable, Sendable {
    /// The cluster; nil: none yet.
    var cluster: String?
    /// The last controller of it that was obeyed.
    var epoch: UInt64 = 0
  }

  /// Where it is.
  public let path: String

  /// The word that was drawn when it was new: it tells this agent's tasks from those of any other.
  let identity: String

  /// Whether somebody says that no other agent of these nodes lives, nor anything that it started.
  let takesOver: Bool

  private let lock: FileHandle
  private let service: Mutex<Service>

  /// Makes the folder, or finds it, and takes it until this process ends.
  ///
  /// - Parameter takesOver: whether somebody says that no other agent of these nodes lives, nor
  ///   anything that it started.
  /// - Throws: `Trouble` where another agent has it, or it can't be made.
  public init(_ path: String, takesOver: Bool = false) throws {
    self.path = path
    self.takesOver = takesOver
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o711])
    } catch {
      throw Trouble(
        description: "the folder \(path) can't be made (\(error.localizedDescription)): give "
          + "another by --state")
    }
    lock = try Self.lock(path)
    identity = try Self.identity(in: path)
    let words = (try? String(contentsOfFile: path + "/service", encoding: .utf8))?
      .split(whereSeparator: \.isWhitespace)
    var known = Service()
    if let words, words.count == 2, let epoch = UInt64(words[1]) {
      known = Service(cluster: String(words[0]), epoch: epoch)
    }
    service = Mutex(known)
  }

  /// Lets go of the folder: another agent in this process may have it.
  public func close() {
    // A process that is just being started has the file as well, until it runs its program.
    _ = flock(lock.fileDescriptor, LOCK_UN)
    try? lock.close()
  }

  private static func lock(_ path: String) throws -> FileHandle {
    let name = path + "/lock"
    let descriptor = unsafe open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw Trouble(
        description: "\(name) can't be opened (\(Linux.Failure(number: errno))): see to it that "
          + "this user may write there, or give another folder by --state")
    }
    // The kernel lets go of the lock when this process ends, however it does, and with it all that
    // it was just about to start.
    var isMine = flock(descriptor, LOCK_EX | LOCK_NB) == 0
    for _ in 0..<20 where !isMine {
      usleep(50_000)
      isMine = flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }
    guard isMine else {
      _ = Glibc.close(descriptor)
      throw Trouble(
        description: "another gnoded runs over \(path): stop it first, or give this one another "
          + "--state and the --name of another node")
    }
    return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  private static func identity(in folder: String) throws -> String {
    let path = folder + "/identity"
    if let text = try? String(contentsOfFile: path, encoding: .utf8), !text.isEmpty { return text }
    let new = UUID().uuidString
    try Linux.write(path, Data(new.utf8), whole: true)
    return new
  }

  /// The identity as a number that every reader of JSON can hold.
  var instance: UInt64 {
    let digits = identity.filter(\.isHexDigit).prefix(13)
    return UInt64(digits, radix: 16) ?? 0
  }

  /// Whom the agent has served last.
  var served: Service { service.withLock { $0 } }

  /// Keeps whom the agent serves from now on.
  ///
  /// - Throws: where it can't be written; it is known until this process ends.
  func serve(_ cluster: String, _ epoch: UInt64) throws {
    let next = Service(cluster: cluster, epoch: epoch)
    let isNew = service.withLock { service in
      defer { service = next }
      return service != next
    }
    guard isNew else { return }
    try Linux.write(path + "/service", Data("\(cluster) \(epoch)\n".utf8), whole: true)
  }
}
