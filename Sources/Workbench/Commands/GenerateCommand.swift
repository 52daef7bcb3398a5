import ArgumentParser
import Fleet
import Foundation
import Simulation
import Traces

/// `gsim generate`: writes a workload drawn from published distributions.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Write a workload drawn from published distributions, as a Philly CSV.")

  /// The models there are.
  enum Model: String, CaseIterable, ExpressibleByArgument {
    case phillyLike = "philly-like"
  }

  @Argument(help: "Which distributions: philly-like (Jeon et al., ATC'19).")
  var model: Model

  @Option(help: ArgumentHelp("How many jobs.", valueName: "n"))
  var jobs = 10_000

  @Option(
    help: ArgumentHelp("The fleet that the load is measured by.", valueName: "file|NxA"))
  var fleet: FleetArgument

  @Option(help: ArgumentHelp("Offered load in percent of the fleet.", valueName: "percent"))
  var load = 90

  @Option(help: ArgumentHelp("What the workload follows from.", valueName: "n"))
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("Where to write it; - for standard output.", valueName: "file|-"))
  var output = "-"

  mutating func run() throws {
    let topology = try fleet.topology()
    let written = "\(model.rawValue):\(jobs):\(load)"
    let argument = try PhillyLikeArgument(written, accelerators: topology.acceleratorCount)
    guard let argument else {
      preconditionFailure("\(written) is no generated workload")
    }
    let bytes = PhillyWriter().file(of: try argument.jobs(seed: seed))
    guard output != "-" else {
      try StandardOutput.write(bytes)
      return
    }
    let file = try OutputFile(path: output, inputs: [fleet.written])
    try file.write(bytes)
    try file.finish()
    let end = "on \(topology.name), \(load) % load, seed \(seed)"
    FileHandle.standardError.write(Data("wrote \(jobs) jobs to \(output): \(end)\n".utf8))
  }
}
