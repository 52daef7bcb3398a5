/// A function, initialiser, subscript or computed property together with its braces.
struct SwiftBody {
  let name: String

  /// The index of `func`, `init`, `deinit`, `subscript` or `var`.
  let keyword: Int

  /// The indices of the braces.
  let open: Int
  let close: Int
}

extension SwiftSource {
  private static let callables: Set<String> = ["func", "init", "deinit", "subscript"]

  private static let declarationStarts: Set<String> = [
    "@", "#", "associatedtype", "case", "class", "convenience", "deinit", "enum", "extension",
    "fileprivate", "final", "func", "import", "indirect", "init", "internal", "let", "mutating",
    "nonisolated", "nonmutating", "override", "package", "private", "protocol", "public",
    "required", "static", "struct", "subscript", "typealias", "var",
  ]

  /// Everything that has a body of its own, in the order of the text; closures are not among them.
  var bodies: [SwiftBody] {
    tokens.indices.compactMap { index in
      guard tokens[index].kind == .word, text(index - 1) != "." else { return nil }
      let keyword = text(index)
      let isCallable = Self.callables.contains(keyword)
      guard isCallable || keyword == "var" else { return nil }
      let found = isCallable ? callableBrace(after: index) : propertyBrace(after: index)
      guard let open = found, partners[open] > open else { return nil }
      let isNamed = keyword == "func" || keyword == "var"
      let name = isNamed ? text(index + 1) : keyword
      return SwiftBody(name: name, keyword: index, open: open, close: partners[open])
    }
  }

  /// The opening brace, or nil for a requirement of a protocol, which has none.
  private func callableBrace(after keyword: Int) -> Int? {
    var index = keyword + 1
    while index < tokens.count {
      let here = text(index)
      if here == "{" { return index }
      if here == "}" || here == ";" { return nil }
      let startsLine = tokens[index].line > tokens[index - 1].lastLine
      if startsLine, Self.declarationStarts.contains(here) { return nil }
      index = (here == "(" || here == "[") ? max(index, partners[index]) + 1 : index + 1
    }
    return nil
  }

  /// The opening brace of a computed property, or nil for a stored one.
  ///
  /// The brace follows the type on its line, or stands alone on the next; after a `=` comes a
  /// value, not a body.
  private func propertyBrace(after keyword: Int) -> Int? {
    var index = keyword + 1
    while index < tokens.count {
      let here = text(index)
      if here == "{" { return index }
      let startsLine = tokens[index].line > tokens[index - 1].lastLine
      if here == "=" || here == "}" || here == ";" || startsLine { return nil }
      index = (here == "(" || here == "[") ? max(index, partners[index]) + 1 : index + 1
    }
    return nil
  }
}
