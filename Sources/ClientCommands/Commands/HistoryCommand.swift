import ArgumentParser
import Arguments
import Client
import Printing
import Units
import Wire

/// `gacct`: finished jobs, what they used, and statements of it.
struct HistoryCommand: ClientCommand {
  enum Grouping: String, ExpressibleByArgument, CaseIterable {
    case account, user, mode
  }

  static let configuration = CommandConfiguration(
    commandName: "gacct", abstract: "Show finished jobs and what they used; make statements.",
    discussion: """
      A statement sums up what jobs that were over in that time were charged, for each account, \
      user or access mode, and in all.
      """,
    version: "0.1.0")

  @Option(
    name: [.customShort("S"), .long],
    help: ArgumentHelp("Over since: 2026-03-01, yesterday, -7d.", valueName: "time"),
    transform: PointInTime.init(parsing:))
  var since: PointInTime?

  @Option(
    name: [.customShort("E"), .long],
    help: ArgumentHelp("Over before, written as --since is.", valueName: "time"),
    transform: PointInTime.init(parsing:))
  var until: PointInTime?

  @Option(name: .shortAndLong, help: "Those of this user.")
  var user: String?

  @Option(
    name: [.customShort("A"), .long],
    help: ArgumentHelp("Those of this account and of all below it.", valueName: "path"))
  var account: String?

  @Option(help: ArgumentHelp("A statement by account, user or mode.", valueName: "what"))
  var statement: Grouping?

  @OptionGroup var list: ListOptions
  @OptionGroup(title: "The scheduler") var controller: ControllerOptions

  @Argument(help: "These jobs alone: 17, 17-20.")
  var jobs: [JobSelection] = []

  func validate() throws {
    guard jobs.allSatisfy(\.members.isEmpty) else {
      throw ValidationError("gacct takes the numbers of jobs, not their places in an array")
    }
    guard jobs.reduce(0, { $0 + $1.jobs.count }) <= JobFilter.mostNamed else {
      throw ValidationError("name at most \(JobFilter.mostNamed) jobs, or give --since and --user")
    }
  }

  func run(in world: Surroundings) throws {
    let client = try controller.client(environment: world.environment)
    var query = HistoryQuery()
    query.jobs = jobs.flatMap(\.jobs)
    query.user = user
    query.account = account
    let moment = { (point: PointInTime) in
      Moment(point.instant(now: world.now(), in: world.zone()))
    }
    query.since = since.map(moment)
    query.until = until.map(moment)
    guard let statement else {
      return try world.list(
        HistoryRow.self, from: client, Route.history, query.items, json: list.json,
        table: HistoryTable(world).text)
    }
    var sums = Statement()
    try client.rows(HistoryRow.self, from: Route.history, query.items) {
      sums.add($0, under: Self.name(of: $0, by: statement))
      return true
    }
    guard list.json else { return try world.print(sums.table(heading: statement.rawValue)) }
    for row in sums.rows { try world.print(try world.json(row)) }
  }

  private static func name(of row: HistoryRow, by grouping: Grouping) -> String {
    switch grouping {
    case .account: row.job.account
    case .user: row.job.user
    case .mode: row.job.mode
    }
  }
}
