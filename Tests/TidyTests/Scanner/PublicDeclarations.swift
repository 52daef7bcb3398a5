/// Something that other targets can see.
struct PublicDeclaration {
  /// `func`, `struct`, `case` and so on.
  let kind: String

  /// The name alone: `hash`, `<`, `Fleet`.
  let name: String

  /// The name with its first label: `hash(into:)`; the name alone for what takes no arguments.
  let signature: String

  let isOverride: Bool
  let line: Int

  /// The line where its attributes and modifiers begin.
  let firstLine: Int
}

extension SwiftSource {
  private static let kinds: Set<String> = [
    "actor", "associatedtype", "class", "enum", "func", "init", "let", "macro", "protocol",
    "struct", "subscript", "typealias", "var",
  ]

  private static let modifiers: Set<String> = [
    "borrowing", "class", "consuming", "convenience", "dynamic", "fileprivate", "final", "indirect",
    "infix", "internal", "lazy", "mutating", "nonisolated", "nonmutating", "open", "optional",
    "override", "package", "postfix", "prefix", "private", "public", "required", "static",
    "unowned", "weak",
  ]

  /// Every declaration marked `public` or `open`, the cases of public enums and the requirements
  /// of public protocols.
  var publicDeclarations: [PublicDeclaration] {
    var found: [PublicDeclaration] = []
    for index in tokens.indices
    where (isKeyword(index, "public") || isKeyword(index, "open")) && text(index + 1) != "(" {
      guard let kindIndex = kindIndex(from: index) else { continue }
      found.append(declaration(at: kindIndex))
      found += impliedDeclarations(of: kindIndex)
    }
    return found
  }

  private func kindIndex(from start: Int) -> Int? {
    var index = start
    while index < tokens.count {
      let here = text(index)
      let isModifierClass =
        here == "class" && Self.kinds.union(Self.modifiers).contains(text(index + 1))
      if Self.kinds.contains(here), !isModifierClass { return index }
      if here == "@" {
        index += 1
      } else if !Self.modifiers.contains(here) {
        return nil
      }
      index += 1
      if text(index) == "(", partners[index] > index { index = partners[index] + 1 }
    }
    return nil
  }

  /// The cases of a public enum, or the requirements of a public protocol.
  private func impliedDeclarations(of kindIndex: Int) -> [PublicDeclaration] {
    let wanted: Set<String>
    switch text(kindIndex) {
    case "enum": wanted = ["case"]
    case "protocol": wanted = ["associatedtype", "func", "init", "subscript", "var"]
    default: return []
    }
    guard let open = tokens[kindIndex...].indices.first(where: { text($0) == "{" }) else {
      return []
    }
    var found: [PublicDeclaration] = []
    var index = open + 1
    while index < max(open, partners[open]) {
      if wanted.contains(text(index)), text(index - 1) != "." {
        found.append(declaration(at: index))
      }
      let isOpener = ["(", "[", "{"].contains(text(index))
      index = isOpener ? max(index, partners[index]) + 1 : index + 1
    }
    return found
  }

  private func declaration(at kindIndex: Int) -> PublicDeclaration {
    let kind = text(kindIndex)
    var first = kindIndex
    var isOverride = false
    while let previous = startOfModifier(endingAt: first - 1) {
      first = previous
      if text(previous) == "override" { isOverride = true }
    }
    var nameEnd = kindIndex + 1
    var name = kind
    if kind != "init" && kind != "subscript" {
      name = text(nameEnd)
      nameEnd += 1
      while tokens[nameEnd - 1].kind == .mark, tokens.indices.contains(nameEnd),
        tokens[nameEnd].kind == .mark, text(nameEnd) != "("
      {
        name += text(nameEnd)
        nameEnd += 1
      }
    }
    return PublicDeclaration(
      kind: kind, name: name, signature: name + firstLabel(after: nameEnd), isOverride: isOverride,
      line: tokens[kindIndex].line, firstLine: tokens[first].line)
  }

  private func firstLabel(after nameEnd: Int) -> String {
    var index = nameEnd
    while ["?", "!"].contains(text(index)) { index += 1 }
    if text(index) == "<" {
      while index < tokens.count, text(index) != "(", text(index) != "{" { index += 1 }
    }
    guard text(index) == "(" else { return "" }
    return text(index + 1) == ")" ? "()" : "(\(text(index + 1)):)"
  }

  /// The start of the modifier or attribute that ends at a token, or nil where none does.
  private func startOfModifier(endingAt end: Int) -> Int? {
    guard end >= 0 else { return nil }
    var index = end
    if text(index) == ")" {
      guard partners[index] > 0 else { return nil }
      index = partners[index] - 1
    }
    guard tokens[index].kind == .word else { return nil }
    if text(index - 1) == "@" { return index - 1 }
    return Self.modifiers.contains(text(index)) && text(index - 1) != "." ? index : nil
  }
}
