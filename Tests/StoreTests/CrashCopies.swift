import Foundation
import Synchronization

/// Copies of a journal as it lay on the disk at some moment, and what had been answered by then.
final class CrashCopies: Sendable {
  private let copies = Mutex<[(path: String, answered: UInt64)]>([])
  private let folder: URL
  private let path: String

  init(_ folder: TemporaryFolder, _ path: String) {
    self.folder = folder.url
    self.path = path
  }

  var all: [(path: String, answered: UInt64)] { copies.withLock { $0 } }

  func take(_ answered: UInt64, before number: UInt64) throws {
    let copy = folder.appending(path: "crash\(number).sqlite").path
    for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
      try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
    }
    copies.withLock { $0.append((copy, answered)) }
  }
}
