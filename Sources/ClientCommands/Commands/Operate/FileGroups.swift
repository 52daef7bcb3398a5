import ArgumentParser
import Arguments
import Client
import Foundation
import Wire

/// `gctl policy`: the policy in force.
struct PolicyGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "Show the policy in force, or apply another.",
    subcommands: [Show.self, Apply.self])

  struct Show: ClientCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Print its file.")
    @OptionGroup(title: "The scheduler") var controller: ControllerOptions
    func run(in world: Surroundings) throws {
      try showFile(Route.policy, controller, in: world)
    }
  }

  struct Apply: ClientCommand {
    static let configuration = CommandConfiguration(
      commandName: "apply", abstract: "Apply a file; the queue stays.")
    @OptionGroup var options: ApplyOptions
    func run(in world: Surroundings) throws { try options.apply("policy", Route.policy, world) }
  }
}

/// `gctl fleet`: the fleet as the daemon knows it.
struct FleetGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fleet", abstract: "Show the fleet in force, or apply another.",
    subcommands: [Show.self, Apply.self])

  struct Show: ClientCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Print its file.")
    @OptionGroup(title: "The scheduler") var controller: ControllerOptions
    func run(in world: Surroundings) throws {
      try showFile(Route.fleet, controller, in: world)
    }
  }

  struct Apply: ClientCommand {
    static let configuration = CommandConfiguration(
      commandName: "apply",
      abstract: "Apply a file, with nodes added or taken out.")
    @OptionGroup var options: ApplyOptions
    func run(in world: Surroundings) throws { try options.apply("fleet", Route.fleet, world) }
  }
}

/// Which file is applied, and whether it only is checked.
struct ApplyOptions: ParsableArguments {
  @Flag(help: "Only check it.")
  var dryRun = false

  @OptionGroup(title: "The scheduler") var controller: ControllerOptions

  @Argument(help: "The file, or - for the input.", completion: .file())
  var file: String

  func apply(_ what: String, _ route: String, _ world: Surroundings) throws {
    let full = file.hasPrefix("/") ? file : "\(world.directory)/\(file)"
    let bytes = file == "-" ? world.input() : FileManager.default.contents(atPath: full)
    guard let bytes, !bytes.isEmpty else {
      throw CommandFailure("\(file): can't be read, or is empty; name a \(what) file", exitCode: 2)
    }
    let query = dryRun ? [("dry_run", "true")] : []
    let client = try controller.client(environment: world.environment)
    do throws(ClientError) {
      _ = try client.post(file: bytes, to: route, query)
    } catch {
      // The daemon knows line and column, not what the file is called here.
      guard case .refused(let refusal) = error else { throw error }
      throw CommandFailure("\(file): \(refusal)")
    }
    try world.print(dryRun ? "\(file) could be applied\n" : "Applied \(what) \(file)\n")
  }
}

private func showFile(
  _ route: String, _ controller: ControllerOptions, in world: Surroundings
) throws {
  let bytes = try controller.client(environment: world.environment).file(from: route)
  guard world.output(bytes) else { throw CommandFailure("standard output: can't be written") }
}
