import ArgumentParser
import Arguments
import Client
import Wire

/// `gctl account`: accounts that come and go.
struct AccountGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "account", abstract: "Add and remove accounts; gshare lists them.",
    subcommands: [Add.self, Remove.self])

  struct Add: ClientCommand {
    static let configuration = CommandConfiguration(
      commandName: "add", abstract: "Add an account below another.")

    @Option(help: "Its weight among its siblings.")
    var weight = 1

    @OptionGroup(title: "The scheduler") var controller: ControllerOptions

    @Argument(help: "Its path: consortium/member/project.")
    var path: String

    func run(in world: Surroundings) throws {
      let edit = PolicyEdit.addAccount(path: path, weight: weight)
      try controller.client(environment: world.environment).post(edit, to: Route.policyEdits)
      try world.print("Added account \(path)\n")
    }
  }

  struct Remove: ClientCommand {
    static let configuration = CommandConfiguration(
      commandName: "remove", abstract: "Remove an account without jobs.")
    @OptionGroup(title: "The scheduler") var controller: ControllerOptions
    @Argument(help: "Its path.") var path: String

    func run(in world: Surroundings) throws {
      let edit = PolicyEdit.removeAccount(path: path)
      try controller.client(environment: world.environment).post(edit, to: Route.policyEdits)
      try world.print("Removed account \(path)\n")
    }
  }
}

/// `gctl budget`: accelerator-hours that an account may use between two instants.
struct BudgetGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "budget", abstract: "Set budgets; gshare shows what is left of them.",
    subcommands: [SetBudget.self])

  struct SetBudget: ClientCommand {
    static let configuration = CommandConfiguration(
      commandName: "set", abstract: "Set an account's budget, or take it away.")

    @Option(
      help: ArgumentHelp("From when on, unless it always was.", valueName: "time"),
      transform: PointInTime.init(parsing:))
    var from: PointInTime?

    @Option(
      help: ArgumentHelp("Until when, unless for ever.", valueName: "time"),
      transform: PointInTime.init(parsing:))
    var until: PointInTime?

    @OptionGroup(title: "The scheduler") var controller: ControllerOptions

    @Argument(help: "The account's path.")
    var path: String

    @Argument(help: "Accelerator-hours, or none.")
    var hours: String

    func validate() throws {
      guard hours == "none" || Int(hours) ?? -1 >= 0 else {
        throw ValidationError("'\(hours)' is no whole number of accelerator-hours; or write none")
      }
    }

    func run(in world: Surroundings) throws {
      let moment = { (point: PointInTime) in
        Moment(point.instant(now: world.now(), in: world.zone()))
      }
      let edit = PolicyEdit.setBudget(
        path: path, hours: Int(hours), from: from.map(moment), untilMoment: until.map(moment))
      try controller.client(environment: world.environment).post(edit, to: Route.policyEdits)
      try world.print(
        hours == "none" ? "\(path) has no budget\n" : "\(path) may use \(hours) accelerator-hours\n"
      )
    }
  }
}
