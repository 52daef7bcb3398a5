internal import ArgumentParser

/// Writes a journal as large as a busy month, and times what a controller does with it.
@main
struct JournalTool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "journal", abstract: "Times the store: appending, recovery, checking.",
    subcommands: [AppendCommand.self, RecoverCommand.self, CheckCommand.self])
}
