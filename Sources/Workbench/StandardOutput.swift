import Foundation

/// Where results go unless an option names a file.
enum StandardOutput {
  /// Writes bytes, or says that they can't be written: a full disk is no reason to crash, nor to
  /// end as if all were well.
  static func write(_ bytes: some DataProtocol) throws {
    do {
      try FileHandle.standardOutput.write(contentsOf: bytes)
    } catch {
      throw CommandFailure("standard output: cannot be written (\(error.localizedDescription))")
    }
  }

  static func write(_ text: String) throws { try write(Data(text.utf8)) }
}
