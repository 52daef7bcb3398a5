import ArgumentParser
import Cluster
import Control
import Fleet
import Policy
import PolicyFiles
import Reports
import Scheduling
import Simulation
import Traces
import Units

/// `gsim explain`: why a job waits at some moment of a replay.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Replay up to a moment and say why a job waits: what keeps it, who is ahead, what "
      + "would start it now, and when it starts otherwise.",
    discussion: """
      Jobs have the numbers that the decision log gives them, from 1 in order of submission: \
      gsim explain TRACE --fleet 66x8 --policy fcfs+easy --job 1200 --at 3d12h
      """)

  @OptionGroup var workload: WorkloadOptions

  @Option(help: PolicyArgument.help)
  var policy: PolicyArgument?

  @Option(help: ArgumentHelp("The job's number, as in the decision log.", valueName: "n"))
  var job: UInt32

  @Option(
    help: ArgumentHelp(
      "When: 90s, 15min, 2h, 3d12h after the first job came, or the milliseconds of the decision "
        + "log; when it is submitted, unless given.", valueName: "time"))
  var at: MomentArgument?

  @Option(
    help: ArgumentHelp("Write the answer as JSON; - for standard output.", valueName: "file|-"))
  var json: String?

  func validate() throws {
    guard job > 0 else { throw ValidationError("--job 0: jobs are numbered from 1") }
    guard workload.window.count <= 1 else {
      throw ValidationError("--window: give one, as a job is of one window")
    }
  }

  mutating func run() throws {
    let setting = try workload.setting(policy)
    let (topology, policy) = (setting.topology, setting.policy)
    let output = try JSONOutput(json, inputs: setting.inputs)
    let load = try workload.load(setting.scenario, for: topology)
    var replay = Replay(
      topology: topology, policy: policy, overruns: workload.overruns,
      owners: try load.owners(under: policy))
    replay.mapping.terms = load.names.terms
    let (machine, now, beginning) = try play(load, replay, topology, policy)
    let id = JobID(job)
    guard id < machine.state.nextJob else { throw lateJob(machine, now, beginning) }
    let report = ExplanationReport(
      of: (load.subject.trace, topology.name, policy.name),
      machine.explain(id, at: now), machine.state, at: now, since: beginning)
    if !output.takesStandardOutput { try StandardOutput.write(report.text()) }
    try output.write(report.json())
  }

  private func play(
    _ load: Workload, _ replay: Replay, _ topology: Topology, _ policy: ClusterPolicy
  ) throws -> (machine: ControlMachine, now: Instant, beginning: Instant) {
    func moment(_ beginning: Instant) -> Replay.Moment {
      at.map { .instant($0.instant(from: beginning)) } ?? .submission(JobID(job))
    }
    let beginning: Instant
    let found: (machine: ControlMachine, now: Instant)?
    if let (scenario, trace) = load.scenario {
      let users = ScenarioUsers(
        scenario, topology: topology, policy: policy, trace: trace, mapping: replay.mapping)
      beginning = users.beginning
      found = replay.controller(users, at: moment(beginning))
    } else {
      let jobs = load.parts.first?.jobs ?? []
      beginning = jobs.first?.submitted ?? Instant(milliseconds: 0)
      found = replay.controller(jobs, at: moment(beginning))
    }
    guard let found else {
      throw CommandFailure(
        "--job \(job): no job of that number is ever accepted; gsim replay says how many are")
    }
    return (found.machine, found.now, beginning)
  }

  private func lateJob(
    _ machine: ControlMachine, _ now: Instant, _ beginning: Instant
  ) -> CommandFailure {
    let count = machine.state.nextJob.number - 1
    let since = now < beginning ? "before the first job came" : "by then"
    return CommandFailure(
      "--job \(job): \(count) jobs were submitted \(since); "
        + "without --at it is explained when it comes")
  }
}
