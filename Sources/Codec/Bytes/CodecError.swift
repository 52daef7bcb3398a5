/// Why bytes are not what they should be: what is wrong, and where.
public struct CodecError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Cause: Hashable, Sendable {
    /// The bytes end in the middle of a value.
    case truncated
    /// So many bytes follow where none should.
    case trailing(Int)
    /// They were written by a later version: which, and the last one that is known here.
    case newerVersion(UInt64, known: UInt64)
    /// No value begins with this number.
    case unknownTag(UInt64)
    /// A number is outside of what it may be.
    case outOfRange(Int64)
    /// The value could be written shorter, or in another order: nothing that was written here.
    case notCanonical
    /// A text is not UTF-8.
    case notText
    /// The value stands for more than one may hold.
    case tooLarge
    /// The parts of a value do not go together.
    case contradiction(String)
  }

  /// What is wrong.
  public var cause: Cause

  /// What was being read, from the outside in.
  public var path: [String] = []

  /// At which byte.
  public var offset: Int

  init(_ cause: Cause, at offset: Int) {
    self.cause = cause
    self.offset = offset
  }

  /// The same, but told from further outside.
  func inside(_ part: String) -> CodecError {
    var error = self
    error.path.insert(part, at: 0)
    return error
  }
}

extension CodecError.Cause: CustomStringConvertible {
  public var description: String {
    switch self {
    case .truncated: "the bytes end in the middle of a value"
    case .trailing(let count): "\(count) bytes follow after the end"
    case .newerVersion(let found, let known):
      "version \(found) of the format; this program knows versions up to \(known)"
    case .unknownTag(let tag): "no value begins with the number \(tag)"
    case .outOfRange(let number): "\(number) is outside of what stands here"
    case .notCanonical: "a value that is not written in the one way in which it can be"
    case .notText: "a text that is not UTF-8"
    case .tooLarge: "more than one value may hold"
    case .contradiction(let what): what
    }
  }
}

extension CodecError: CustomStringConvertible {
  public var description: String {
    let place = path.isEmpty ? "" : path.joined(separator: " > ") + ", "
    return "\(place)byte \(offset): \(cause)"
  }
}
