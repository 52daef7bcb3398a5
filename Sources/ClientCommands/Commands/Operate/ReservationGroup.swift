import ArgumentParser
import Arguments
import Client
import Printing
import Units
import Wire

/// `gctl reservation`: nodes that are kept for some accounts.
struct ReservationGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reservation", abstract: "Keep nodes for some accounts for a time.",
    subcommands: [Add.self, Remove.self, List.self])

  struct Add: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "Keep nodes.")

    @Option(help: ArgumentHelp("Which nodes: n[000-031].", valueName: "hostlist"))
    var nodes: String

    @Option(
      help: ArgumentHelp("From when on: now, 18:00, 2026-03-01.", valueName: "time"),
      transform: PointInTime.init(parsing:))
    var from: PointInTime?

    @Option(
      help: ArgumentHelp("Until when: now+4h, 2026-03-02.", valueName: "time"),
      transform: PointInTime.init(parsing:))
    var until: PointInTime

    @Option(help: ArgumentHelp("For whom: paths of accounts, with commas.", valueName: "paths"))
    var accounts: String

    @OptionGroup(title: "The scheduler") var controller: ControllerOptions

    @Argument(help: "What it is called; gsub --reservation names it.")
    var name: String

    func validate() throws {
      guard (try? Hostlist(parsing: nodes)) != nil else {
        throw ValidationError("'\(nodes)' is no hostlist; one looks like n[000-031]")
      }
    }

    func run(in world: Surroundings) throws {
      let now = world.now()
      let start = from?.instant(now: now, in: world.zone()) ?? now
      let end = until.instant(now: now, in: world.zone())
      guard start < end else {
        throw CommandFailure(
          "reservation \(name): it ends at \(Moment(end)), before it begins; give a later --until",
          exitCode: 2)
      }
      let edit = PolicyEdit.reserve(
        name: name, nodes: nodes, from: Moment(start), untilMoment: Moment(end),
        accounts: accounts.split(separator: ",").map(String.init))
      try controller.client(environment: world.environment).post(edit, to: Route.policyEdits)
      try world.print(
        "Reserved \(nodes) as \(name) until \(world.time(Moment(end)))\n")
    }
  }

  struct Remove: ClientCommand {
    static let configuration = CommandConfiguration(
      commandName: "remove", abstract: "Give a reservation up.")
    @OptionGroup(title: "The scheduler") var controller: ControllerOptions
    @Argument(help: "What it is called.") var name: String

    func run(in world: Surroundings) throws {
      let edit = PolicyEdit.unreserve(name: name)
      try controller.client(environment: world.environment).post(edit, to: Route.policyEdits)
      try world.print("Gave up reservation \(name)\n")
    }
  }

  struct List: ClientCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List reservations.")
    @OptionGroup var list: ListOptions
    @OptionGroup(title: "The scheduler") var controller: ControllerOptions

    func run(in world: Surroundings) throws {
      try world.list(
        ReservationRow.self, from: try controller.client(environment: world.environment),
        Route.reservations,
        json: list.json
      ) { rows in
        var table = Table(columns: [
          ("NAME", .left), ("NODES", .left), ("FROM", .left), ("UNTIL", .left), ("FOR", .left),
        ])
        for row in rows {
          table.add([
            row.name, row.nodes, world.time(row.from), world.time(row.untilMoment),
            row.accounts.joined(separator: ","),
          ])
        }
        return table.text
      }
    }
  }
}
