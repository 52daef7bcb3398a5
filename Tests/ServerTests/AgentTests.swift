import Cluster
import Codec
import Control
import Fleet
import Foundation
import Jobs
import Server
import Store
import Synchronization
import Testing
import Units
import Wire

/// A disk that stops when it is told to.
private final class SlowDisk: Sendable {
  private let state = Mutex((isStopped: false, isAwaited: false))

  var options: SQLiteStore.Options {
    var options = SQLiteStore.Options()
    options.beforeCommit = { [self] _ in
      while state.withLock({ state in
        state.isAwaited = state.isStopped
        return state.isStopped
      }) { usleep(500) }
    }
    return options
  }

  func stop() { state.withLock { $0.isStopped = true } }

  func goOn() { state.withLock { $0.isStopped = false } }

  /// Waits until something is written that does not come to its end.
  func isWriting() async { while !state.withLock({ $0.isAwaited }) { await Task.yield() } }
}

@Suite struct `Agents` {
  @Test func `launch what is submitted, and their reports end it`() async throws {
    let station = try Station(in: TemporaryFolder())
    let agent = PuppetAgent(station, "n0", "n1")
    try await agent.register()
    _ = try await station.submit(members: 2)
    try await agent.isTold(["launch 1.1: 0 on n0, 1 on n1"])
    try await agent.report(.started(MemberName(1)), .started(MemberName(1, 1, 1)))
    try await agent.report(.ended(MemberName(1), .code(0)))
    #expect(station.state.jobs.count == 1)
    try await agent.report(.ended(MemberName(1, 1, 1), .code(0)))
    try await agent.isTold(["forget 1.1"])
    let kept = try #require(try station.kept(1))
    #expect(kept.record.outcome == .completed)
    #expect(kept.nodes == "n[0-1]")
    #expect(kept.code == 0)
  }

  @Test func `are given no work before they come, nor while nobody hears of them`() async throws {
    let station = try Station(in: TemporaryFolder())
    let agent = PuppetAgent(station, "n0")
    _ = try await station.submit()
    #expect(station.state.jobs[JobID(1)]?.lifecycle.isPending == true)
    try await agent.register()
    try await agent.isTold(["launch 1.1: 0 on n0"])
    try await agent.report(.ended(MemberName(1), .code(0)))
    station.clock.advance(seconds: 31)
    station.daemon.hub.sweep()
    _ = try await station.submit()
    #expect(station.state.jobs[JobID(2)]?.lifecycle.isPending == true)
    try await agent.report()
    _ = await station.controller.settled()
    try await agent.isTold(["forget 1.1", "launch 2.1: 0 on n0"])
  }

  @Test func `end the others when one member ends badly`() async throws {
    let station = try Station(in: TemporaryFolder())
    let (first, second) = (PuppetAgent(station, "n0"), PuppetAgent(station, "n1", instance: 8))
    try await first.register()
    try await second.register()
    _ = try await station.submit(members: 2)
    try await second.isTold(["launch 1.1: 1 on n1"])
    try await first.report(.ended(MemberName(1), .code(3)))
    try await second.isTold(["terminate 1.1"])
    try await second.report(.ended(MemberName(1, 1, 1), .code(143, terminated: true)))
    let kept = try #require(try station.kept(1))
    #expect(kept.record.outcome == .failed)
    #expect(kept.code == 3)
  }

  @Test func `say everything as often as they like`() async throws {
    let station = try Station(in: TemporaryFolder())
    let agent = PuppetAgent(station, "n0")
    try await agent.register()
    _ = try await station.submit(count: 2)
    let end = ReportBatch(first: 1, reports: [.ended(MemberName(1), .code(0))])
    #expect(try await agent.repeated(end) == 1)
    let before = station.controller.store.durable.sequence
    #expect(try await agent.repeated(end) == 1)
    try await agent.register(having: [MemberName(1), MemberName(2)])
    #expect(try await agent.repeated(end) == 1)
    #expect(station.controller.store.durable.sequence == before)
    try await agent.isTold(["terminate 1.1", "forget 1.1"])
  }

  @Test func `that could not start a member end what they were told to launch again`()
    async throws
  {
    let station = try Station(in: TemporaryFolder())
    let agent = PuppetAgent(station, "n0")
    try await agent.register()
    _ = try await station.submit()
    try await agent.isTold(["launch 1.1: 0 on n0"])
    // It has no task of it, and its report is still on the way.
    try await agent.register()
    try await agent.isTold(["launch 1.1: 0 on n0"])
    try await agent.report(.notStarted(MemberName(1), what: "no such folder"))
    try await agent.isTold(["terminate 1.1", "forget 1.1"])
    let kept = try #require(try station.kept(1))
    #expect(kept.record.outcome == .failed)
    #expect(kept.code == 126)
  }

  @Test func `are refused nodes that the fleet doesn't have`() async throws {
    let station = try Station(in: TemporaryFolder())
    let agent = PuppetAgent(station, "n7", "n0")
    let session = try await agent.register()
    #expect(session.refused.map(\.code) == ["no-such-node"])
    #expect(session.fenceMs == 1_800_000)
    await #expect(throws: Refusal.self) {
      try await station.daemon.hub.register(
        AgentRegistration(
          name: "x", instance: 1,
          nodes: [.init(name: "n0", address: "x", milliCores: 0, memoryMib: 0)]),
        by: Station.ada)
    }
  }

  @Test func `are answered nothing that may yet be lost`() async throws {
    struct DiskFault: Error {}
    var options = SQLiteStore.Options()
    // The fleet is opened, resumed and not heard of; that an agent comes can't be kept.
    options.beforeCommit = { number in if number > 3 { throw DiskFault() } }
    let station = try Station(in: TemporaryFolder(), options: options)
    let refusal = await #expect(throws: Refusal.self) {
      try await PuppetAgent(station, "n0").register()
    }
    #expect(refusal?.code == "stopped")
  }

  @Test func `end a job that is cancelled`() async throws {
    let station = try Station(in: TemporaryFolder())
    let agent = PuppetAgent(station, "n0")
    try await agent.register()
    _ = try await station.submit()
    _ = await station.controller.tell(Telling(.cancel(JobID(1)), from: "ada"))
    try await agent.isTold(["launch 1.1: 0 on n0", "terminate 1.1"])
    try await agent.report(.ended(MemberName(1), .code(143, terminated: true)))
    #expect(try station.kept(1)?.record.outcome == .cancelled)
  }

  @Test func `that ended a job for want of a controller have it started again`() async throws {
    let station = try Station(in: TemporaryFolder())
    let agent = PuppetAgent(station, "n0")
    try await agent.register()
    _ = try await station.submit()
    _ = try await agent.commands()
    try await agent.report(.ended(MemberName(1), .code(143, terminated: true)))
    try await agent.isTold(["terminate 1.1", "forget 1.1", "launch 1.2: 0 on n0"])
  }

  @Test func `start nothing any more that was given up before they heard of it`() async throws {
    let station = try Station(in: TemporaryFolder())
    let agent = PuppetAgent(station, "n0")
    try await agent.register()
    try await station.submit()
    await station.missesItsAgents()
    station.clock.advance(seconds: 1878)
    _ = await station.controller.settled()
    // It is heard of again in the session in which the launch waited.
    try await agent.report()
    _ = await station.controller.settled()
    try await agent.isTold(["terminate 1.1", "forget 1.1", "launch 1.2: 0 on n0"])
  }

  /// The agent of the first node registers while it is decided, but not durable yet, that its
  /// lease is over.
  private func register(
    _ agent: PuppetAgent, asIsGivenUpBy station: Station, _ disk: SlowDisk
  ) async throws {
    disk.stop()
    station.clock.advance(seconds: 1878)
    await disk.isWriting()
    let later = Task {
      while await station.controller.look().machine.state.silence[NodeID(0)] != nil {
        await Task.yield()
      }
      disk.goOn()
    }
    try await agent.register()
    await later.value
  }

  @Test func `that come as a job is given up start no more of it`() async throws {
    let disk = SlowDisk()
    let station = try Station(in: TemporaryFolder(), options: disk.options)
    let agent = PuppetAgent(station, "n0")
    try await agent.register()
    try await station.submit()
    await station.missesItsAgents()
    try await register(agent, asIsGivenUpBy: station, disk)
    try await agent.isTold(["terminate 1.1", "forget 1.1", "launch 1.2: 0 on n0"])
  }

  @Test func `that come as a member is given up start it no more`() async throws {
    let disk = SlowDisk()
    let station = try Station(in: TemporaryFolder(), options: disk.options)
    let (agent, other) = (PuppetAgent(station, "n0"), PuppetAgent(station, "n1", instance: 8))
    try await agent.register()
    try await other.register()
    try await station.submit(members: 2)
    try await other.isTold(["launch 1.1: 1 on n1"])
    station.clock.advance(seconds: 31)
    try await other.report(.started(MemberName(1, 1, 1)))
    station.daemon.hub.sweep()
    _ = await station.controller.settled()
    // The other has its own still.
    try await register(agent, asIsGivenUpBy: station, disk)
    try await agent.isTold(["terminate 1.1"])
    try await other.isTold(["terminate 1.1"])
  }
}

@Suite struct `After a restart of the daemon` {
  private func restarted(_ folder: TemporaryFolder, _ clock: ManualClock) async throws -> Station {
    let station = try Station(in: folder, clock: clock)
    _ = await station.controller.settled()
    return station
  }

  private func running(_ folder: TemporaryFolder, _ clock: ManualClock) async throws {
    let station = try Station(in: folder, clock: clock)
    let agent = PuppetAgent(station, "n0", "n1")
    try await agent.register()
    _ = try await station.submit(members: 2)
    _ = try await agent.commands()
    station.controller.close()
  }

  @Test func `what an agent has is adopted, and not launched again`() async throws {
    let (folder, clock) = (try TemporaryFolder(), ManualClock())
    try await running(folder, clock)
    let station = try await restarted(folder, clock)
    let agent = PuppetAgent(station, "n0", "n1")
    let session = try await agent.register(having: [MemberName(1), MemberName(1, 1, 1)])
    #expect(session.epoch == 2)
    try await agent.isTold([])
    try await agent.report(
      .ended(MemberName(1), .code(0)), .ended(MemberName(1, 1, 1), .code(0)))
    #expect(try station.kept(1)?.record.outcome == .completed)
  }

  @Test func `what an agent never had is launched, by the script that was submitted`() async throws
  {
    let (folder, clock) = (try TemporaryFolder(), ManualClock())
    try await running(folder, clock)
    let station = try await restarted(folder, clock)
    let agent = PuppetAgent(station, "n1")
    try await agent.register()
    let batch = try await station.daemon.hub.commands(agent.session, after: 0, waitMs: 0)
    guard case .launch(let gang) = batch.commands.first else {
      Issue.record("\(batch)")
      return
    }
    #expect(gang.task.script == "#!/bin/sh\ntrue\n")
    #expect(gang.user.name == "ada")
    #expect(gang.members.map(\.member) == [1])
    #expect(gang.nodes == "n[0-1]")
  }

  @Test func `a member that was seen running and is gone is lost`() async throws {
    let station = try Station(in: TemporaryFolder())
    let agent = PuppetAgent(station, "n0")
    try await agent.register()
    _ = try await station.submit()
    try await agent.report(.started(MemberName(1)))
    try await agent.register()
    try await agent.isTold(["terminate 1.1", "forget 1.1", "launch 1.2: 0 on n0"])
  }

  @Test func `members of attempts that are over are ended, and then forgotten`() async throws {
    let station = try Station(in: TemporaryFolder())
    let agent = PuppetAgent(station, "n0")
    try await agent.register(having: [MemberName(9, 4)])
    try await agent.isTold(["terminate 9.4"])
    try await agent.report(.ended(MemberName(9, 4), .code(143, terminated: true)))
    try await agent.isTold(["forget 9.4"])
  }

  @Test func `a node that was silent has its fence anew`() async throws {
    let (folder, clock) = (try TemporaryFolder(), ManualClock())
    try await running(folder, clock)
    do {
      let station = try await restarted(folder, clock)
      await station.missesItsAgents()
      station.controller.close()
    }
    clock.advance(seconds: 3600)
    let station = try await restarted(folder, clock)
    #expect(station.state.jobs[JobID(1)]?.lifecycle.run?.attempt == AttemptNumber(1))
    clock.advance(seconds: 1878)
    _ = await station.controller.settled()
    _ = await station.controller.settled()
    #expect(station.state.jobs[JobID(1)]?.lifecycle.run == nil)
  }

  @Test func `a cancelled job whose agent was away is not launched`() async throws {
    let (folder, clock) = (try TemporaryFolder(), ManualClock())
    try await running(folder, clock)
    let station = try await restarted(folder, clock)
    _ = await station.controller.tell(Telling(.cancel(JobID(1)), from: "ada"))
    let agent = PuppetAgent(station, "n0", "n1")
    try await agent.register()
    _ = await station.controller.settled()
    try await agent.isTold(["terminate 1.1", "forget 1.1"])
    #expect(try station.kept(1)?.record.outcome == .cancelled)
  }
}
