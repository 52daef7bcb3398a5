import Client
import Dispatch
import Foundation
import Glibc
import Synchronization
import Units
import Wire

/// A daemon that is killed over and over while users submit and tasks run, its agents as well.
///
/// At the end nothing may be lost, and nothing may have run twice.
public final class Endurance: Sendable {
  /// How much of it.
  public struct Options: Sendable {
    /// How many jobs are acknowledged, at least.
    public var jobs = 2_000
    /// How often the daemon is killed, at least.
    public var kills = 200
    /// How many nodes there are, each with an agent and four accelerators.
    public var nodes = 6
    /// How many users submit at once.
    public var users = 4
    /// What the load and all moments follow from.
    public var seed: UInt64 = 1

    /// 200 kills under 2,000 jobs.
    public init() {}
  }

  /// What was done, and what was found.
  public struct Report: Sendable, CustomStringConvertible {
    /// How often daemons and agents were killed.
    public var daemonKills = 0
    public var agentKills = 0
    /// The jobs that were acknowledged, and the submissions of which nobody heard.
    public var jobs = 0
    public var unanswered = 0
    /// The cancels that were acknowledged.
    public var cancels = 0
    /// The processes that tasks had, and the jobs that took more than one attempt.
    public var processes = 0
    public var retried = 0
    /// How long it took.
    public var seconds = 0.0
    /// What `gschedd check` and `gsim verify` say.
    public var words: [String] = []
    /// What is wrong, a sentence each; none: nothing is.
    public var findings: [String] = []

    public var description: String {
      """
      \(daemonKills) kills of the daemon, \(agentKills) of agents; \(jobs) jobs acknowledged, \
      \(unanswered) submissions unanswered, \(cancels) cancels; \(processes) processes, \
      \(retried) jobs with more than one attempt; \(Int(seconds)) s
      \(words.joined(separator: "\n"))
      \(findings.isEmpty ? "Nothing was lost, nothing ran twice." : "\(findings.count) findings:")
      \(findings.prefix(50).joined(separator: "\n"))
      """
    }
  }

  private let options: Options
  private let stage: Stage
  private let users: EnduranceUsers
  private let agentKills = Mutex(0)
  private let isOver = Mutex(false)

  private init(_ options: Options, _ stage: Stage) throws {
    self.options = options
    self.stage = stage
    let records = stage.path("records")
    try FileManager.default.createDirectory(atPath: records, withIntermediateDirectories: true)
    users = EnduranceUsers(
      stage,
      EnduranceLoad(
        seed: options.seed, records: records, nodes: options.nodes,
        accelerators: RealCluster.accelerators),
      seed: options.seed)
  }

  /// Runs it, from a new cluster to the end of the last job.
  ///
  /// - Throws: what kept it from coming to an end; what it found is in its report.
  public static func run(_ options: Options, _ progress: (String) -> Void) throws -> Report {
    let stage = try Stage(
      Stage.Options(fleet: RealCluster.fleet(options.nodes), policy: RealCluster.policy))
    let run = try Endurance(options, stage)
    let begin = ContinuousClock.now
    do {
      var report = try run.play(progress)
      report.seconds = (ContinuousClock.now - begin) / .seconds(1)
      if !report.findings.isEmpty { stage.keep() }
      return report
    } catch {
      stage.keep()
      progress("left as it was: \(stage.folder.path)")
      throw error
    }
  }

  // MARK: The run

  private func play(_ progress: (String) -> Void) throws -> Report {
    try stage.startDaemon()
    try stage.awaitServing()
    for node in 0..<options.nodes { try startAgent(node) }
    try stage.awaitNodes(options.nodes)
    let group = DispatchGroup()
    for user in 0..<options.users {
      let queue = DispatchQueue(label: "user \(user)")
      queue.async(group: group) { [users] in users.work(number: user) }
    }
    DispatchQueue(label: "agents").async(group: group) { self.haveAgentsKilled() }
    var report = Report()
    try killDaemons(&report, progress)
    users.end()
    isOver.withLock { $0 = true }
    try stage.awaitServing()
    group.wait()
    report.agentKills = agentKills.withLock { $0 }
    try awaitLastJob()
    try audit(&report)
    return report
  }

  private func startAgent(_ node: Int) throws {
    try stage.startAgent(
      "n\(node)",
      [
        "--name", "n\(node)", "--accelerators", "\(RealCluster.accelerators)", "--model",
        "emulated",
      ])
  }

  /// Kills the daemon at random moments: while it starts, soon after, and later.
  private func killDaemons(_ report: inout Report, _ progress: (String) -> Void) throws {
    var random = SeededGenerator(seed: options.seed &+ 1)
    while report.daemonKills < options.kills || users.acknowledged < options.jobs {
      let milliseconds =
        switch random.below(10) {
        case 0...2: random.below(250)
        case 3...7: 250 + random.below(1_250)
        default: 1_500 + random.below(2_500)
        }
      let part = min(options.kills, report.daemonKills + 1)
      users.allow(options.jobs * part / options.kills)
      usleep(UInt32(milliseconds * 1_000))
      guard stage.daemon?.isRunning == true else {
        throw Stage.Missed(
          what: "the daemon ended by itself", log: String(stage.daemonLog.suffix(3_000)))
      }
      stage.killDaemon()
      report.daemonKills += 1
      try stage.startDaemon()
      if report.daemonKills % 10 == 0 {
        progress("\(report.daemonKills) kills, \(users.acknowledged) jobs acknowledged")
      }
    }
  }

  private func haveAgentsKilled() {
    var random = SeededGenerator(seed: options.seed &+ 2)
    while !isOver.withLock({ $0 }) {
      usleep(UInt32(200_000 + random.below(2_000_000)))
      let node = random.below(options.nodes)
      stage.agent("n\(node)")?.kill()
      usleep(UInt32(random.below(500_000)))
      do { try startAgent(node) } catch { users.note("agent n\(node) can't be started: \(error)") }
      agentKills.withLock { $0 += 1 }
    }
  }

  private func awaitLastJob() throws {
    let client = try stage.client()
    try stage.await("all jobs but those held back are over", within: 300) {
      var left = 0
      do {
        try client.rows(JobRow.self, from: Route.jobs) { row in
          if row.state != .held { left += 1 }
          return true
        }
      } catch {
        return false
      }
      return left == 0
    }
  }

  // MARK: The end

  private func audit(_ report: inout Report) throws {
    stage.stopAgents()
    let agents = (0..<options.nodes).map { (node: "n\($0)", folder: stage.path("n\($0)")) }
    let records = try TaskRecords(in: stage.path("records"), agents: agents)
    var audit = try Audit(records, stage.client())
    audit.checkProcesses()
    let ledger = users.ledger
    for (first, request) in ledger.jobs {
      for job in first..<(first + UInt32(request.count)) {
        audit.check(job, of: request, isCancelled: ledger.cancelled.contains(first))
      }
    }
    audit.checkSurplus(ledger.requests)
    report.jobs = users.acknowledged
    report.unanswered = ledger.unanswered
    report.cancels = ledger.cancelled.count
    report.processes = audit.processes
    report.retried = audit.retried
    report.findings = ledger.troubles + audit.findings
    let code = stage.stopDaemon()
    if code != 0 { report.findings.append("the daemon stopped with \(code)") }
    for (program, arguments) in [
      ("gschedd", ["check", "--state", stage.state]), ("gsim", ["verify", stage.journal]),
    ] {
      let said = try Program.run(program, arguments, in: stage.folder)
      report.words.append(said.words.split(separator: "\n").last.map(String.init) ?? "")
      if said.code != 0 { report.findings.append("\(program) \(arguments[0]): \(said.words)") }
    }
  }
}
