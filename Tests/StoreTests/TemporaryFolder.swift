import Foundation

/// A folder that lives as long as this object does.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "muster-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }

  /// Copies a journal as it lies on the disk, whoever has it open: what a crash would leave.
  func copyAsCrashed(_ journal: String, to name: String) throws -> String {
    let copy = path(name)
    for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: journal + suffix) {
      try FileManager.default.copyItem(atPath: journal + suffix, toPath: copy + suffix)
    }
    return copy
  }
}
