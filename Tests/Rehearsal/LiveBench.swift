import Client
import Dispatch
import Foundation
import Glibc
import Jobs
import Synchronization
import Units
import Wire

/// What a live daemon does at the size of 100,000 accelerators: figures, not a test.
///
/// Wall time on whatever machine this is, with agents and clients on it as well.
public final class LiveBench: Sendable {
  /// How much of it.
  public struct Options: Sendable {
    /// How many jobs run, and how many wait.
    public var running = 20_000
    public var waiting = 100_000
    /// How long the journal is before the daemon is started again.
    public var entries = 1_000_000
    /// How many short jobs are run, on real nodes and on emulated ones.
    public var realJobs = 1_000
    public var emulatedJobs = 5_000

    /// All of it: takes some ten minutes.
    public init() {}
  }

  /// A figure, and what is asked for.
  public struct Figure: Sendable {
    /// What was measured.
    public var what: String
    /// What came out, with its unit.
    public var measured: String
    /// What is asked for; nil: nothing is.
    public var bar: String?
  }

  static let nodes = 12_500
  static let policy = """
    policy: bench
    order: fair-share
    backfill: reserving
    reservations: 100
    accounts:
      name: lab
      users: {\(NSUserName()): {}}
    modes:
      regular: {longest-time: 30 d}
    """

  private let options: Options
  private let stage: Stage
  private let tell: @Sendable (Figure) -> Void

  private init(_ options: Options, _ stage: Stage, _ tell: @escaping @Sendable (Figure) -> Void) {
    self.options = options
    self.stage = stage
    self.tell = tell
  }

  /// Runs it, and tells each figure as soon as it is known.
  ///
  /// - Parameter fleet: the fleet file of 12,500 nodes of eight accelerators.
  /// - Throws: what kept it from coming to its end.
  public static func run(
    _ options: Options, fleet: String, _ tell: @escaping @Sendable (Figure) -> Void
  ) throws {
    try measureRealJobs(options.realJobs, tell)
    let stage = try Stage(Stage.Options(fleet: fleet, policy: policy))
    let bench = LiveBench(options, stage, tell)
    try bench.start()
    try bench.measureShortJobs()
    try bench.measureGangs("empty")
    try bench.load()
    try bench.measureGangs("80 % held")
    try bench.measureList()
    try bench.growJournal()
    try bench.restart()
    stage.stopAgents()
    stage.stopDaemon()
  }

  // MARK: Short jobs

  /// Many users at once, each with a connection of its own; how long they took.
  private static func submit(
    _ count: Int, clients: Int, to stage: Stage, _ submission: @Sendable (Int) -> JobSubmission
  ) throws -> Duration {
    let failure = Mutex<(any Error)?>(nil)
    let clock = ContinuousClock()
    let passed = clock.measure {
      DispatchQueue.concurrentPerform(iterations: clients) { client in
        do {
          let connection = try stage.client()
          for number in stride(from: client, to: count, by: clients) {
            let _: SubmissionReply = try connection.post(submission(number), to: Route.jobs)
          }
        } catch {
          failure.withLock { $0 = error }
        }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    return passed
  }

  private static func job(
    _ name: String, gpus: Int, members: Int = 1, _ script: String
  ) -> JobSubmission {
    var gang = GangSpec()
    gang.members = members
    gang.perMember = GangSpec.Accelerators(count: gpus)
    var task = TaskSpec(script: "#!/bin/sh\n\(script)\n", directory: "/tmp")
    task.output = "/dev/null"
    return JobSubmission(name: name, gang: gang, task: task)
  }

  private static func awaitIdle(_ stage: Stage, within seconds: Double) throws {
    let client = try stage.client()
    try stage.await("all jobs are over", within: seconds) {
      var left = 0
      try client.lines(from: Route.jobs) { _ in
        left += 1
        return true
      }
      return left == 0
    }
  }

  private static func rate(_ count: Int, _ passed: Duration) -> String {
    "\(Int(Double(count) / (passed / .seconds(1)))) a second"
  }

  private static func measureRealJobs(
    _ count: Int, _ tell: @Sendable (Figure) -> Void
  ) throws {
    let cluster = try RealCluster(nodes: 8)
    let clock = ContinuousClock()
    let begin = clock.now
    _ = try submit(count, clients: 8, to: cluster.stage) { job("true\($0)", gpus: 1, "true") }
    try awaitIdle(cluster.stage, within: 300)
    tell(
      Figure(
        what: "short jobs, submitted to finished: real `true`, 8 nodes",
        measured: rate(count, clock.now - begin), bar: "150 a second"))
    cluster.stage.stopAgents()
    cluster.stage.stopDaemon()
  }

  private func measureShortJobs() throws {
    let clock = ContinuousClock()
    let begin = clock.now
    let count = options.emulatedJobs
    let passed = try Self.submit(count, clients: 32, to: stage) { number in
      var job = Self.job("short\(number)", gpus: 1, "true")
      job.task.environment["MUSTER_EMULATE_SECONDS"] = "0"
      return job
    }
    try Self.awaitIdle(stage, within: 300)
    tell(
      Figure(
        what: "submissions of short jobs that start at once and end meanwhile, 32 clients",
        measured: Self.rate(count, passed)))
    tell(
      Figure(
        what: "short jobs, submitted to finished: emulated nodes",
        measured: Self.rate(count, clock.now - begin), bar: "1,000 a second"))
  }

  // MARK: The fleet

  private func start() throws {
    try stage.startDaemon()
    try stage.awaitServing()
    let passed = try ContinuousClock().measure {
      try stage.startAgent("fleet", ["--emulate", stage.path("fleet.yaml")])
      try stage.awaitNodes(Self.nodes, within: 120)
    }
    tell(
      Figure(what: "12,500 nodes register, from the start of the agent", measured: Self.ms(passed)))
  }

  private static func ms(_ duration: Duration) -> String {
    String(format: "%.1f ms", duration / .milliseconds(1))
  }

  /// A gang that is held back is released: from the request to the answer, when its start is
  /// durable and its launch is on its way. Beside it, what a release costs that starts nothing.
  private func measureGangs(_ how: String) throws {
    let client = try stage.client()
    let clock = ContinuousClock()
    func release(
      members: Int, _ change: (inout JobSubmission) -> Void = { _ in }
    ) throws -> (wall: Duration, cpu: Duration) {
      var job = Self.job("gang", gpus: 8, members: members, "sleep 1000000")
      job.terms.isHeldBack = true
      job.timeLimitMs = 3_600_000
      change(&job)
      let reply: SubmissionReply = try client.post(job, to: Route.jobs)
      usleep(50_000)
      let before = computed
      let wall = try clock.measure {
        try client.post(JobChange.release, to: Route.change(reply.job))
      }
      let cpu = computed - before
      try client.post(JobChange.cancel, to: Route.change(reply.job))
      try stage.await("the gang is gone", within: 60) {
        let row: JobRow = try client.get(from: Route.job(reply.job))
        return row.state.isOver
      }
      return (wall, cpu)
    }
    func median(_ change: () throws -> (wall: Duration, cpu: Duration)) throws -> (
      wall: Duration, cpu: Duration
    ) {
      let times = try (0..<15).map { _ in try change() }
      return (times.map(\.wall).sorted()[7], times.map(\.cpu).sorted()[7])
    }
    let later = Moment(.init(milliseconds: 4_000_000_000_000))
    let base = try median { try release(members: 1) { $0.terms.begin = later } }
    tell(
      Figure(
        what: "a job released that may not start yet, to the answer, \(how)",
        measured: "\(Self.ms(base.wall)); CPU \(Self.ms(base.cpu))"))
    for members in [1, 16, 256, 1_024, 4_096] where how == "empty" || members <= 1_024 {
      let gang = try median { try release(members: members) }
      tell(
        Figure(
          what: "a gang of \(members) whole nodes released, to started and durable, \(how)",
          measured: "\(Self.ms(gang.wall)); CPU \(Self.ms(gang.cpu))",
          bar: "2 ms more than one that may not"))
    }
  }

  // MARK: The load

  /// Runs 20,000 jobs on 80 % of the fleet, and has 100,000 wait that are larger than the rest.
  private func load() throws {
    let running = options.running
    let before = computed
    let passed = try Self.submit(running, clients: 16, to: stage) { number in
      var job = Self.job("runs\(number)", gpus: [2, 4, 4, 6][number % 4], "sleep 1000000")
      job.timeLimitMs = Int64(86_400_000 + number * 1_000)
      return job
    }
    tell(
      Figure(
        what: "submissions that start at once, 16 clients",
        measured: "\(Self.rate(running, passed)); CPU \(Self.ms((computed - before) / running))"))
    let waiting = options.waiting
    let then = computed
    let wait = try Self.submit(waiting, clients: 32, to: stage) { number in
      var job = Self.job(
        "waits\(number)", gpus: 8, members: 2_600 + number % 400, "sleep 1000")
      job.timeLimitMs = Int64(3_600_000 * (1 + number % 100))
      return job
    }
    tell(
      Figure(
        what: "durable submissions while the cluster is full and up to 100,000 wait, 32 clients",
        measured: "\(Self.rate(waiting, wait)); CPU \(Self.ms((computed - then) / waiting))",
        bar: "2,000 a second; CPU 0.3 ms"))
    tell(
      Figure(
        what: "the daemon's memory, \(running) jobs running and \(waiting) waiting (most ever)",
        measured: "\(memory("VmRSS")) MB (\(memory("VmHWM")) MB)", bar: "1,500 MB"))
  }

  /// What the daemon has computed so far.
  private var computed: Duration { Program.computed(by: stage.daemon?.id ?? 0) }

  private func memory(_ field: String) -> Int {
    let status =
      (try? String(contentsOfFile: "/proc/\(stage.daemon?.id ?? 0)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix(field) }
    return (line?.split(separator: " ").dropLast().last.flatMap { Int($0) } ?? 0) / 1_000
  }

  private func measureList() throws {
    let client = try stage.client()
    var rows = 0
    let passed = try ContinuousClock().measure {
      try client.lines(from: Route.jobs) { _ in
        rows += 1
        return true
      }
    }
    tell(Figure(what: "listing \(rows) jobs", measured: Self.ms(passed), bar: "200 ms for 50,000"))
  }

  // MARK: The journal

  private func standing() throws -> ServerStanding {
    try stage.client().get(from: Route.ping)
  }

  /// A gang of most of the free nodes is told to make checkpoints: each member's is an entry.
  private func growJournal() throws {
    let client = try stage.client()
    let members = min(2_000, max(1, options.entries / 10))
    var gang = Self.job("grows", gpus: 8, members: members, "sleep 1000000")
    gang.timeLimitMs = 7_200_000
    gang.task.checkpointSignal = .init(signal: "USR1", aheadMs: 0)
    let reply: SubmissionReply = try client.post(gang, to: Route.jobs)
    try stage.await("the gang runs", within: 120) {
      let row: JobRow = try client.get(from: Route.job(reply.job))
      return row.state == .running
    }
    let (first, begin) = (try standing().journal, ContinuousClock.now)
    while try standing().journal < UInt64(options.entries) {
      let before = try standing().journal
      try client.post(JobChange.signal(name: "USR1"), to: Route.change(reply.job))
      try stage.await("\(members) checkpoints are durable", within: 120) {
        try standing().journal >= before + UInt64(members)
      }
    }
    let grown = Int(try standing().journal - first)
    tell(
      Figure(
        what: "checkpoints asked for, reported and durable",
        measured: Self.rate(grown, ContinuousClock.now - begin)))
    var heard = 0
    try stage.client().rows(NodeRow.self, from: Route.nodes) { row in
      if row.agent == "connected" { heard += 1 }
      return true
    }
    tell(Figure(what: "nodes in session after all this", measured: "\(heard)", bar: "12,500"))
  }

  private func restart() throws {
    let journal = try standing().journal
    stage.killDaemon()
    let clock = ContinuousClock()
    let begin = clock.now
    try stage.startDaemon()
    try stage.awaitServing(within: 120)
    let serving = clock.now - begin
    var rows = 0
    try stage.client().lines(from: Route.jobs) { _ in
      rows += 1
      return true
    }
    tell(
      Figure(
        what: "killed and started again to serving: \(journal) entries, \(rows) live jobs",
        measured: Self.ms(serving), bar: "5,000 ms"))
    try stage.awaitNodes(Self.nodes, within: 120)
    tell(
      Figure(
        what: "and until all 12,500 nodes are in session again",
        measured: Self.ms(clock.now - begin)))
  }
}
