/// Why a policy or fleet file cannot be used: where, what, and how to mend it.
public struct PolicyFileError: Error, Equatable, Sendable {
  /// The file as it was named.
  public var file: String

  /// The line, from 1; nil where the file as a whole is meant.
  public var line: Int?

  /// The column, from 1.
  public var column: Int?

  /// What is wrong.
  public var what: String

  /// What to do about it.
  public var fix: String
}

extension PolicyFileError: CustomStringConvertible {
  public var description: String {
    var place = file
    if let line { place += ":\(line)" }
    if let column { place += ":\(column)" }
    return "\(place): \(what); \(fix)"
  }
}
