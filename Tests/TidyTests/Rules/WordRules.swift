/// The words that make a core room depend on anything but its arguments, and what to use instead.
private let coreWords: [String: String] = [
  "Foundation": "use the standard library",
  "async": "return effects and let the driver perform them",
  "await": "return effects and let the driver perform them",
  "Task": "return effects and let the driver perform them",
  "ContinuousClock": "take the instant as an argument",
  "SuspendingClock": "take the instant as an argument",
  "Date": "take an Instant as an argument",
  "UUID": "mint ids by a counter",
  "Double": "use whole numbers or fixed point",
  "Float": "use whole numbers or fixed point",
  "Float16": "use whole numbers or fixed point",
  "Float32": "use whole numbers or fixed point",
  "Float64": "use whole numbers or fixed point",
  "Dictionary": "use an array indexed by dense ids, or sorted pairs",
  "Set": "use a bitset, or a sorted array",
  "hashValue": "it differs from run to run: compare the values",
  "SystemRandomNumberGenerator": "use SeededGenerator",
]

private let inputAndOutput: Set<String> = ["print", "debugPrint", "dump", "readLine"]
private let drawsByDefault: Set<String> = ["shuffled", "shuffle", "randomElement"]

/// Core rooms hold nothing that reads a clock, waits, draws unseeded or has no fixed order.
func coreWordViolations(in source: SwiftSource) -> [Violation] {
  guard Room.of(source)?.floor == .core else { return [] }
  return source.tokens.indices.compactMap { index in
    let token = source.tokens[index]
    guard token.kind == .word else { return nil }
    if let fix = coreWords[token.text] {
      return source.violation(token.line, "\(token.text) in a core room", fix: fix)
    }
    let isMember = source.text(index - 1) == "." && source.text(index - 2) != "Swift"
    let isCall = source.text(index + 1) == "("
    if inputAndOutput.contains(token.text), isCall, !isMember, source.text(index - 1) != "func" {
      return source.violation(
        token.line, "\(token.text)() in a core room", fix: "return what is to be written")
    }
    guard isMember, isCall else { return nil }
    let isUnseeded = drawsByDefault.contains(token.text) && source.text(index + 2) != "using"
    guard token.text == "random" || isUnseeded else { return nil }
    return source.violation(
      token.line, "an unseeded .\(token.text)() in a core room", fix: "draw from a SeededGenerator")
  }
}

/// Core rooms write no `[Key: Value]`, neither as a type nor as a literal.
///
/// A bracket that does not touch a name or a closing bracket before it opens a type or a literal,
/// not a subscript; with a `:` at its top level that isn't a ternary's, it is a dictionary.
/// So `matrix[row: 1]`, `[(key: 1, value: 2)]` and `[a ? b : c]` are left alone.
func dictionaryViolations(in source: SwiftSource) -> [Violation] {
  guard Room.of(source)?.floor == .core else { return [] }
  return source.tokens.indices.compactMap { index in
    guard source.text(index) == "[", !source.isSubscript(index) else { return nil }
    guard source.hasKeyColon(index) else { return nil }
    return source.violation(
      source.tokens[index].line, "a dictionary in a core room",
      fix: "use an array indexed by dense ids, or sorted pairs")
  }
}

extension SwiftSource {
  fileprivate func isSubscript(_ bracket: Int) -> Bool {
    guard bracket > 0, !tokens[bracket].isSpaced else { return false }
    let previous = tokens[bracket - 1]
    return previous.kind != .mark || ")]}?!".contains(previous.text)
  }

  fileprivate func hasKeyColon(_ bracket: Int) -> Bool {
    var colons = 0
    var index = bracket + 1
    while index < max(bracket, partners[bracket]) {
      switch text(index) {
      case ":": colons += 1
      case "?" where tokens[index].isSpaced: colons -= 1
      case "(", "[", "{": index = max(index, partners[index])
      default: break
      }
      index += 1
    }
    return colons > 0
  }
}

/// Only the Swift wrapper of a C library is unsafe.
func unsafeViolations(in source: SwiftSource) -> [Violation] {
  guard source.isInSources, Room.of(source)?.wrapsC != true else { return [] }
  return source.tokens.compactMap { token in
    guard token.kind == .word else { return nil }
    // NIO's name for asking the kernel for an option whose type it doesn't know: a copy of a value.
    guard token.text != "unsafeGetSocketOption" else { return nil }
    // Swift has no other way to run a task on a thread of one's choice.
    guard source.path != "Sources/Server/HTTP/LoopExecutor.swift" || token.text != "unsafe" else {
      return nil
    }
    let prefixes = ["unsafe", "Unsafe", "withUnsafe"]
    guard prefixes.contains(where: token.text.hasPrefix) else { return nil }
    return source.violation(
      token.line, "\(token.text) outside the wrapper of a C library",
      fix: "use a Span, or move the call into Gzip or Hashing")
  }
}

/// A note about work to be done names the issue it belongs to.
func noteViolations(in source: SwiftSource) -> [Violation] {
  source.comments.compactMap { comment in
    guard let note = ["TODO", "FIXME"].first(where: comment.text.contains) else { return nil }
    let parts = comment.text.split(separator: "#", omittingEmptySubsequences: false).dropFirst()
    guard !parts.contains(where: { $0.first?.isNumber == true }) else { return nil }
    return source.violation(
      comment.line, "a \(note) that names no issue", fix: "write \(note)(#12) or do it now")
  }
}
