import Fleet
import Foundation
import PolicyFiles
import Testing

@Suite struct `A policy file that breaks one rule` {
  private static let folder = Golden.folder.appending(path: "broken")

  private static let names: [String] = {
    let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    return (names ?? []).filter { $0.hasSuffix(".yaml") }.sorted()
  }()

  /// The error of one file, against the fleet that its first line names, if it names one.
  private func error(of name: String) throws -> String {
    let text = try String(
      contentsOf: Self.folder.appending(path: name), encoding: .utf8)
    do throws(PolicyFileError) {
      let policy = try PolicyFile(text, file: name)
      if text.hasPrefix("# on fleet gigafactory") {
        try policy.check(against: try ExampleFiles.gigafactory.get())
      }
    } catch {
      return "\(error)"
    }
    return "\(name): no error"
  }

  @Test func `is told where, what, and how to mend it`() throws {
    #expect(Self.names.count >= 40)
    let errors = try Self.names.map { try error(of: $0) }
    for (name, error) in zip(Self.names, errors) {
      #expect(
        error.firstMatch(of: /^[a-z0-9-]+\.yaml:\d+:\d+: .+; .+$/) != nil, "\(name): \(error)")
    }
    let text = errors.joined(separator: "\n") + "\n"
    try Golden.expect(text, in: Golden.folder.appending(path: "broken-policies.txt"))
  }
}
