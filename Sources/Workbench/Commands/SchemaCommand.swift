import ArgumentParser
import PolicyFiles

/// `gsim schema`: what editors complete and check policy files by.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema by which editors complete and check policy files.",
    discussion: """
      A policy file names it in its first line: \
      # yaml-language-server: $schema=policy.schema.json
      """)

  func run() throws { try StandardOutput.write(EditorSchema.policy()) }
}
