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

  /// The fleet that the first line of a file names, or nil.
  private static func fleet(for text: String) throws -> Topology? {
    switch text.prefix(while: { $0 != "\n" }) {
    case "# on fleet gigafactory": try ExampleFiles.gigafactory.get()
    case "# on fleet gigafactory without watts": try withoutWatts.get()
    case "# on fleet 4x8": try Topology.flat(nodes: 4, accelerators: 8)
    default: nil
    }
  }

  private static let withoutWatts = Result { () throws(PolicyFileError) in
    let text = (try? ExampleFiles.text("fleets/gigafactory.yaml")) ?? ""
    return try FleetFile.decode(text.replacing(/\ +watts:[^\n]*\n/, with: ""), file: "f.yaml")
  }

  /// The error of one file, against the fleet that its first line names, if it names one.
  private func error(of name: String) throws -> String {
    let text = try String(
      contentsOf: Self.folder.appending(path: name), encoding: .utf8)
    do throws(PolicyFileError) {
      let policy = try PolicyFile(text, file: name)
      if let fleet = try? Self.fleet(for: text) { try policy.check(against: fleet) }
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
