private let importableKinds: Set<String> = [
  "class", "enum", "func", "let", "protocol", "struct", "typealias", "var",
]

extension SwiftSource {
  /// The modules imported, with their lines.
  var imports: [(module: String, line: Int)] {
    tokens.indices.filter { isKeyword($0, "import") }.map { index in
      let isOfOneKind = importableKinds.contains(text(index + 1))
      return (text(isOfOneKind ? index + 2 : index + 1), tokens[index].line)
    }
  }
}

/// A room imports what its row of the table names, and nothing else.
func importViolations(in source: SwiftSource) -> [Violation] {
  guard let room = Room.of(source) else { return [] }
  return source.imports.filter { !room.imports.contains($0.module) }.map { found in
    source.violation(
      found.line, "\(room.name) may not import \(found.module)",
      fix: "move the code to a room that may, or change the table by a decision record")
  }
}

/// Every folder of `Sources` is a room of the table.
func unknownRoomViolations(in paths: [String]) -> [Violation] {
  let folders = Set(paths.filter { $0.hasPrefix("Sources/") }.map { folder(of: $0) })
  let known = Set(Room.table.map { "Sources/\($0.name)" })
  return folders.subtracting(known).sorted().map { folder in
    Violation(
      path: folder, line: 1, what: "no room of this name is in the table",
      fix: "add its row to Room.table and to Documentation/Architecture.md")
  }
}

/// A room that is a C library's headers holds no Swift.
func headerViolations(in source: SwiftSource) -> [Violation] {
  guard let room = Room.of(source), room.floor == .header else { return [] }
  return [
    source.violation(
      1, "Swift in \(room.name), which is a system library",
      fix: "move it to the room that wraps it")
  ]
}

/// Tests look at what is public: whole traces are replayed by the code as it ships, built without
/// a door for `@testable`.
func testableViolations(in source: SwiftSource) -> [Violation] {
  guard !source.isInSources else { return [] }
  return source.tokens.indices.filter {
    source.text($0) == "testable" && source.text($0 - 1) == "@"
  }
  .map { index in
    source.violation(
      source.tokens[index].line, "@testable, which ./dev test refuses",
      fix: "import it plainly and test what is public")
  }
}

/// An executable only starts a command.
func executableViolations(in source: SwiftSource) -> [Violation] {
  guard Room.of(source)?.floor == .executable, source.lines.count > 20 else { return [] }
  return [
    source.violation(
      21, "an executable of \(source.lines.count) lines, at most 20",
      fix: "move the code to the room it starts")
  ]
}

/// The first two parts of a path: the target's folder.
func folder(of path: String) -> String {
  path.split(separator: "/").prefix(2).joined(separator: "/")
}
