import Foundation
import Testing

/// Compares a text with the file of that name in `Golden`; `UPDATE_GOLDEN=1` rewrites it.
func expectGolden(
  _ text: String, _ name: String, at location: SourceLocation = #_sourceLocation
) throws {
  let url = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Golden/\(name).txt")
  if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
    return try Data(text.utf8).write(to: url)
  }
  let expected = try String(contentsOf: url, encoding: .utf8)
  #expect(text == expected, sourceLocation: location)
}
