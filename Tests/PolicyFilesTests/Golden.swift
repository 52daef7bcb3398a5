import Foundation
import Testing

/// Texts beside the tests that `UPDATE_GOLDEN=1` rewrites.
enum Golden {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Golden")

  /// Compares a text with a file, or rewrites the file.
  static func expect(
    _ text: String, in file: URL, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    let golden = try String(contentsOf: file, encoding: .utf8)
    #expect(text == golden, "UPDATE_GOLDEN=1 rewrites it", sourceLocation: sourceLocation)
  }

  /// Compares the tables on a reference page with those made from the definition.
  static func expectKeys(
    _ tables: String, on page: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let file = ExampleFiles.folder.deletingLastPathComponent()
      .appending(path: "Documentation/Reference").appending(path: page)
    let text = try String(contentsOf: file, encoding: .utf8)
    let begin = "<!-- keys: made from the definition, UPDATE_GOLDEN=1 rewrites them -->\n"
    let start = try #require(text.firstRange(of: begin)?.upperBound)
    let stop = try #require(text.firstRange(of: "<!-- end of keys -->")?.lowerBound)
    let current = text[..<start] + "\n" + tables + "\n" + text[stop...]
    try expect(String(current), in: file, sourceLocation: sourceLocation)
  }
}
