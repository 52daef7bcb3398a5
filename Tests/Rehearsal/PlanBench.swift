import Client
import Foundation
import Glibc
import Jobs
import Units
import Wire

/// How long `gpolicy plan` takes on a live daemon with a history: figures, not a test.
public struct PlanBench {
  /// How much of it.
  public struct Options: Sendable {
    /// How many jobs are submitted, at least.
    public var jobs = 50_000
    /// So many seconds of the tasks' clock go into one of the daemon's.
    public var hurry = 6_000
    /// What the load follows from.
    public var seed: UInt64 = 1

    /// 50,000 jobs.
    public init() {}
  }

  /// What came of it.
  public struct Report: Sendable, CustomStringConvertible {
    /// How many jobs the daemon was asked for, and how many lived when it was planned.
    public var jobs = 0
    public var live = 0
    /// How long the command took, and the CPU time that it took on all cores.
    public var wall = 0.0
    public var cpu = 0.0
    /// The longest that another question to the daemon took meanwhile.
    public var longestPing = 0.0
    /// Its exit code, and what it said.
    public var code: Int32 = 0
    public var words = ""

    public var description: String {
      """
      \(words)
      \(jobs) jobs of history, \(live) of them live: gpolicy plan took \
      \(String(format: "%.1f", wall)) s, \(String(format: "%.1f", cpu)) s of CPU time, exit code \
      \(code); the daemon answered meanwhile within \(String(format: "%.0f", longestPing * 1000)) ms
      """
    }
  }

  /// Fills a daemon's journal with the load of a small gigafactory, and plans another policy.
  ///
  /// - Throws: what kept it from coming to its end.
  public static func run(_ options: Options, _ progress: (String) -> Void) throws -> Report {
    let policy = try SmallGigafactory.policy(hurry: options.hurry)
    let fleet = SmallGigafactory.fleet(isGrown: true)
    let stage = try Stage(Stage.Options(fleet: fleet, policy: policy))
    defer { stage.close() }
    try stage.startDaemon()
    try stage.awaitServing()
    try stage.startAgent(
      "fleet",
      ["--emulate", stage.path("fleet.yaml"), "--time-scale", "\(options.hurry)"])
    try stage.awaitNodes(SmallGigafactory.nodeCount(isGrown: true))
    var report = Report()
    let client = try stage.client()
    var load = ConsortiumLoad(seed: options.seed, hurry: options.hurry)
    // As people give them: by the half hour of the tasks' clock.
    let step = Int64(1_800_000 / options.hurry)
    var last: UInt32 = 0
    while report.jobs < options.jobs {
      let reply: SubmissionReply
      var submission = load.next(after: last)
      submission.timeLimitMs = submission.timeLimitMs.map { ($0 / step + 1) * step }
      do throws(ClientError) {
        reply = try client.post(submission, to: Route.jobs)
      } catch {
        guard case .refused(let refusal) = error, refusal.code != "stopped" else { throw error }
        continue
      }
      last = reply.job
      report.jobs += reply.count
      if report.jobs % 5_000 < reply.count { progress("\(report.jobs) jobs") }
    }
    try client.lines(from: Route.jobs) { _ in
      report.live += 1
      return true
    }
    try plan(SmallGigafactory.changed(policy), on: stage, &report)
    return report
  }

  private static func plan(
    _ policy: String, on stage: Stage, _ report: inout Report
  ) throws {
    try stage.write(policy, to: "new.yaml")
    let link = stage.path("gpolicy")
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: Program.path(of: "gsim"))
    let log = stage.folder.appending(path: "plan.log")
    let clock = ContinuousClock()
    let (begin, before) = (clock.now, childrenTime)
    let program = try Program(
      link, ["plan", stage.path("new.yaml"), "--controller", stage.address], log: log)
    let client = try stage.client()
    while program.isRunning {
      let ping = try clock.measure { let _: ServerStanding = try client.get(from: Route.ping) }
      report.longestPing = max(report.longestPing, ping / .seconds(1))
      usleep(20_000)
    }
    report.code = program.wait()
    report.wall = (clock.now - begin) / .seconds(1)
    report.cpu = childrenTime - before
    report.words = try String(contentsOf: log, encoding: .utf8)
  }

  /// The CPU time of processes that this one has waited for, in seconds: `proc(5)`, fields 16, 17.
  private static var childrenTime: Double {
    let text = (try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8)) ?? ""
    let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
    let ticks = fields.dropFirst(13).prefix(2).compactMap { Double($0) }.reduce(0, +)
    return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
  }
}
