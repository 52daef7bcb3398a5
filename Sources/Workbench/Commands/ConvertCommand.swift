import ArgumentParser
import Fleet
import Foundation
import PolicyFiles
import Traces

/// `gsim convert`: any trace that is read here, as Muster's own CSV.
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write a trace of any format as Muster's own CSV, which every command reads.",
    discussion: """
      All that chooses jobs works here as it does for replay: \
      gsim convert sacct.txt --account physics --window 0d/30d -o march.csv
      """)

  @Argument(
    help: ArgumentHelp(
      "A trace, plain or gzip, or a scheduler's journal; or philly-like[:JOBS[:LOAD]], which needs "
        + "--fleet.",
      valueName: "trace"))
  var trace: String

  @OptionGroup var selection: TraceOptions

  @Option(
    help: ArgumentHelp(
      "The fleet that a generated workload's load is measured by.", valueName: "file|NxA"))
  var fleet: FleetArgument?

  @Option(help: ArgumentHelp("What a generated workload follows from.", valueName: "n"))
  var seed: UInt64 = 1

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where to write it; - for standard output.", valueName: "file|-"))
  var output = "-"

  func validate() throws {
    guard selection.window.count <= 1 else {
      throw ValidationError("--window: give one, as a file holds one run of jobs")
    }
  }

  mutating func run() throws {
    let inputs =
      JournalArgument.files(of: trace) + [selection.columns, fleet?.written].compactMap { $0 }
    let file = output == "-" ? nil : try OutputFile(path: output, inputs: inputs)
    let read = try self.read()
    let jobs = Array(try selection.parts(of: read)[0].jobs)
    let writer = TableWriter(names: read.names)
    guard let file else {
      try StandardOutput.write(writer.file(of: jobs))
      return
    }
    try file.write(writer.file(of: jobs))
    try file.finish()
    let skipped = read.skipped.map { ", \($0.count) \($0.reason)" }.joined()
    FileHandle.standardError.write(
      Data("wrote \(jobs.count) jobs of \(trace) (\(read.format)) to \(output)\(skipped)\n".utf8))
  }

  private func read() throws -> Trace {
    let accelerators = try fleet?.topology().acceleratorCount ?? 0
    guard let model = try GeneratedArgument(trace) else { return try selection.read(trace) }
    guard !model.isDrawnOneByOne else {
      throw ValidationError(
        "\(trace): its jobs are written by 'gsim generate \(model.model.rawValue)'")
    }
    let jobs = try model.phillyJobs(accelerators: accelerators, seed: seed)
    return try selection.selected(Trace(format: .philly, jobs: jobs))
  }
}
