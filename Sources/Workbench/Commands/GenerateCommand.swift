public import ArgumentParser
import Fleet
import Foundation
public import PolicyFiles
import Simulation
import Traces
import Units

extension WorkloadModel: ExpressibleByArgument {}

/// `gsim generate`: writes a workload drawn from published distributions.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Write a workload drawn from published distributions, as Muster's own CSV.",
    discussion: """
      Jobs are written as they are drawn, so that a year needs no more memory than a day. The same \
      seed gives the same bytes. What each model is made of is in \
      Documentation/Internals/SimulationModels.md.
      """)

  @Argument(
    help: ArgumentHelp(
      "Which distributions: philly-like (Jeon et al. 2019), kalos-like (Hu et al. 2024), lublin "
        + "(Lublin and Feitelson 2003), inference-tides, or gigafactory-mix.", valueName: "model"))
  var model: WorkloadModel

  @Option(help: ArgumentHelp("How many jobs; without --span, 10,000.", valueName: "n"))
  var jobs: Int?

  @Option(help: ArgumentHelp("For how long jobs come, such as 365d.", valueName: "time"))
  var span: MomentArgument?

  @Option(
    help: ArgumentHelp("The fleet that the load is measured by.", valueName: "file|NxA"))
  var fleet: FleetArgument

  @Option(help: ArgumentHelp("Offered load in percent of the fleet.", valueName: "percent"))
  var load = 90

  @Option(
    help: ArgumentHelp(
      "The day on which it begins, in UTC, such as 2026-01-01; else 2018-01-01, a Monday.",
      valueName: "date"))
  var start: StartArgument?

  @Option(help: ArgumentHelp("What the workload follows from.", valueName: "n"))
  var seed: UInt64 = 1

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("Where to write it; - for standard output.", valueName: "file|-"))
  var output = "-"

  mutating func run() throws {
    let topology = try fleet.topology()
    let written = "\(model.rawValue):\(jobs ?? 10_000):\(load)"
    guard let argument = try GeneratedArgument(written) else {
      preconditionFailure("\(written) is no generated workload")
    }
    guard topology.acceleratorCount > 0 else {
      throw ValidationError("\(written) asks for accelerators and the fleet has none")
    }
    let file = output == "-" ? nil : try OutputFile(path: output, inputs: [fleet.written])
    let write = { (bytes: [UInt8]) in
      if let file { try file.write(bytes) } else { try StandardOutput.write(bytes) }
    }
    var count = 0
    if argument.isDrawnOneByOne || span != nil {
      count = try stream(on: topology, write)
    } else {
      let drawn = try moved(
        argument.phillyJobs(accelerators: topology.acceleratorCount, seed: seed))
      count = drawn.count
      try write(TableWriter().file(of: drawn))
    }
    guard let file else { return }
    try file.finish()
    let end = "on \(topology.name), \(load) % load, seed \(seed)"
    FileHandle.standardError.write(Data("wrote \(count) jobs to \(output): \(end)\n".utf8))
  }

  /// The same jobs from another day on.
  private func moved(_ jobs: [TraceJob]) throws -> [TraceJob] {
    guard let start else { return jobs }
    let later = start.instant - GeneratedJobs.firstMonday
    var jobs = jobs
    for index in jobs.indices { jobs[index].submitted = jobs[index].submitted + later }
    guard let last = jobs.last, last.submitted < StartArgument.latest else {
      throw ValidationError("--start: jobs must come before the year 10000")
    }
    return jobs
  }

  /// Writes jobs as they are drawn; how many.
  private func stream(on topology: Topology, _ write: ([UInt8]) throws -> Void) throws -> Int {
    let beginning = start?.instant ?? GeneratedJobs.firstMonday
    let end = span?.instant(from: beginning) ?? StartArgument.latest
    guard end > beginning, end <= StartArgument.latest else {
      throw ValidationError("--span: jobs must come before the year 10000, and later than --start")
    }
    var drawn = GeneratedJobs(
      model, accelerators: topology.acceleratorCount, loadMilli: load * 10, seed: seed,
      beginning: beginning)
    let most = jobs ?? (span == nil ? 10_000 : .max)
    let parties = drawn.parties
    let names = TraceNames(
      accounts: Self.names(parties.compactMap(\.account)),
      modes: Self.names(parties.compactMap(\.mode)), terms: parties.map(\.terms))
    let numbers = parties.map { party in
      (
        account: UInt32(names.accounts.firstIndex { $0 == party.account }.map { $0 + 1 } ?? 0),
        mode: UInt16(names.modes.firstIndex { $0 == party.mode }.map { $0 + 1 } ?? 0)
      )
    }
    let rooms = parties.map { PartyRoom(of: $0, on: topology) }
    let writer = TableWriter(names: names)
    var bytes = Array(TableWriter.header.utf8)
    var count = 0
    while count < most, let next = drawn.next(), next.job.submitted < end {
      count += 1
      var job = next.job
      (job.account, job.mode) = numbers[next.party]
      job.terms = UInt32(next.party + 1)
      job.within = rooms[next.party].domain(ofSize: Int(job.size))
      writer.append(job, to: &bytes)
      guard bytes.count > 1 << 16 else { continue }
      try write(bytes)
      bytes.removeAll(keepingCapacity: true)
    }
    try write(bytes)
    return count
  }

  /// Each name once, in the order in which they come.
  private static func names(_ all: [String]) -> [String] {
    all.reduce(into: []) { names, name in
      if !names.contains(name) { names.append(name) }
    }
  }
}

/// A day in UTC, as `2026-01-01`.
struct StartArgument: ExpressibleByArgument {
  let instant: Instant

  /// The end of the year 9999.
  static let latest = Instant(milliseconds: 253_402_300_800_000)

  init?(argument: String) {
    guard let instant = Instant(iso8601: argument), instant.milliseconds >= 0 else { return nil }
    self.instant = instant
  }
}
