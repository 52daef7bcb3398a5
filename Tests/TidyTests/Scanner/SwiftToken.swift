/// One word, number, literal or punctuation mark of Swift code, with where it stands.
struct SwiftToken: Equatable {
  enum Kind {
    /// A keyword or a name; a name in backticks keeps them and may hold spaces.
    case word
    case number
    /// A whole string literal, whatever its form; its text is not kept.
    case string
    /// One byte of punctuation: an operator of two characters is two marks.
    case mark
  }

  let kind: Kind
  let text: String
  let line: Int

  /// Where it ends: beyond `line` only for a string literal over several lines.
  var lastLine: Int

  /// Whether white space or a comment stands directly before it.
  let isSpaced: Bool
}

/// One line of comment, markers included.
struct SwiftComment: Equatable {
  let text: String
  let line: Int

  /// Whether nothing but white space stands before it on its line.
  let startsLine: Bool

  var isDocumentation: Bool { startsLine && text.hasPrefix("///") }
}
