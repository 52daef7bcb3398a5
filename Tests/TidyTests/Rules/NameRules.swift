private let typeKinds: Set<String> = [
  "actor", "associatedtype", "class", "enum", "protocol", "struct", "typealias",
]

/// Words that say nothing, or that another system uses for something else.
private let emptyWords: Set<String> = [
  "handler", "handlers", "helper", "helpers", "info", "information", "manager", "managers",
  "partition", "partitions", "qos", "tres", "util", "utilities", "utility", "utils",
]

private let emptyRooms: Set<String> = ["Utils", "Common", "Basics", "Helpers", "Manager"]

/// The words of a name in camel case, in small letters: `QOSPolicyData` is qos, policy, data.
func words(of name: some StringProtocol) -> [String] {
  var words: [String] = []
  var current: [Character] = []
  let letters = Array(name)
  for (index, letter) in letters.enumerated() {
    let next = index + 1 < letters.count ? letters[index + 1] : "A"
    let startsWord = letter.isUppercase && (current.last?.isUppercase != true || next.isLowercase)
    if (startsWord || !letter.isLetter) && !current.isEmpty {
      words.append(String(current).lowercased())
      current = []
    }
    if letter.isLetter { current.append(letter) }
  }
  return current.isEmpty ? words : words + [String(current).lowercased()]
}

private func emptyWord(in name: some StringProtocol) -> String? {
  if name.contains("QoS") { return "qos" }
  let words = words(of: name)
  return words.last == "data" ? "data" : words.first(where: emptyWords.contains)
}

extension SwiftSource {
  /// The types declared, public or not, with their lines.
  fileprivate var types: [(name: String, line: Int)] {
    tokens.indices.compactMap { index in
      guard typeKinds.contains(text(index)), text(index - 1) != "." else { return nil }
      guard index + 1 < tokens.count, tokens[index + 1].kind == .word else { return nil }
      guard !["func", "var", "subscript"].contains(text(index + 1)) else { return nil }
      return (text(index + 1), tokens[index].line)
    }
  }
}

/// A type's name holds none of the words that STYLE bans.
func typeNameViolations(in source: SwiftSource) -> [Violation] {
  guard source.isInSources else { return [] }
  return source.types.compactMap { type in
    guard let word = emptyWord(in: type.name) else { return nil }
    return source.violation(
      type.line, "the type \(type.name) has the empty word '\(word)' in its name",
      fix: "name what it is, by a word of Documentation/Glossary.md")
  }
}

/// A file's or folder's name holds none of them either.
func fileNameViolations(in paths: [String]) -> [Violation] {
  paths.filter { $0.hasPrefix("Sources/") }.compactMap { path in
    let parts = path.split(separator: "/").dropFirst()
    let names = parts.map { $0.split(separator: ".").first ?? $0 }
    guard let word = names.lazy.compactMap({ emptyWord(in: $0) }).first else { return nil }
    return Violation(
      path: path, line: 1, what: "the empty word '\(word)' in a file's name",
      fix: "name the file by what it holds")
  }
}

/// No public type bears its module's name, which would hide the module's other types.
func moduleNameViolations(in source: SwiftSource) -> [Violation] {
  guard source.isInSources else { return [] }
  return source.publicDeclarations.compactMap { declaration in
    guard typeKinds.contains(declaration.kind), declaration.name == source.target else {
      return nil
    }
    return source.violation(
      declaration.line, "the public type \(declaration.name) bears its module's name",
      fix: "give it a name of its own, as ClusterPolicy in Policy")
  }
}

/// No target is called by a word that takes in everything.
func targetNameViolations(in paths: [String]) -> [Violation] {
  let folders = Set(paths.map { folder(of: $0) }).sorted()
  return folders.compactMap { folder in
    guard let name = folder.split(separator: "/").last, emptyRooms.contains(String(name)) else {
      return nil
    }
    return Violation(
      path: folder, line: 1, what: "a target called \(name)", fix: "name what it is for")
  }
}

/// Every target of `Sources` that holds Swift has a README.
func readmeViolations(in paths: [String]) -> [Violation] {
  let swift = paths.filter { $0.hasPrefix("Sources/") && $0.hasSuffix(".swift") }
  let folders = Set(swift.map { folder(of: $0) })
  return folders.filter { !paths.contains("\($0)/README.md") }.sorted().map { folder in
    Violation(
      path: "\(folder)/README.md", line: 1, what: "this README is missing",
      fix: "write the room's purpose, words, one diagram, and which three files to read first")
  }
}
