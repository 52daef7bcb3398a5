import Fleet
import Foundation
import Policy
import Reports
import Simulation
import Traces

/// One workload on one fleet, ready to be replayed under one policy after another.
struct ReplayRun: Sendable {
  var workload: Workload
  let topology: Topology
  let overruns: Overruns
  /// Whether it is wanted what became of each job.
  var recordsJobs = false
  /// Whether it is wanted what the replay looks like over time.
  var recordsSeries = false

  /// What one replay came to.
  struct Outcome: Sendable {
    var report: ReplayReport
    /// Each job, where they are recorded and there is one window.
    var jobs: JobRecords?
    /// What it looked like over time, where that is recorded and there is one window.
    var series: ReplaySeries?

    /// What a report shows of it; nil unless jobs and series were recorded.
    func run(under policy: ClusterPolicy, label: String) -> ReportRun? {
      guard let jobs, let series else { return nil }
      return ReportRun(
        report: report, plays: policy.plays([jobs], label: label), series: series)
    }
  }

  /// Replays the workload on this thread.
  func run(
    _ policy: ClusterPolicy, _ progress: Progress, decisions: OutputFile? = nil
  ) throws -> Outcome {
    let before = ReplayReport.Cost.ofThisThread.cpuSeconds
    let log = DecisionLog(sink: decisions.map { file in { try file.write($0) } })
    let owners = try workload.owners(under: policy)
    var replay = Replay(
      topology: topology, policy: policy, overruns: overruns, owners: owners)
    replay.mapping.terms = workload.names.terms
    replay.recordsJobs = recordsJobs
    replay.recordsSeries = recordsSeries
    let results = play(policy, replay, log, progress)
    let digest = try log.finish()
    try decisions?.finish()
    var report = ReplayReport(
      subject: workload.subject, fleet: topology.name, policy: policy.name, seed: workload.seed,
      results: results, digest: digest)
    if workload.scenario != nil {
      report.subject.jobs = report.total.counts.submitted
    }
    report.cost = .ofThisThread
    report.cost.cpuSeconds -= before
    guard results.count == 1 else { return Outcome(report: report) }
    return Outcome(
      report: report, jobs: results[0].result.jobs, series: results[0].result.series)
  }

  private func play(
    _ policy: ClusterPolicy, _ replay: Replay, _ log: DecisionLog, _ progress: Progress
  ) -> [(start: Int, result: Replay.Result)] {
    if let (scenario, trace) = workload.scenario {
      let users = ScenarioUsers(
        scenario, topology: topology, policy: policy, trace: trace, mapping: replay.mapping)
      let part = progress.part()
      return [(0, replay.run(users, log: log) { part.show($0) })]
    }
    return workload.parts.map { window in
      if workload.parts.count > 1 {
        log.append(comment: "window \(window.start):\(window.jobs.count)")
      }
      let part = progress.part()
      return (window.start, replay.run(window.jobs, log: log) { part.show($0) })
    }
  }
}
