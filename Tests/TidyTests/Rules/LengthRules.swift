private let mostColumns = 100
private let mostFunctionLines = 60
private let mostFileLines = 600
private let mostParameters = 6
private let mostFixtureLines = 5

/// A line has at most 100 columns.
func lineLengthViolations(in source: SwiftSource) -> [Violation] {
  source.lines.enumerated().compactMap { index, line in
    guard line.utf8.count > mostColumns, line.count > mostColumns else { return nil }
    return source.violation(
      index + 1, "\(line.count) columns, at most \(mostColumns)",
      fix: "run swift format, or split it"
    )
  }
}

/// A function has at most 60 lines, from its first keyword to its closing brace.
func functionLengthViolations(in source: SwiftSource) -> [Violation] {
  source.bodies.compactMap { body in
    let first = source.tokens[body.keyword].line
    let count = source.tokens[body.close].line - first + 1
    guard count > mostFunctionLines else { return nil }
    return source.violation(
      first, "\(body.name) has \(count) lines, at most \(mostFunctionLines)",
      fix: "name its parts and make them functions")
  }
}

/// A file has at most 600 lines.
func fileLengthViolations(in source: SwiftSource) -> [Violation] {
  guard source.lines.count > mostFileLines else { return [] }
  return [
    source.violation(
      mostFileLines + 1, "\(source.lines.count) lines, at most \(mostFileLines)",
      fix: "split it by aspect: Heap.swift, Heap+Invariants.swift")
  ]
}

/// An initialiser takes at most six parameters.
func parameterViolations(in source: SwiftSource) -> [Violation] {
  source.tokens.indices.compactMap { index in
    guard source.isKeyword(index, "init") else { return nil }
    let count = source.parameterCount(ofInitialiser: index)
    guard count > mostParameters else { return nil }
    return source.violation(
      source.tokens[index].line, "an initialiser of \(count) parameters, at most \(mostParameters)",
      fix: "take an Options value")
  }
}

extension SwiftSource {
  /// Counts the colons at the top level of the parameter list: one stands in each parameter, and
  /// generic arguments have none. A ternary's, after a `?` that stands apart, is taken off.
  fileprivate func parameterCount(ofInitialiser keyword: Int) -> Int {
    var open = keyword + 1
    while ["?", "!"].contains(text(open)) { open += 1 }
    if text(open) == "<" {
      while open < tokens.count, text(open) != "(", text(open) != "{" { open += 1 }
    }
    guard text(open) == "(" else { return 0 }
    var count = 0
    var index = open + 1
    while index < max(open, partners[open]) {
      if text(index) == ":" { count += 1 }
      if text(index) == "?", tokens[index].isSpaced { count -= 1 }
      let isOpener = ["(", "[", "{"].contains(text(index))
      index = isOpener ? max(index, partners[index]) + 1 : index + 1
    }
    return count
  }
}

/// A test holds no fixture of more than five lines: such a text belongs beside the tests.
func fixtureViolations(in source: SwiftSource) -> [Violation] {
  guard source.isInTests else { return [] }
  return source.bodies.filter { source.isTest($0) }.flatMap { body in
    source.tokens[body.open...body.close].compactMap { token in
      let count = token.lastLine - token.line - 1
      guard token.kind == .string, count > mostFixtureLines else { return nil }
      return source.violation(
        token.line, "a fixture of \(count) lines in a test, at most \(mostFixtureLines)",
        fix: "make it a constant of the file, or a file in Golden")
    }
  }
}

extension SwiftSource {
  /// Whether `@Test` stands before a function, with nothing of another declaration between.
  fileprivate func isTest(_ body: SwiftBody) -> Bool {
    var index = body.keyword - 1
    while index > 0, !["}", "{", ";"].contains(text(index)) {
      if text(index) == ")", partners[index] >= 0 { index = partners[index] }
      if text(index) == "Test", text(index - 1) == "@" { return true }
      index -= 1
    }
    return false
  }
}
