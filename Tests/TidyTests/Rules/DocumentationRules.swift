private let longestAbstract = 150

/// What the standard library's best-known protocols ask for: everybody knows what it does.
private let knownNames: Set<String> = [
  "<", "==", "debugDescription", "description", "encode(to:)", "hash(into:)", "init(from:)",
]

extension SwiftSource {
  /// The documentation directly above a line, first line first, without its slashes.
  fileprivate func documentation(above line: Int) -> [Substring] {
    var texts: [Substring] = []
    var expected = line - 1
    for comment in comments.reversed() where comment.line < line {
      guard comment.line == expected, comment.isDocumentation else { break }
      texts.insert(comment.text.dropFirst(3), at: 0)
      expected -= 1
    }
    return texts
  }

  fileprivate func isBlank(_ text: Substring) -> Bool { text.allSatisfy(\.isWhitespace) }

  /// The text up to the first full stop before white space, or the whole first paragraph.
  fileprivate func abstract(of documentation: [Substring]) -> String {
    let written = documentation.drop(while: isBlank).prefix { !isBlank($0) }
    let paragraph = written.map { $0.drop(while: \.isWhitespace) }.joined(separator: " ")
    let stop = paragraph.indices.first { index in
      guard paragraph[index] == "." else { return false }
      let next = paragraph.index(after: index)
      return next == paragraph.endIndex || paragraph[next].isWhitespace
    }
    return stop.map { String(paragraph[...$0]) } ?? paragraph
  }
}

/// Everything public says in a sentence of at most 150 characters what it is.
func documentationViolations(in source: SwiftSource) -> [Violation] {
  guard source.isInSources else { return [] }
  return source.publicDeclarations.compactMap { declaration in
    let isKnown =
      knownNames.contains(declaration.name) || knownNames.contains(declaration.signature)
    let documentation = source.documentation(above: declaration.firstLine)
    let abstract = source.abstract(of: documentation)
    if abstract.isEmpty {
      guard !isKnown else { return nil }
      return source.violation(
        declaration.line, "public \(declaration.kind) \(declaration.name) has no documentation",
        fix: "write a /// sentence directly above it")
    }
    guard abstract.count > longestAbstract else { return nil }
    return source.violation(
      declaration.line,
      "the abstract of \(declaration.name) has \(abstract.count) characters, "
        + "at most \(longestAbstract)",
      fix: "end the first sentence sooner")
  }
}
