public import Foundation
import Glibc

/// A file that nobody but its owner may read, from its first byte on.
public enum PrivateFile {
  /// Why a private file can't be had.
  public enum Fault: Error, Hashable, Sendable {
    /// There is one already.
    case exists
    /// It can't be written.
    case unwritable
    /// It can't be read.
    case unreadable
    /// Others may read or change it: its permissions.
    case open(Int)
  }

  /// Makes a new file, and the folders above it for the owner alone.
  ///
  /// - Throws: `Fault.exists` and `Fault.unwritable`.
  public static func create(_ path: String, _ text: String) throws(Fault) {
    guard !FileManager.default.fileExists(atPath: path) else { throw .exists }
    try replace(path, with: text)
  }

  /// Writes a file in place of the one that is there, if one is: whoever reads finds one or the
  /// other whole.
  ///
  /// - Throws: `Fault.unwritable`.
  public static func replace(_ path: String, with text: String) throws(Fault) {
    let mask = umask(0o077)
    defer { umask(mask) }
    let folder = URL(filePath: path).deletingLastPathComponent().path
    do {
      if !folder.isEmpty {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true,
          attributes: [.posixPermissions: 0o700])
      }
      try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
      let file = try FileHandle(forUpdating: URL(filePath: path))
      try file.synchronize()
      try file.close()
    } catch { throw .unwritable }
  }

  /// Reads a file that only its owner may read.
  ///
  /// - Throws: `Fault.unreadable` and `Fault.open`.
  public static func read(_ path: String) throws(Fault) -> Data {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
      let data = FileManager.default.contents(atPath: path)
    else { throw .unreadable }
    let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
    guard mode & 0o077 == 0 else { throw .open(mode & 0o777) }
    return data
  }
}
