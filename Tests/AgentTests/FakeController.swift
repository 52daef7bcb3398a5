import Agent
import Foundation
import Synchronization
import Units
import Wire

/// A controller in the same process: it hands out commands, and keeps what is reported.
final class FakeController: ControllerLink {
  struct Away: Error {}

  private struct Contents {
    var sessions = 0
    var epoch: UInt64 = 1
    var fenceMs: Int64 = 60_000
    var fence: Int64?
    var largestBatch = 0
    var isAway = false
    var isDeaf = false
    var registrations: [AgentRegistration] = []
    var commands: [AgentCommand] = []
    var reports: [Report] = []
    var received: UInt64 = 0
  }

  private let contents = Mutex(Contents())

  init(fenceMs: Int64 = 60_000) { contents.withLock { $0.fenceMs = fenceMs } }

  var reports: [Report] { contents.withLock(\.reports) }
  var registrations: [AgentRegistration] { contents.withLock(\.registrations) }

  /// Whether it answers nobody.
  func setAway(_ isAway: Bool) { contents.withLock { $0.isAway = isAway } }

  /// Whether it takes reports, but acknowledges none.
  func setDeaf(_ isDeaf: Bool) { contents.withLock { $0.isDeaf = isDeaf } }

  /// Another fence is in force.
  func setFence(_ fenceMs: Int64) { contents.withLock { $0.fenceMs = fenceMs } }

  /// How many reports came at once, at most.
  var largestBatch: Int { contents.withLock { $0.largestBatch } }

  /// The fence that the agent says it keeps to.
  var fence: Int64? { contents.withLock { $0.fence } }

  func setEpoch(_ epoch: UInt64) { contents.withLock { $0.epoch = epoch } }

  func send(_ command: AgentCommand) { contents.withLock { $0.commands.append(command) } }

  func register(_ registration: AgentRegistration) async throws -> AgentSession {
    try contents.withLock { contents in
      guard !contents.isAway else { throw Away() }
      contents.sessions += 1
      contents.registrations.append(registration)
      contents.commands = []
      contents.received = 0
      return AgentSession(
        session: "s\(contents.sessions)", cluster: "fake", epoch: contents.epoch, heartbeatMs: 50,
        fenceMs: contents.fenceMs)
    }
  }

  func report(_ batch: ReportBatch, _ session: AgentSession) async throws -> ReportReceipt {
    try contents.withLock { contents in
      guard !contents.isAway else { throw Away() }
      guard session.session == "s\(contents.sessions)" else {
        throw Refusal("unknown-session", "there is no such session", fix: "register")
      }
      guard !contents.isDeaf else { return ReportReceipt(acknowledged: 0) }
      let isNew = zip(batch.first..., batch.reports).filter { $0.0 > contents.received }
      contents.reports += isNew.map(\.1)
      contents.received = max(contents.received, isNew.last?.0 ?? 0)
      contents.fence = batch.fenceMs
      contents.largestBatch = max(contents.largestBatch, batch.reports.count)
      return ReportReceipt(acknowledged: contents.received, fenceMs: contents.fenceMs)
    }
  }

  func commands(
    _ session: AgentSession, after: UInt64, wait: Int64
  ) async throws -> CommandBatch {
    for _ in 0..<40 {
      let found: CommandBatch? = try contents.withLock { contents in
        guard !contents.isAway else { throw Away() }
        guard session.session == "s\(contents.sessions)" else {
          throw Refusal("unknown-session", "there is no such session", fix: "register")
        }
        let rest = contents.commands.dropFirst(Int(after))
        return rest.isEmpty ? nil : CommandBatch(first: after + 1, commands: Array(rest))
      }
      if let found { return found }
      try await Task.sleep(for: .milliseconds(5))
    }
    return CommandBatch(first: after + 1, commands: [])
  }

  /// Waits until a report is there that `matches` wants, and returns what it makes of it.
  func await<T>(
    _ what: String, within seconds: Double = 20, _ matches: (Report) -> T?
  ) async throws -> T {
    let end = Date().addingTimeInterval(seconds)
    while Date() < end {
      for report in reports { if let match = matches(report) { return match } }
      try await Task.sleep(for: .milliseconds(5))
    }
    throw Missed(what: what, reports: reports)
  }

  struct Missed: Error {
    var what: String
    var reports: [Report]
  }

  func end(of member: MemberName) async throws -> TaskEnd {
    try await self.await("the end of \(member)") { report in
      guard case .ended(member, let end) = report else { return nil }
      return end
    }
  }

  func start(of member: MemberName) async throws {
    try await self.await("the start of \(member)") { $0 == .started(member) ? () : nil }
  }
}
