/// A `#GSUB` line of a script.
public struct Directive: Hashable, Sendable {
  /// Which line of the script, counted from 1.
  public var line: Int
  /// The line as it stands there.
  public var text: String
  /// The words behind `#GSUB`, without their quotes.
  public var words: [String]
}

/// The `#GSUB` lines of a script: those after its first line and before its first command.
public struct DirectiveReader: Hashable, Sendable {
  /// The lines, in order; lines without a word are left out.
  public private(set) var directives: [Directive] = []

  /// Lines that begin as directives do and stand behind the first command, where nobody reads them.
  public private(set) var late: [Int] = []

  /// Reads a script.
  ///
  /// - Parameter name: What the script is called in errors.
  /// - Throws: `CommandFailure` where a quote is not closed.
  public init(_ script: String, named name: String) throws(CommandFailure) {
    var hasCommand = false
    let lines = script.utf8.split(separator: 0x0a, omittingEmptySubsequences: false)
    for (index, bytes) in lines.enumerated() where index > 0 {
      let line = Substring(bytes)
      guard Self.isDirective(line) else {
        let rest = line.unicodeScalars.drop(while: \.properties.isWhitespace)
        if !rest.isEmpty, rest.first != "#" { hasCommand = true }
        continue
      }
      if hasCommand {
        late.append(index + 1)
        continue
      }
      let text = String(line).trimmingEnd()
      do throws(ArgumentFault) {
        let words = try ShellWords.split(line.dropFirst(5))
        if !words.isEmpty {
          directives.append(Directive(line: index + 1, text: text, words: words))
        }
      } catch {
        throw CommandFailure("\(name):\(index + 1): \(text): \(error)", exitCode: 2)
      }
    }
  }

  private static func isDirective(_ line: Substring) -> Bool {
    guard line.hasPrefix("#GSUB") else { return false }
    guard let next = line.unicodeScalars.dropFirst(5).first else { return true }
    return next.properties.isWhitespace
  }
}

extension String {
  fileprivate func trimmingEnd() -> String {
    var scalars = unicodeScalars
    while scalars.last?.properties.isWhitespace ?? false { scalars.removeLast() }
    return String(scalars)
  }
}

/// Words as a shell makes them out, without expansions: blanks divide, quotes and `\` keep.
public enum ShellWords {
  /// The words of a line, up to a `#` that begins one.
  ///
  /// - Throws: `ArgumentFault` where a quote is not closed.
  public static func split(_ line: Substring) throws(ArgumentFault) -> [String] {
    var words: [String] = []
    var word: String.UnicodeScalarView?
    var quote: Unicode.Scalar?
    var isEscaped = false
    for scalar in line.unicodeScalars {
      if isEscaped {
        // Within double quotes a backslash keeps itself before all but these.
        if quote != nil, !"\"\\$`".unicodeScalars.contains(scalar) { word?.append("\\") }
        word = (word ?? .init()) + [scalar]
        isEscaped = false
        continue
      }
      switch (quote, scalar) {
      case ("'", "'"), ("\"", "\""): quote = nil
      case ("'", _): word?.append(scalar)
      case (_, "\\"): isEscaped = true
      case ("\"", _): word?.append(scalar)
      case (_, "'"), (_, "\""):
        quote = scalar
        word = word ?? .init()
      case (_, _) where scalar.properties.isWhitespace:
        if let done = word { words.append(String(done)) }
        word = nil
      case (_, "#") where word == nil: return words
      default: word = (word ?? .init()) + [scalar]
      }
    }
    guard quote == nil else {
      throw ArgumentFault("a quote is not closed; put a second \(quote ?? " ") behind it")
    }
    guard !isEscaped else { throw ArgumentFault("nothing stands behind the last \\; take it out") }
    if let word { words.append(String(word)) }
    return words
  }

  /// A word as it can be typed: in quotes where it needs them.
  public static func quoted(_ word: String) -> String {
    let plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~,:/=%@+"
    if !word.isEmpty, word.unicodeScalars.allSatisfy(plain.unicodeScalars.contains) { return word }
    var text = "'"
    for scalar in word.unicodeScalars {
      if scalar == "'" { text += "'\\''" } else { text.unicodeScalars.append(scalar) }
    }
    return text + "'"
  }
}
