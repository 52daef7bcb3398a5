/// One Swift file as the rules see it: its lines, its tokens and its comments.
struct SwiftSource {
  /// The path from the repository's root, with `/` between the parts.
  let path: String

  /// The lines as written, without their ends.
  let lines: [Substring]

  let tokens: [SwiftToken]
  let comments: [SwiftComment]

  /// For each bracket token, the index of the other one of its pair; -1 for all else.
  let partners: [Int]

  init(path: String, _ text: String) {
    self.path = path
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last == "" { lines.removeLast() }
    self.lines = lines
    let lexer = SwiftLexer(text)
    tokens = lexer.tokens
    comments = lexer.comments
    partners = Self.pairs(of: lexer.tokens)
  }

  /// The first folder below the top: the target's name for `Sources/Fleet/Topology/Leaf.swift`.
  var target: String? {
    let parts = path.split(separator: "/")
    return parts.count > 2 ? String(parts[1]) : nil
  }

  var isInSources: Bool { path.hasPrefix("Sources/") }
  var isInTests: Bool { path.hasPrefix("Tests/") }

  func violation(_ line: Int, _ what: String, fix: String) -> Violation {
    Violation(path: path, line: line, what: what, fix: fix)
  }

  /// The token's text, or nothing beyond either end.
  func text(_ index: Int) -> String {
    tokens.indices.contains(index) && tokens[index].kind != .string ? tokens[index].text : ""
  }

  /// Whether the token is this keyword, not a member's name after a dot.
  func isKeyword(_ index: Int, _ keyword: String) -> Bool {
    text(index) == keyword && text(index - 1) != "."
  }

  private static func pairs(of tokens: [SwiftToken]) -> [Int] {
    var pairs = Array(repeating: -1, count: tokens.count)
    var open: [Int] = []
    for (index, token) in tokens.enumerated() where token.kind == .mark {
      switch token.text {
      case "(", "[", "{":
        open.append(index)
      case ")", "]", "}":
        guard let opener = open.popLast() else { continue }
        pairs[opener] = index
        pairs[index] = opener
      default:
        continue
      }
    }
    return pairs
  }
}
