import Fleet
import Units

/// A name, or a hostlist of names, in which `{leaf}` stands for the name of the leaf around.
struct NamePattern {
  private enum Piece {
    case text(String)
    case domain(DomainLevel)
  }

  let place: DocumentNode
  let text: String
  private var pieces: [Piece] = []

  /// - Parameter around: the levels whose names may stand in it, widest first.
  init(_ place: DocumentNode, around: [DomainLevel]) throws(PolicyFileError) {
    self.place = place
    text = try place.text()
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
      guard let close = rest[open...].firstIndex(of: "}") else {
        throw place.error("'{' without '}'", fix: "write {leaf}, or take the '{' out")
      }
      let word = String(rest[rest.index(after: open)..<close])
      guard let level = around.first(where: { "\($0)" == word }) else {
        throw Self.unknown(word, around, at: place)
      }
      pieces.append(.domain(level))
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { pieces.append(.text(String(rest))) }
  }

  private static func unknown(
    _ word: String, _ around: [DomainLevel], at place: DocumentNode
  ) -> PolicyFileError {
    let known = around.map { "\($0)" }
    let what = "no domain around is a '\(word)'"
    if let nearest = known.nearest(to: word) {
      return place.error(what, fix: "did you mean '{\(nearest)}'?")
    }
    let choices = known.map { "{\($0)}" }.joined(separator: ", ")
    return place.error(
      what, fix: known.isEmpty ? "take '{\(word)}' out" : "the names around are \(choices)")
  }

  /// Whether the name of the domain around of that level is part of it.
  func names(_ level: DomainLevel) -> Bool {
    pieces.contains {
      if case .domain(level) = $0 { true } else { false }
    }
  }

  /// The text with the names of the domains around in it, by the raw values of their levels.
  func text(in path: [String]) -> String {
    pieces.reduce(into: "") { text, piece in
      switch piece {
      case .text(let part): text += part
      case .domain(let level): text += path[Int(level.rawValue)]
      }
    }
  }

  /// The names that it stands for.
  func names(in path: [String]) throws(PolicyFileError) -> [NodeName] {
    let written = text(in: path)
    do {
      return try Hostlist(parsing: written).names
    } catch {
      let name = written == text ? "" : "'\(written)': "
      throw place.error(name + "\(error)", fix: "a hostlist looks like n[000-031]")
    }
  }
}
