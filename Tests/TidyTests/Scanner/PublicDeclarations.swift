/// Something that other targets can see.
struct PublicDeclaration {
  /// `func`, `struct`, `case` and so on.
  let kind: String

  /// The name alone: `hash`, `<`, `Fleet`.
  let name: String

  /// The name with its first label: `hash(into:)`; the name alone for what takes no arguments.
  let signature: String

  let line: Int

  /// The line where its attributes and modifiers begin.
  let firstLine: Int
}

extension SwiftSource {
  private static let kinds: Set<String> = [
    "actor", "associatedtype", "class", "enum", "extension", "func", "init", "let", "macro",
    "protocol",
    "struct", "subscript", "typealias", "var",
  ]

  private static let modifiers: Set<String> = [
    "borrowing", "class", "consuming", "convenience", "dynamic", "fileprivate", "final", "indirect",
    "infix", "internal", "lazy", "mutating", "nonisolated", "nonmutating", "open", "optional",
    "override", "package", "postfix", "prefix", "private", "public", "required", "static",
    "unowned", "weak",
  ]

  private static let accessLevels: Set<String> = [
    "fileprivate", "internal", "open", "package", "private", "public",
  ]

  /// Every declaration marked `public` or `open`, the cases of public enums, the requirements of
  /// public protocols and the members of public extensions.
  var publicDeclarations: [PublicDeclaration] {
    var found: [PublicDeclaration] = []
    for index in tokens.indices
    where (isKeyword(index, "public") || isKeyword(index, "open")) && text(index + 1) != "(" {
      guard let kindIndex = kindIndex(from: index) else { continue }
      if text(kindIndex) != "extension" { found.append(declaration(at: kindIndex)) }
      found += impliedDeclarations(of: kindIndex)
    }
    return found
  }

  private func kindIndex(from start: Int) -> Int? {
    var index = start
    while index < tokens.count {
      let here = text(index)
      if Self.kinds.contains(here), !isModifierClass(index) { return index }
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

  /// What is public because it stands directly in something public: the cases of an enum, the
  /// requirements of a protocol, the members of an extension that claim no access of their own.
  private func impliedDeclarations(of kindIndex: Int) -> [PublicDeclaration] {
    let kind = text(kindIndex)
    let wanted: Set<String>
    switch kind {
    case "enum": wanted = ["case"]
    case "protocol": wanted = ["associatedtype", "func", "init", "subscript", "var"]
    case "extension": wanted = Self.kinds.subtracting(["extension"])
    default: return []
    }
    guard let open = tokens[kindIndex...].indices.first(where: { text($0) == "{" }) else {
      return []
    }
    var found: [PublicDeclaration] = []
    var index = open + 1
    while index < max(open, partners[open]) {
      if wanted.contains(text(index)), text(index - 1) != ".", !isModifierClass(index) {
        if kind != "extension" {
          found.append(declaration(at: index))
        } else if !claimsAccess(index) {
          found.append(declaration(at: index))
          found += impliedDeclarations(of: index)
        }
      }
      let isOpener = ["(", "[", "{"].contains(text(index))
      index = isOpener ? max(index, partners[index]) + 1 : index + 1
    }
    return found
  }

  /// Whether this `class` says how another keyword is meant, as in `class func`.
  private func isModifierClass(_ index: Int) -> Bool {
    text(index) == "class" && Self.kinds.union(Self.modifiers).contains(text(index + 1))
  }

  /// Whether an access level stands before a declaration; `private(set)` limits only its setter.
  private func claimsAccess(_ kindIndex: Int) -> Bool {
    var first = kindIndex
    while let previous = startOfModifier(endingAt: first - 1) {
      if Self.accessLevels.contains(text(previous)), text(previous + 1) != "(" { return true }
      first = previous
    }
    return false
  }

  private func declaration(at kindIndex: Int) -> PublicDeclaration {
    let kind = text(kindIndex)
    var first = kindIndex
    while let previous = startOfModifier(endingAt: first - 1) {
      first = previous
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
      kind: kind, name: name, signature: name + firstLabel(after: nameEnd),
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
