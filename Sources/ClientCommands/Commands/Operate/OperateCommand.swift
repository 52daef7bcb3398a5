import ArgumentParser
import Client
import Wire

/// `gctl`: what operators do to nodes, reservations, accounts, budgets, tokens, jobs and policy.
struct OperateCommand: ParsableCommand, ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "gctl", abstract: "Operate the cluster.", version: "0.1.0",
    subcommands: [
      NodeGroup.self, ReservationGroup.self, AccountGroup.self, BudgetGroup.self,
      TokenCommand.self, HoldCommand.self, ReleaseCommand.self, PolicyGroup.self,
      FleetGroup.self, PingCommand.self,
    ])

  func run(in world: Surroundings) throws {
    throw CleanExit.helpRequest(self)
  }
}

/// `gctl hold`: jobs may not start until they are released.
struct HoldCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold", abstract: "Keep jobs that wait from starting.")

  @OptionGroup(title: "The scheduler") var controller: ControllerOptions
  @Argument(help: "Which jobs: 17, 17-20, 17_[1-3].") var jobs: [JobSelection]

  func run(in world: Surroundings) throws {
    try changeJobs(.hold, jobs, controller, in: world, said: "Held")
  }
}

/// `gctl release`: held jobs may start again.
struct ReleaseCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Let held jobs start again.")

  @OptionGroup(title: "The scheduler") var controller: ControllerOptions
  @Argument(help: "Which jobs: 17, 17-20, 17_[1-3].") var jobs: [JobSelection]

  func run(in world: Surroundings) throws {
    try changeJobs(.release, jobs, controller, in: world, said: "Released")
  }
}

private func changeJobs(
  _ change: JobChange, _ jobs: [JobSelection], _ controller: ControllerOptions,
  in world: Surroundings, said: String
) throws {
  let client = try controller.client(in: world)
  var numbers = jobs.flatMap(\.jobs)
  if jobs.contains(where: { !$0.members.isEmpty }) {
    numbers = try JobFilter.parse([]).rows(jobs, client, in: world)
      .filter { !$0.state.isOver }.map(\.job)
  }
  let done = try JobChanges(client, world, command: "gctl").make(change, of: numbers)
  try world.print("\(said) \(done) \(done == 1 ? "job" : "jobs")\n")
}

/// `gctl ping`: who the daemon is, and who it takes us for.
struct PingCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "ping", abstract: "Ask the daemon who it is, and who you are to it.")

  @OptionGroup var list: ListOptions
  @OptionGroup(title: "The scheduler") var controller: ControllerOptions

  func run(in world: Surroundings) throws {
    let client = try controller.client(in: world)
    let standing: ServerStanding = try client.get(from: Route.ping)
    guard !list.json else { return try world.print(try world.json(standing)) }
    try world.print(StandingView.text(standing, of: client.address, in: world))
  }
}

/// A role as it is typed.
enum RoleArgument: String, ExpressibleByArgument, CaseIterable {
  case user, coordinator, `operator`, administrator, agent

  var role: Role {
    switch self {
    case .user: .user
    case .coordinator: .coordinator
    case .operator: .operator
    case .administrator: .administrator
    case .agent: .agent
    }
  }
}

/// `gctl token`: makes a token.
struct TokenCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "Make a token that says who somebody is.",
    discussion: "Whoever has the token may do what it says: keep it as you keep a password.")

  @Option(help: ArgumentHelp("Whose: a user, or an agent's node or hostlist.", valueName: "name"))
  var `for`: String

  @Option(help: "What they may do: user, coordinator, operator, administrator or agent.")
  var role = RoleArgument.user

  @Option(help: ArgumentHelp("What a coordinator answers for.", valueName: "path"))
  var account: String?

  @Option(
    help: ArgumentHelp("For how long it is good: 30d.", valueName: "time"),
    transform: TimeLimit.span(parsing:))
  var lifetime: Int64 = 30 * 86_400_000

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write it to this new file, which only you can read.", valueName: "file"),
    completion: .file())
  var output: String?

  @OptionGroup var list: ListOptions
  @OptionGroup(title: "The scheduler") var controller: ControllerOptions

  func run(in world: Surroundings) throws {
    let request = TokenRequest(
      subject: `for`, role: role.role, account: account, lifetimeMs: lifetime)
    let token: Token = try controller.client(in: world).post(request, to: Route.tokens)
    if let output {
      try PrivateFile.write(token.token + "\n", to: output, in: world)
      return try world.print("Wrote \(output), good until \(world.time(token.expires))\n")
    }
    try world.print(list.json ? try world.json(token) : token.token + "\n")
  }
}
