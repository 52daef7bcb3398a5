public import Foundation

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
    guard !exists(path) else { throw .exists }
    try replace(path, with: text)
  }

  /// Writes a file in place of the one that is there, if one is.
  ///
  /// Whatever ends this in the middle, `read` finds the one or the other whole.
  ///
  /// - Throws: `Fault.unwritable`.
  public static func replace(_ path: String, with text: String) throws(Fault) {
    let files = FileManager.default
    let folder = URL(filePath: path).deletingLastPathComponent().path
    do {
      try files.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      // Empty until nobody else may read it, and in its place once it is whole.
      let draft = "\(path).\(UUID().uuidString)"
      defer { try? files.removeItem(atPath: draft) }
      guard
        files.createFile(atPath: draft, contents: nil, attributes: [.posixPermissions: 0o600]),
        let file = FileHandle(forWritingAtPath: draft)
      else { throw Fault.unwritable }
      try file.write(contentsOf: Data(text.utf8))
      try file.synchronize()
      try file.close()
      let past = before(path)
      if files.fileExists(atPath: path) {
        try? files.removeItem(atPath: past)
        try files.moveItem(atPath: path, toPath: past)
      }
      try files.moveItem(atPath: draft, toPath: path)
      try? files.removeItem(atPath: past)
    } catch { throw .unwritable }
  }

  /// Where a file is while another takes its place.
  private static func before(_ path: String) -> String { path + ".before" }

  /// Whether there is such a file.
  public static func exists(_ path: String) -> Bool {
    [path, before(path)].contains { FileManager.default.fileExists(atPath: $0) }
  }

  /// Reads a file that only its owner may read.
  ///
  /// - Throws: `Fault.unreadable` and `Fault.open`.
  public static func read(_ path: String) throws(Fault) -> Data {
    let files = FileManager.default
    let place = files.fileExists(atPath: path) ? path : before(path)
    guard let attributes = try? files.attributesOfItem(atPath: place),
      let data = files.contents(atPath: place)
    else { throw .unreadable }
    let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
    guard mode & 0o077 == 0 else { throw .open(mode & 0o777) }
    return data
  }
}
