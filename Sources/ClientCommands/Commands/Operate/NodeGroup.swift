import ArgumentParser
import Arguments
import Client
import Units
import Wire

/// `gctl node`: takes nodes out of service, and back.
struct NodeGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "node", abstract: "Take nodes out of service, and back.",
    subcommands: [Drain.self, Cordon.self, Resume.self])

  /// Which nodes, and why.
  struct Options: ParsableArguments {
    @Option(name: .shortAndLong, help: "Why, for those who find them so.")
    var reason: String?

    @OptionGroup(title: "The scheduler") var controller: ControllerOptions

    @Argument(help: "A hostlist: n[000-031].")
    var nodes: String

    func validate() throws {
      guard (try? Hostlist(parsing: nodes)) != nil else {
        throw ValidationError("'\(nodes)' is no hostlist; one looks like n[000-031]")
      }
    }

    func send(_ action: NodeChange.Action, said: String, in world: Surroundings) throws {
      let change = NodeChange(nodes: nodes, action: action, reason: reason)
      try controller.client(environment: world.environment).post(change, to: Route.nodeChanges)
      try world.print("\(said) \(nodes)\n")
    }
  }

  struct Drain: ClientCommand {
    static let configuration = CommandConfiguration(
      commandName: "drain",
      abstract: "Take no new work, and be empty once what runs there is over.")
    @OptionGroup var options: Options
    func run(in world: Surroundings) throws {
      try options.send(.drain, said: "Draining", in: world)
    }
  }

  struct Cordon: ClientCommand {
    static let configuration = CommandConfiguration(
      commandName: "cordon", abstract: "Take no new work.")
    @OptionGroup var options: Options
    func run(in world: Surroundings) throws {
      try options.send(.cordon, said: "Cordoned", in: world)
    }
  }

  struct Resume: ClientCommand {
    static let configuration = CommandConfiguration(
      commandName: "resume", abstract: "Take work again.")
    @OptionGroup var options: Options
    func run(in world: Surroundings) throws {
      try options.send(.resume, said: "Resumed", in: world)
    }
  }
}
