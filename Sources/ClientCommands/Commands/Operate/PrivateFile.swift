import Foundation

/// A file that nobody but its owner may read, from the first byte on.
enum PrivateFile {
  static func write(_ text: String, to path: String, in world: Surroundings) throws {
    let full = path.hasPrefix("/") ? path : "\(world.directory)/\(path)"
    guard !FileManager.default.fileExists(atPath: full) else {
      throw CommandFailure("\(path): is there already; remove it, or name another file")
    }
    let isMade = FileManager.default.createFile(
      atPath: full, contents: nil, attributes: [.posixPermissions: 0o600])
    guard isMade, let file = FileHandle(forWritingAtPath: full) else {
      throw CommandFailure("\(path): can't be written; name a file in a folder of yours")
    }
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }
}
