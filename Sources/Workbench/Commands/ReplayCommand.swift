import ArgumentParser
import Fleet
import Foundation
import Policy
import PolicyFiles
import Reports
import Simulation
import Traces

/// `gsim replay`: what a policy would have done with a trace.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Replay a trace under a policy and say what came of it.")

  @OptionGroup var workload: WorkloadOptions

  @Option(help: PolicyArgument.help)
  var policy: PolicyArgument?

  @Option(
    help: ArgumentHelp("Write the figures as JSON; - for standard output.", valueName: "file|-"))
  var json: String?

  @Option(help: ArgumentHelp("Write the decision log, a line a decision.", valueName: "file"))
  var decisions: String?

  func validate() throws {
    guard let json, let decisions, json != "-" else { return }
    let paths = [json, decisions].map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().path }
    guard paths[0] != paths[1] else {
      throw ValidationError("--json and --decisions both name \(json): give each its own file")
    }
  }

  mutating func run() throws {
    let setting = try workload.setting(policy)
    let output = try JSONOutput(json, inputs: setting.inputs)
    let decisionFile = try decisions.map { try OutputFile(path: $0, inputs: setting.inputs) }
    let load = try workload.load(setting.scenario, for: setting.topology)
    let run = ReplayRun(
      workload: load, topology: setting.topology, overruns: workload.overruns)
    let report = try run.run(setting.policy, decisions: decisionFile)
    if !output.takesStandardOutput { try StandardOutput.write(report.summary()) }
    try output.write(report.json())
  }
}

/// One workload on one fleet, ready to be replayed under one policy after another.
struct ReplayRun {
  let workload: Workload
  let topology: Topology
  let overruns: Overruns

  func run(
    _ policy: ClusterPolicy, decisions: OutputFile? = nil
  ) throws -> ReplayReport {
    let log = DecisionLog(sink: decisions.map { file in { try file.write($0) } })
    let replay = Replay(topology: topology, policy: policy, overruns: overruns)
    let progress = Progress("replaying under \(policy.name)", total: workload.jobCount)
    let results = try play(policy, replay, log, progress)
    progress.clear()
    let digest = try log.finish()
    try decisions?.finish()
    var report = ReplayReport(
      subject: workload.subject, fleet: topology.name, policy: policy.name, seed: workload.seed,
      results: results, digest: digest)
    if workload.scenario != nil {
      report.subject.jobs = report.total.counts.submitted
    }
    report.cost = .ofThisProcess
    return report
  }

  private func play(
    _ policy: ClusterPolicy, _ replay: Replay, _ log: DecisionLog, _ progress: Progress
  ) throws -> [(start: Int, result: Replay.Result)] {
    if let (file, trace) = workload.scenario {
      try file.check(against: policy)
      var scenario = file.scenario
      scenario.seed = workload.seed
      let users = ScenarioUsers(
        scenario, topology: topology, policy: policy, trace: trace, overruns: overruns)
      return [(0, replay.run(users, log: log))]
    }
    return workload.parts.map { part in
      if workload.parts.count > 1 {
        log.append(comment: "window \(part.start):\(part.jobs.count)")
      }
      let result = replay.run(part.jobs, log: log) { progress.show($0) }
      progress.finishPart(of: part.jobs.count)
      return (part.start, result)
    }
  }
}
