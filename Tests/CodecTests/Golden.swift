import Foundation
import Testing

/// Bytes of released versions, beside the tests: never rewritten, as files like them are in use.
///
/// `UPDATE_GOLDEN=1` writes those that are not there yet.
enum Golden {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Golden")

  /// The bytes of each line of a file.
  static func bytes(in name: String) throws -> [[UInt8]] {
    try String(contentsOf: folder.appending(path: name), encoding: .utf8).split(separator: "\n").map
    {
      line in
      let digits = Array(line)
      return stride(from: 0, to: digits.count, by: 2).compactMap {
        UInt8(String(digits[$0..<$0 + 2]), radix: 16)
      }
    }
  }

  /// Compares a text with a file, or writes the file where there is none.
  static func expect(
    _ text: String, in name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let file = folder.appending(path: name)
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1",
      !FileManager.default.fileExists(atPath: file.path)
    {
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    let golden = try String(contentsOf: file, encoding: .utf8)
    #expect(
      text == golden, "what was written can't be read: raise the version",
      sourceLocation: sourceLocation)
  }
}

extension [UInt8] {
  /// Two digits a byte.
  var hexadecimal: String {
    map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }
}
