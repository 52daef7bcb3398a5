internal import Foundation

/// A file that lives as long as this object does.
public final class TemporaryFile {
  /// Where the file lies.
  public let path: String

  /// Writes `bytes` to a new file whose name ends in `name`.
  public init(_ bytes: [UInt8], name: String = "trace") {
    let unique = "muster-\(ProcessInfo.processInfo.processIdentifier)-\(UUID().uuidString)-\(name)"
    path = FileManager.default.temporaryDirectory.appendingPathComponent(unique).path
    let written = FileManager.default.createFile(atPath: path, contents: Data(bytes))
    precondition(written, "cannot write \(path)")
  }

  /// Writes `text` to a new file whose name ends in `name`.
  public convenience init(text: String, name: String = "trace") {
    self.init(Array(text.utf8), name: name)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
