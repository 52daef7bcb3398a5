/// Why the bytes of a file cannot be had.
public enum ByteFileError: Error, Equatable, Sendable {
  /// The system refuses to open the file, for a reason in the system's own words.
  case cannotOpen(path: String, reason: String)
  /// The path names a directory.
  case isDirectory(path: String)
  /// The gzip stream ends before its end mark, after so many bytes of content.
  case truncated(path: String, after: Int)
  /// The gzip stream contradicts itself, somewhere after so many bytes of content.
  case corrupt(path: String, after: Int, reason: String)
  /// The system fails to read on, after so many bytes of content.
  case cannotRead(path: String, after: Int, reason: String)
}

extension ByteFileError: CustomStringConvertible {
  /// One line: where, what, and what to do about it.
  public var description: String {
    switch self {
    case .cannotOpen(let path, let reason):
      "\(path): cannot open: \(reason); check the path and its permissions"
    case .isDirectory(let path):
      "\(path): is a directory; name a file in it"
    case .truncated(let path, let after):
      "\(path): the gzip data is cut short after \(after) bytes of content; fetch the file again"
    case .corrupt(let path, let after, let reason):
      "\(path): the gzip data is corrupt after \(after) bytes of content (\(reason)); "
        + "fetch the file again"
    case .cannotRead(let path, let after, let reason):
      "\(path): cannot read on after \(after) bytes of content: \(reason); check the disk"
    }
  }
}
