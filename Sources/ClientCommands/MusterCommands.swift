import ArgumentParser
import Client
import Foundation

/// A command that is run in surroundings.
protocol ClientCommand: ParsableCommand {
  /// Does what is asked; throws `CommandFailure`, `ClientError` or a `ValidationError`.
  mutating func run(in world: Surroundings) throws
}

/// The commands as they are typed: each by its own name, or behind `muster`.
public enum MusterCommands {
  static let commands: [any ClientCommand.Type] = [
    SubmitCommand.self, QueueCommand.self, CancelCommand.self, LogCommand.self, WhyCommand.self,
    NodesCommand.self, SharesCommand.self, HistoryCommand.self, OperateCommand.self,
  ]

  /// The names of all commands, which links to `muster` may bear.
  public static var names: [String] { commands.map { $0._commandName } }

  /// Runs what this process was called for, and exits.
  public static func runAndExit() -> Never {
    // Writing to a reader that has gone is an error, not a death.
    signal(SIGPIPE, SIG_IGN)
    exit(run(CommandLine.arguments, in: .process))
  }

  /// Runs a command line whose first word is the program's name.
  ///
  /// - Returns: The exit code: 0; 1 for a refusal or a failure of the work; 2 for wrong usage; 3
  ///   where the scheduler can't be reached; or that of the job that `gsub --wait` waited for.
  public static func run(_ words: [String], in world: Surroundings) -> Int32 {
    let program = words.first?.split(separator: "/").last.map(String.init) ?? "muster"
    var rest = Array(words.dropFirst())
    var found = commands.first { $0._commandName == program }
    if found == nil, let name = rest.first,
      let command = commands.first(where: { $0._commandName == name })
    {
      found = command
      rest.removeFirst()
    }
    let root: any ParsableCommand.Type = found ?? MusterRoot.self
    do {
      if root == SubmitCommand.self {
        try SubmitCommand.submit(rest, in: world)
        return 0
      }
      var command = try root.parseAsRoot(rest)
      if var command = command as? any ClientCommand {
        try command.run(in: world)
      } else {
        try command.run()
      }
      return 0
    } catch {
      return report(error, of: root, in: world)
    }
  }

  /// Says what is wrong in one paragraph, and returns the exit code.
  private static func report(
    _ error: any Error, of root: any ParsableCommand.Type, in world: Surroundings
  ) -> Int32 {
    let name = root._commandName
    switch error {
    case let error as ClientError:
      world.errors("\(name): \(error)")
      return error.exitCode
    case let error as CommandFailure:
      if !error.description.isEmpty { world.errors("\(name): \(error)") }
      return error.exitCode
    default: break
    }
    let code = root.exitCode(for: error)
    if code.isSuccess {
      // Help, a version, or what completes words.
      return world.output(Data((root.fullMessage(for: error) + "\n").utf8)) ? 0 : 1
    }
    let text = root.message(for: error).split(separator: "\n").joined(separator: " ")
    let hint = text.hasSuffix(".") || text.contains("--help") ? "" : "; \(name) --help says more"
    world.errors("\(name): \(text)\(hint)")
    return code == .validationFailure ? 2 : 1
  }
}

/// `muster`: the name behind which all commands stand.
struct MusterRoot: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "muster",
    abstract: "Submit and follow jobs on a cluster that Muster schedules.",
    discussion: "Each command is also there by its own name: gsub is muster gsub.",
    // One by one: to cast the array as a whole looks each of them up by reflection.
    version: "0.1.0", subcommands: MusterCommands.commands.map { $0 })
}
