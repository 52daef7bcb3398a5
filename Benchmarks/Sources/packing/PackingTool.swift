import ArgumentParser

@main
struct PackingTool: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "packing",
    abstract: "Hold the ways to choose a node against each other and against what is possible.",
    discussion: """
      The lists are those of Alibaba's cluster-trace-gpu-v2023 in the folder openb of \
      MUSTER_TRACES. Documentation/Internals/Packing.md says what the figures mean.
      """,
    subcommands: [
      BoundCommand.self, FillTableCommand.self, ChurnTableCommand.self, GangTableCommand.self,
    ])
}

/// The tool cannot do its work; the text says what, where, and what to do.
struct PackingFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
