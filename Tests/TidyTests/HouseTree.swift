import Foundation

/// The files that the rules look at, read once.
struct HouseTree: Sendable {
  /// The paths of all files below `Sources`, `Tests` and `Benchmarks`, sorted.
  let paths: [String]

  /// The Swift files among them.
  let sources: [SwiftSource]

  /// The tree that this test was compiled from.
  static let checkedOut = HouseTree(root: root)

  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  init(root: URL) {
    paths = ["Sources", "Tests", "Benchmarks"].flatMap { Self.files(below: $0, of: root) }.sorted()
    sources = paths.filter { $0.hasSuffix(".swift") }.map { path in
      guard let text = try? String(contentsOf: root.appending(path: path), encoding: .utf8) else {
        preconditionFailure("\(path): not readable as UTF-8")
      }
      return SwiftSource(path: path, text)
    }
  }

  /// Every file below a folder; hidden ones, build folders among them, are left out.
  private static func files(below folder: String, of root: URL) -> [String] {
    let found = try? FileManager.default.contentsOfDirectory(
      at: root.appending(path: folder), includingPropertiesForKeys: [.isDirectoryKey],
      options: .skipsHiddenFiles)
    return (found ?? []).flatMap { url in
      let path = "\(folder)/\(url.lastPathComponent)"
      return url.hasDirectoryPath ? files(below: path, of: root) : [path]
    }
  }
}
