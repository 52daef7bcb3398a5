import ArgumentParser
import Fleet
import Reports
import Simulation

/// `gsim compare`: the same workload under several policies, side by side.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Replay a trace under several policies and say what differs.")

  @OptionGroup var workload: WorkloadOptions

  @Option(help: PolicyArgument.help)
  var policy: [PolicyArgument]

  @Option(
    help: ArgumentHelp("Write the figures as JSON; - for standard output.", valueName: "file|-"))
  var json: String?

  func validate() throws {
    guard policy.count >= 2 else {
      throw ValidationError("--policy: give it twice or more, once for each policy to compare")
    }
  }

  mutating func run() throws {
    let scenario = try workload.scenario()
    let fleet = try workload.fleet(of: scenario)
    let topology = try fleet.topology()
    let policies = try policy.map { try $0.policy(on: topology) }
    let inputs = [workload.trace, fleet.written] + policy.map(\.written)
    let output = try JSONOutput(json, inputs: inputs)
    let run = ReplayRun(
      workload: try workload.load(scenario, for: topology), topology: topology,
      overruns: workload.overruns)
    let reports = try policies.map { policy in
      let before = ReplayReport.Cost.ofThisProcess.cpuSeconds
      var report = try run.run(policy)
      report.cost.cpuSeconds -= before
      return report
    }
    let comparison = Comparison(reports)
    if !output.takesStandardOutput {
      try StandardOutput.write("\(comparison.heading)\n\n\(comparison.table())")
    }
    try output.write(comparison.json())
  }
}
