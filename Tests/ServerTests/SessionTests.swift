import Cluster
import Control
import Fleet
import Foundation
import Jobs
import Policy
import PolicyFiles
import Server
import Store
import Testing
import Units
import Wire

extension NodeID {
  fileprivate static let n0 = NodeID(0)
}

@Suite struct `A second agent of a node` {
  @Test func `is refused while the first may have tasks`() async throws {
    let station = try Station(in: TemporaryFolder())
    let first = PuppetAgent(station, "n0")
    try await first.register()
    let second = PuppetAgent(station, "n0", instance: 8)
    let refusal = await #expect(throws: Refusal.self) { try await second.register() }
    #expect(refusal?.code == "node-taken")
    #expect(refusal?.fix.contains("--take-over") == true)
    #expect(try await first.commands() == [])
  }

  @Test func `is refused by a controller that takes over, too`() async throws {
    let (folder, clock) = (try TemporaryFolder(), ManualClock())
    do {
      let station = try Station(in: folder, clock: clock)
      try await PuppetAgent(station, "n0").register()
      station.controller.close()
    }
    let station = try Station(in: folder, clock: clock)
    await #expect(throws: Refusal.self) {
      try await PuppetAgent(station, "n0", instance: 8).register()
    }
    try await PuppetAgent(station, "n0").register()
  }

  @Test func `has the node once the lease is over, and starts nothing for a second time`()
    async throws
  {
    let station = try Station(in: TemporaryFolder())
    let first = PuppetAgent(station, "n0")
    try await first.register()
    try await station.submit()
    await station.missesItsAgents()
    station.clock.advance(seconds: 1878)
    _ = await station.controller.settled()
    let second = PuppetAgent(station, "n0", instance: 8)
    try await second.register()
    try await second.isTold(["launch 1.2: 0 on n0"])
  }

  @Test func `may take over what nobody has any more`() async throws {
    let station = try Station(in: TemporaryFolder())
    let first = PuppetAgent(station, "n0")
    try await first.register()
    try await station.submit()
    _ = try await first.commands()
    let second = PuppetAgent(station, "n0", instance: 8)
    second.change = { $0.takesOver = true }
    try await second.register()
    try await second.isTold(["terminate 1.1", "forget 1.1", "launch 1.2: 0 on n0"])
    try await first.isTold(["terminate 1.1"])
  }
}

@Suite struct `An agent of another time or place` {
  @Test func `is refused where it has served another cluster`() async throws {
    let station = try Station(in: TemporaryFolder())
    let agent = PuppetAgent(station, "n0")
    agent.change = { $0.cluster = "elsewhere" }
    let refusal = await #expect(throws: Refusal.self) { try await agent.register() }
    #expect(refusal?.code == "other-cluster")
  }

  @Test func `is refused where it knows a later controller of the same cluster`() async throws {
    let station = try Station(in: TemporaryFolder())
    let agent = PuppetAgent(station, "n0")
    let session = try await agent.register()
    agent.change = { ($0.cluster, $0.epoch) = (session.cluster, 2) }
    let refusal = await #expect(throws: Refusal.self) { try await agent.register() }
    #expect(refusal?.code == "old-journal")
    #expect(refusal?.fix.contains("--restored") == true)
  }
}

@Suite struct `After a backup was put back` {
  /// A job runs on n0 when the backup is made; later another runs on n1 of which it says nothing.
  private func lost(_ clock: ManualClock) async throws -> (TemporaryFolder, AgentSession) {
    let (folder, copy) = (try TemporaryFolder(), try TemporaryFolder())
    let station = try Station(in: folder, clock: clock)
    let agent = PuppetAgent(station, "n0", "n1")
    let session = try await agent.register()
    try await station.submit()
    try SQLiteStore.backUp(folder.path("journal.db"), to: copy.path("journal.db"))
    try await station.submit()
    #expect(station.attempt(2) == 1)
    station.controller.close()
    return (copy, session)
  }

  @Test func `what it knows goes on, and what it doesn't is ended`() async throws {
    let clock = ManualClock()
    let (copy, before) = try await lost(clock)
    let station = try Station(in: copy, clock: clock)
    let agent = PuppetAgent(station, "n0", "n1")
    agent.change = { ($0.cluster, $0.epoch) = (before.cluster, before.epoch + 5) }
    let session = try await agent.register(having: [MemberName(1), MemberName(2)])
    #expect(session.cluster == before.cluster && session.epoch > before.epoch + 5)
    try await agent.isTold(["terminate 2.1"])
    #expect(station.attempt(1) == 1)
    guard case .accepted(let next, _) = try await station.submit() else {
      Issue.record("not accepted")
      return
    }
    #expect(next == JobID(1_000_002))
  }

  @Test func `no node gets work before all agents have come or can have no tasks`() async throws {
    let clock = ManualClock()
    let (copy, _) = try await lost(clock)
    let station = try Station(in: copy, clock: clock)
    let agent = PuppetAgent(station, "n1")
    try await agent.register()
    for (seconds, silent) in [(0, [0, 1]), (1877, [0, 1]), (1, [0])] as [(Int64, [UInt32])] {
      clock.advance(seconds: seconds)
      try await agent.report()
      station.daemon.hub.sweep()
      _ = await station.controller.settled()
      #expect(station.state.silence.nodes.map(\.node.number) == silent)
    }
    #expect(station.attempt(1) == 1)
    clock.advance(seconds: 60)
    _ = await station.controller.settled()
    _ = await station.controller.settled()
    #expect(station.attempt(1) == 1002, "given up, and started where an agent is")
  }

  @Test func `what an agent does not have any more is not launched by the same number`()
    async throws
  {
    let clock = ManualClock()
    let (copy, _) = try await lost(clock)
    let station = try Station(in: copy, clock: clock)
    let agent = PuppetAgent(station, "n0", "n1")
    try await agent.register()
    station.daemon.hub.sweep()
    _ = await station.controller.settled()
    _ = await station.controller.settled()
    #expect(station.attempt(1) == 1002)
  }
}

@Suite struct `What is told to agents` {
  @Test func `is how much time is left, when it is sent`() async throws {
    let station = try Station(in: TemporaryFolder())
    let agent = PuppetAgent(station, "n0")
    try await agent.register()
    try await station.submit { $0.timeLimitMs = 3_600_000 }
    station.clock.advance(seconds: 20)
    let batch = try await station.daemon.hub.commands(agent.session, after: 0, waitMs: 0)
    guard case .launch(let gang) = batch.commands.first else {
      Issue.record("\(batch)")
      return
    }
    #expect(gang.timeLeftMs == 3_580_000)
  }

  @Test func `of signals is not lost with a session`() async throws {
    let station = try Station(in: TemporaryFolder())
    let agent = PuppetAgent(station, "n0")
    try await agent.register()
    try await station.submit()
    _ = try await agent.commands()
    try await agent.report(.started(MemberName(1)))
    try station.daemon.hub.signal(JobID(1), "USR1")
    try await agent.register(having: [MemberName(1)])
    try await agent.isTold(["signal 1.1 USR1"])
  }

  @Test func `is the fence in force, and the machine waits until they keep to it`() async throws {
    let station = try Station(in: TemporaryFolder())
    let agent = PuppetAgent(station, "n0")
    try await agent.register()
    var policy = station.state.policy
    policy.fence = .seconds(600)
    _ = await station.controller.tell(Telling(.policyChanged(policy)))
    #expect(station.state.lease(of: .n0) == .seconds(1878))
    try await agent.report(fenceMs: 1_800_000)
    #expect(station.state.lease(of: .n0) == .seconds(1878))
    try await agent.report(fenceMs: 600_000)
    #expect(station.state.lease(of: .n0) == .seconds(666))
  }

  @Test func `is so many bytes at once, and not more`() async throws {
    let station = try Station(in: TemporaryFolder())
    let agent = PuppetAgent(station, "n0", "n1")
    try await agent.register()
    for _ in 0..<2 {
      try await station.submit { $0.task.script = String(repeating: "#", count: 9 << 20) }
    }
    let hub = station.daemon.hub
    #expect(try await hub.commands(agent.session, after: 0, waitMs: 0).commands.count == 1)
    #expect(try await hub.commands(agent.session, after: 1, waitMs: 0).commands.count == 1)
  }
}

@Suite struct `How nodes are` {
  @Test func `is said at each registration, and known after a restart`() async throws {
    let (folder, clock) = (try TemporaryFolder(), ManualClock())
    do {
      let station = try Station(in: folder, clock: clock)
      let agent = PuppetAgent(station, "n0")
      agent.change = { $0.nodes[0].trouble = "hot" }
      try await agent.register()
      #expect(station.state.occupancy.condition(of: .n0) == .drained)
      station.controller.close()
    }
    let station = try Station(in: folder, clock: clock)
    #expect(station.state.records[.n0].why == "hot")
    try await PuppetAgent(station, "n0").register()
    #expect(station.state.occupancy.condition(of: .n0) == .inService)
  }

  @Test func `doesn't lift what an operator wants`() async throws {
    let station = try Station(in: TemporaryFolder())
    let agent = PuppetAgent(station, "n0")
    try await agent.register()
    try await agent.report(.health(node: "n0", trouble: "hot"))
    let drain = NodeNote.wanted(.drained, reason: "a fan")
    _ = await station.controller.tell(Telling(.noted([.n0], drain), from: "root"))
    try await agent.report(.health(node: "n0", trouble: nil))
    #expect(station.state.occupancy.condition(of: .n0) == .drained)
    #expect(station.state.records[.n0].why == "a fan")
  }

  @Test func `new ones wait for their agent, which comes anew`() async throws {
    let station = try Station(in: TemporaryFolder())
    let agent = PuppetAgent(station, "n0", "n2")
    #expect(try await agent.register().refused.map(\.code) == ["no-such-node"])
    let text = LiveCluster.fleet.replacing("n[0-1]", with: "n[0-2]")
    let fleet = try FleetFile.decode(text, file: "fleet.yaml")
    _ = await station.controller.tell(Telling(.fleetChanged(fleet)))
    await #expect(throws: Refusal.self) { try await agent.commands() }
    #expect(try await agent.register().refused.isEmpty)
    #expect(station.state.silence.nodes.map(\.node) == [NodeID(1)])
  }
}
