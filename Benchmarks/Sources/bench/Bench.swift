import ArgumentParser
import Foundation

@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure the core's work, and fail where it takes more instructions than its gate.",
    discussion: """
      Each benchmark runs twice in a process of its own: once plainly, for CPU time and memory, \
      and once, smaller, under callgrind, which counts instructions. Only instructions and memory \
      are gated: Benchmarks/gates.json. Traces are read from the folder MUSTER_TRACES.
      """)

  @Argument(help: "Which benchmarks; all where none is named.")
  var names: [String] = []

  @Flag(help: "List the benchmarks and what each does.")
  var list = false

  @Flag(help: "Rewrite the gates to what is measured now.")
  var update = false

  @Flag(help: "Leave out callgrind: rates and memory only, within seconds.")
  var plain = false

  @Option(
    help: ArgumentHelp("Write the figures as JSON; - for standard output.", valueName: "file"))
  var json: String?

  @Option(help: ArgumentHelp("Where the gates are kept.", valueName: "file"))
  var gates = "Benchmarks/gates.json"

  @Option(name: .customLong("run"), help: .hidden)
  var named: String?

  @Option(help: .hidden)
  var size = Benchmark.Size.full

  func validate() throws {
    for name in names + (named.map { [$0] } ?? []) where Benchmark.named(name) == nil {
      let all = Benchmark.all.map(\.name).joined(separator: ", ")
      throw ValidationError("there is no benchmark '\(name)'; there are \(all)")
    }
    guard !(update && plain) else {
      throw ValidationError("--update needs the counts that --plain leaves out")
    }
  }

  func run() throws {
    if list { return listBenchmarks() }
    if let benchmark = named.flatMap(Benchmark.named) {
      return try ChildReport.measure(benchmark, size).write()
    }
    let chosen = names.isEmpty ? Benchmark.all : names.compactMap(Benchmark.named)
    let session = try Session(gatesFile: gates, countsInstructions: !plain)
    let outcomes = try session.measure(chosen)
    // With JSON on standard output, people read standard error.
    let people = json == "-" ? FileHandle.standardError : .standardOutput
    if update { try session.updateGates(with: outcomes) }
    let report = BenchReport(outcomes: outcomes, isUpdate: update)
    people.write(Data(report.text.utf8))
    if let json { try report.writeJSON(to: json) }
    if report.hasFailed { throw ExitCode(1) }
  }

  private func listBenchmarks() {
    for benchmark in Benchmark.all {
      print("\(benchmark.name)\n    \(benchmark.abstract)")
    }
  }
}
