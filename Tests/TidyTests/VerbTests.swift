import Foundation
import Testing

@Suite struct `The verbs of ./dev` {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static func text(of path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// The words that follow one at the beginning of a command, in a shell script.
  private static func verbs(after command: String, in script: String) -> [String] {
    script.matches(of: /(?m)\) ?(\w+) (\w+) "\$@" ;;$/).compactMap { match in
      match.1 == command ? String(match.2) : nil
    }
  }

  @Test func `that rehearse name a rehearsal that there is`() throws {
    let script = try Self.text(of: "dev")
    let source = try Self.text(of: "Tests/Rehearse/main.swift")
    let list = try #require(source.firstMatch(of: /subcommands: \[(.*)\]/)).1
    let rehearsals = list.matches(of: /(\w+)\.self/).map { $0.1.lowercased() }
    let verbs = Self.verbs(after: "rehearse", in: script) + Self.verbs(after: "measure", in: script)
    #expect(verbs.count >= 4)
    for verb in verbs { #expect(rehearsals.contains(verb), "./dev \(verb)") }
  }
}
