import Cluster
import Codec
import Foundation
import Jobs
import Logging
import Server
import Store
import Testing
import Units
import Wire

/// A daemon that nobody reaches over a socket, in a folder of its own.
final class Station: Sendable {
  let folder: TemporaryFolder
  let clock: ManualClock
  let daemon: Daemon

  init(
    in folder: TemporaryFolder, clock: ManualClock = ManualClock(),
    beginning: Controller.Beginning = LiveCluster.beginning,
    options: SQLiteStore.Options = SQLiteStore.Options(), jobsPerUser: Int = Daemon.jobsPerUser
  ) throws {
    self.folder = folder
    self.clock = clock
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let controller = try Controller.open(
      in: folder.url.path, beginning: { beginning }, options: options, clock: { _ in clock })
    daemon = try Daemon(controller, jobsPerUser: jobsPerUser, logger: logger)
  }

  var controller: Controller { daemon.controller }

  var state: ClusterState { controller.store.durable.state }

  static let ada = Caller(name: "ada", uid: 1001, gid: 1001, role: .user)
  static let root = Caller(name: "root", uid: 0, gid: 0, role: .administrator)

  /// Submits a gang of whole nodes.
  @discardableResult
  func submit(
    members: Int = 1, count: Int = 1, _ change: (inout JobSubmission) -> Void = { _ in }
  ) async throws -> Answer {
    var gang = GangSpec()
    gang.perMember = GangSpec.Accelerators(count: 8)
    gang.members = members
    let task = TaskSpec(script: "#!/bin/sh\ntrue\n", directory: "/tmp")
    var submission = JobSubmission(name: "train", gang: gang, task: task)
    if count > 1 {
      submission.array = .init(indices: (0..<UInt32(count)).map { $0 * 2 })
    }
    change(&submission)
    let request = try Resolution(in: state).request(for: submission, by: Self.ada)
    let spec = SubmissionSpec(submission, by: TaskUser(uid: 1001, gid: 1001, name: "ada"))
    return await controller.tell(
      Telling(submitting: request, count: count, spec, from: "ada"))
  }

  /// The attempt at a job that runs, by the durable state; nil: none does.
  func attempt(_ job: UInt32) -> UInt16? {
    state.jobs[JobID(job)]?.lifecycle.run?.attempt.number
  }

  /// Half a minute goes by in which no agent is heard of.
  func missesItsAgents() async {
    clock.advance(seconds: 31)
    daemon.hub.sweep()
    _ = await controller.settled()
  }

  /// How a job has ended, as the accounts keep it.
  func kept(_ job: UInt32) throws -> KeptJob? {
    var query = KeptJobQuery()
    query.jobs = [JobID(job)]
    return try controller.store.jobs(query, after: JobID(0), most: 1).first
  }
}

/// An agent that does nothing but what a test says.
final class PuppetAgent {
  let station: Station
  let nodes: [String]
  /// Which agent it is.
  var instance: UInt64
  /// What it says of itself besides, whenever it registers.
  var change: (inout AgentRegistration) -> Void = { _ in }
  private(set) var session = ""
  private var acknowledged: UInt64 = 0
  private var reported: UInt64 = 0

  init(_ station: Station, _ nodes: String..., instance: UInt64 = 7) {
    self.station = station
    self.nodes = nodes
    self.instance = instance
  }

  /// Registers, with what it still has; waits until the machine knows.
  @discardableResult
  func register(having members: [MemberName] = []) async throws -> AgentSession {
    let nodes = nodes.map { name in
      var node = AgentRegistration.Node(
        name: name, address: "10.0.0.\(name.last ?? "0")", milliCores: 64_000, memoryMib: 65_536)
      node.accelerators = 8
      node.model = "h100"
      return node
    }
    var registration = AgentRegistration(
      name: self.nodes[0], instance: instance, nodes: nodes, members: members)
    change(&registration)
    let answer = try await station.daemon.hub.register(registration, by: Station.root)
    session = answer.session
    (acknowledged, reported) = (0, 0)
    _ = await station.controller.settled()
    return answer
  }

  /// What it is told to do since it was asked last, in words.
  func commands() async throws -> [String] {
    let batch = try await station.daemon.hub.commands(session, after: acknowledged, waitMs: 0)
    acknowledged = batch.first + UInt64(batch.commands.count) - 1
    return batch.commands.map { command in
      switch command {
      case .launch(let gang):
        let members = gang.members.map { "\($0.member) on \($0.node)" }.joined(separator: ", ")
        return "launch \(gang.job).\(gang.attempt): \(members)"
      case .terminate(let job, let attempt, _): return "terminate \(job).\(attempt)"
      case .forget(let job, let attempt): return "forget \(job).\(attempt)"
      case .signal(let job, let attempt, let name): return "signal \(job).\(attempt) \(name)"
      case .resize(let gang, let leaving, _):
        let members = gang.members.map { "\($0.member) on \($0.node)" }.joined(separator: ", ")
        return "resize \(gang.job).\(gang.attempt): \(members); without \(leaving)"
      case .readOutput(let question): return "read \(question.member.job)"
      }
    }
  }

  /// Expects to be told this since it was asked last.
  func isTold(_ wanted: [String], sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let told = try await commands()
    #expect(told == wanted, sourceLocation: sourceLocation)
  }

  /// Reports, with the next numbers; waits until that is durable.
  @discardableResult
  func report(_ reports: Report..., fenceMs: Int64? = nil) async throws -> UInt64 {
    let batch = ReportBatch(first: reported + 1, reports: reports, fenceMs: fenceMs)
    reported += UInt64(reports.count)
    return try await repeated(batch)
  }

  /// Reports once more what was reported already.
  @discardableResult
  func repeated(_ batch: ReportBatch) async throws -> UInt64 {
    try await station.daemon.hub.take(batch, from: session).acknowledged
  }
}

extension MemberName {
  init(_ job: UInt32, _ attempt: UInt16 = 1, _ member: Int = 0) {
    self.init(job: job, attempt: attempt, member: member)
  }
}

extension TaskEnd {
  static func code(_ code: Int, terminated: Bool = false) -> TaskEnd {
    var end = TaskEnd(exitCode: code, at: Moment(Instant(milliseconds: 0)))
    end.isTerminated = terminated
    return end
  }
}
