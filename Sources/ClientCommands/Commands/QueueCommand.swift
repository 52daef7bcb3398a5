import ArgumentParser
import Arguments
import Client
import Units
import Wire

/// `gqueue`: lists what is queued and running.
struct QueueCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "gqueue", abstract: "List what is queued and running.",
    discussion: """
      Without --state it lists jobs that are not over. States are pending, held, starting, \
      running, evicting, completed, failed, cancelled, timed_out, node_failed and out_of_memory; \
      all stands for all of them. Jobs of an array that wait alike have one row.
      """,
    version: "0.1.0")

  @OptionGroup var filter: JobFilter
  @Flag(
    name: [.customShort("r"), .customLong("array")],
    help: "A row for each job of an array, also of those that wait alike.")
  var showsEach = false

  @OptionGroup var list: ListOptions
  @OptionGroup(title: "The scheduler") var controller: ControllerOptions

  @Argument(help: "These jobs alone: 17, 17-20, 17,19, 17_3, 17_[1-3].")
  var jobs: [JobSelection] = []

  func run(in world: Surroundings) throws {
    let client = try controller.client(environment: world.environment)
    let query = filter.query(jobs, in: world)
    let table = JobTable(world, each: showsEach)
    guard jobs.allSatisfy(\.members.isEmpty), query.jobs.count <= JobFilter.mostNamed else {
      // Rows of several arrays, of some indices, or of more jobs than one question may name.
      let rows = try filter.rows(jobs, client, in: world)
      guard list.json else { return try world.print(table.text(rows)) }
      for row in rows { try world.print(try world.json(row)) }
      return
    }
    try world.list(
      JobRow.self, from: client, Route.jobs, query.items, json: list.json,
      table: table.text)
  }
}

/// Which jobs a command is about, besides those it names.
struct JobFilter: ParsableArguments {
  @Option(name: .shortAndLong, help: "Those of this user.")
  var user: String?

  @Flag(help: "Your own.")
  var me = false

  @Option(
    name: [.customShort("A"), .long],
    help: ArgumentHelp("Those of this account and of all below it.", valueName: "path"))
  var account: String?

  @Option(
    name: [.customShort("t"), .long],
    help: ArgumentHelp("Those that stand so: pending,running; all.", valueName: "states"),
    transform: JobFilter.states)
  var state: [[JobRow.State]] = []

  /// How many jobs one question names: an address has a few thousand bytes at most.
  static let mostNamed = 500

  /// Whether it names any jobs at all.
  var isEmpty: Bool { user == nil && !me && account == nil && state.isEmpty }

  func query(_ jobs: [JobSelection], in world: Surroundings) -> JobQuery {
    var query = JobQuery()
    query.jobs = jobs.flatMap(\.jobs)
    query.user = user ?? (me ? world.user : nil)
    query.account = account
    query.states = state.flatMap { $0 }
    // A job that is asked for by its number is shown however it stands.
    if query.states.isEmpty, !jobs.isEmpty { query.states = JobRow.State.allCases }
    return query
  }

  /// The rows of named jobs, by their own numbers and by their places in arrays.
  func rows(
    _ jobs: [JobSelection], _ client: ControllerClient, in world: Surroundings
  ) throws -> [JobRow] {
    var query = query(jobs, in: world)
    var rows: [JobRow] = []
    let members = jobs.flatMap(\.members)
    let named = query.jobs
    if named.isEmpty, members.isEmpty { rows = try Self.rows(client, query) }
    for start in stride(from: 0, to: named.count, by: Self.mostNamed) {
      query.jobs = Array(named[start..<min(named.count, start + Self.mostNamed)])
      rows += try Self.rows(client, query)
    }
    query.jobs = []
    for member in members {
      query.array = member.array
      for row in try Self.rows(client, query) where row.array == member.array {
        guard member.indices?.contains(row.arrayIndex ?? .max) ?? true else { continue }
        if !rows.contains(where: { $0.job == row.job }) { rows.append(row) }
      }
    }
    return rows
  }

  private static func rows(_ client: ControllerClient, _ query: JobQuery) throws -> [JobRow] {
    var rows: [JobRow] = []
    try client.rows(JobRow.self, from: Route.jobs, query.items) {
      rows.append($0)
      return true
    }
    return rows
  }

  private static func states(_ text: String) throws -> [JobRow.State] {
    try text.lowercased().split(separator: ",", omittingEmptySubsequences: false).flatMap { word in
      if word == "all" { return JobRow.State.allCases }
      guard let state = JobRow.State(rawValue: String(word)) else {
        let known = JobRow.State.allCases.map(\.rawValue).joined(separator: ", ")
        throw ArgumentFault("'\(word)' is none of \(known) and all")
      }
      return [state]
    }
  }
}
