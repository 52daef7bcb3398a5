import Client
import Foundation
import Glibc
import Jobs
import Wire

/// An agent that is cut off for longer than its lease, and comes back.
///
/// Its tasks end at the fence, though nobody tells them to; behind fence and margin the job is
/// started elsewhere; and what comes back knows that it is over.
public enum Severance {
  /// The policy's fence, in minutes: no policy has a shorter one.
  private static let fence = 1

  /// Runs it: takes some four minutes, as an agent is waited for.
  ///
  /// - Returns: what is wrong, a sentence each; none: nothing is.
  /// - Throws: what kept it from coming to its end.
  public static func run(_ progress: (String) -> Void) throws -> [String] {
    let cluster = try RealCluster(nodes: 2) { $0.policy += "\nfence: \(fence) min\n" }
    let stage = cluster.stage
    let records = stage.path("records")
    try FileManager.default.createDirectory(atPath: records, withIntermediateDirectories: true)
    var load = EnduranceLoad(
      seed: 1, records: records, nodes: 2, accelerators: RealCluster.accelerators)
    var submission = load.next(after: []).submission
    submission.gang.members = 1
    submission.array = nil
    submission.terms = .init()
    submission.task.arguments = ["75", "0"]
    let client = try stage.client()
    let job: SubmissionReply = try client.post(submission, to: Route.jobs)
    func row() throws -> JobRow { try client.get(from: Route.job(job.job)) }
    try stage.await("it runs", within: 30) { try row().state == .running }
    guard let node = try row().nodes, let agent = stage.agent(node) else {
      return ["job \(job.job) runs nowhere"]
    }
    agent.signal(SIGSTOP)
    progress("the agent of \(node) is stopped, and the fence is \(fence) min")
    try stage.await("another attempt runs elsewhere", within: 240) {
      let row = try row()
      return row.attempt == 2 && row.state == .running && row.nodes != node
    }
    progress("the job runs elsewhere; the agent goes on")
    agent.signal(SIGCONT)
    try stage.awaitNodes(2)
    try stage.await("it is over", within: 180) { try row().state.isOver }
    return try findings(row(), stage, records, cut: node) + reuse(cluster)
  }

  private static func findings(
    _ row: JobRow, _ stage: Stage, _ records: String, cut node: String
  ) throws -> [String] {
    stage.stopAgents()
    let agents = (0..<2).map { (node: "n\($0)", folder: stage.path("n\($0)")) }
    let records = try TaskRecords(in: records, agents: agents)
    var audit = try Audit(records, stage.client())
    audit.checkProcesses()
    var findings = audit.findings
    if row.state != .completed || row.attempt != 2 || row.nodes == node {
      findings.append("it ended as \(row.state.rawValue) of attempt \(row.attempt)")
    }
    let runs = records.runs[row.job] ?? []
    if runs.map(\.code) != [143, 0] { findings.append("its tasks left \(runs.map(\.code))") }
    return findings
  }

  /// Both nodes take work again.
  private static func reuse(_ cluster: RealCluster) throws -> [String] {
    for node in 0..<2 { try cluster.startAgent(node) }
    try cluster.stage.awaitNodes(2)
    let code = try cluster.run(
      ["--members", "2", "--gpus-per-member", "4"], script: "exit 0")
    return code == 0 ? [] : ["a gang on both nodes leaves \(code)"]
  }
}
