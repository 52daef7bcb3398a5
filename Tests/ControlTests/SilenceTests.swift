import Cluster
import Control
import Fleet
import Jobs
import Policy
import Testing
import Units

extension Driver {
  fileprivate mutating func silent(_ nodes: UInt32..., at second: Int64) {
    give(.agentsChanged(nodes.map { NodeID($0) }, isHeardOf: false), at: second)
  }

  fileprivate mutating func heard(_ nodes: UInt32..., at second: Int64) {
    give(.agentsChanged(nodes.map { NodeID($0) }, isHeardOf: true), at: second)
  }
}

/// The fence of a policy, a hundredth of it and a minute, in seconds.
private let fence: Int64 = 1800 + 18 + 60

@Suite struct `A node that is not heard of` {
  @Test func `gets no new work, and keeps what it has`() throws {
    var driver = try Driver()
    driver.submit(4, limit: 9000, at: 0)
    driver.silent(1, 0, at: 1)
    driver.submit(4, limit: 10, at: 2)
    #expect(driver.launched.isEmpty)
    driver.heard(0, 1, at: 3)
    #expect(driver.launched == [2])
    #expect(driver.machine.state.jobs.count == 2)
  }

  @Test func `is as operators want it once it is heard of again`() throws {
    var driver = try Driver()
    driver.silent(0, at: 1)
    driver.give(.nodeChanged(NodeID(0), .drained), at: 2)
    #expect(driver.machine.state.occupancy.condition(of: NodeID(0)) == .silent)
    driver.heard(0, at: 3)
    #expect(driver.machine.state.occupancy.condition(of: NodeID(0)) == .drained)
  }

  @Test func `loses its tasks after the fence and the margin, and not before`() throws {
    var driver = try Driver()
    driver.submit(4, limit: 9000, at: 0)
    driver.silent(0, at: 10)
    #expect(driver.alarms == [10 + fence])
    driver.tick(at: 10 + fence - 1)
    #expect(driver.machine.state.jobs[JobID(1)]?.lifecycle.run != nil)
    driver.tick(at: 10 + fence)
    #expect(driver.events.contains(.lost(JobID(1), at: .second(10 + fence))))
    #expect(driver.launched == [1])
  }

  @Test func `has its time anew whenever it was heard of`() throws {
    var driver = try Driver()
    driver.submit(4, limit: 9000, at: 0)
    driver.silent(0, at: 10)
    driver.heard(0, at: 1000)
    driver.silent(0, at: 1001)
    driver.tick(at: 10 + fence)
    #expect(driver.machine.state.jobs[JobID(1)]?.lifecycle.run?.attempt == AttemptNumber(1))
    driver.tick(at: 1001 + fence)
    #expect(driver.events.contains(.lost(JobID(1), at: .second(1001 + fence))))
  }

  @Test func `has the rest of a gang ended first, so that attempts never overlap`() throws {
    var driver = try Driver(nodes: 4)
    driver.submit(8, limit: 9000, at: 0)
    driver.silent(0, at: 10)
    driver.tick(at: 10 + fence)
    #expect(driver.terminated == [1])
    #expect(driver.launched.isEmpty)
    driver.give(
      .memberEnded(JobID(1), AttemptNumber(1), NodeID(1), .terminated, code: 143),
      at: 20 + fence)
    #expect(driver.launched == [1])
  }

  @Test func `is not forgotten by a controller that takes over`() throws {
    var driver = try Driver()
    driver.submit(4, limit: 9000, at: 0)
    driver.silent(0, at: 10)
    var next = Driver(
      ControlMachine(resuming: driver.machine.state, plannedAt: driver.machine.lastPlan))
    next.tick(at: 10 + fence)
    #expect(next.events.contains(.lost(JobID(1), at: .second(10 + fence))))
  }

  /// The clock may have been set by an hour while nobody looked at it.
  @Test func `has a whole fence anew when a controller takes over`() throws {
    var driver = try Driver(nodes: 3)
    driver.submit(4, limit: 90_000, at: 0)
    driver.silent(0, at: 10)
    driver.silent(2, at: 20)
    var next = Driver(
      ControlMachine(resuming: driver.machine.state, plannedAt: driver.machine.lastPlan))
    next.give(.resumed, at: 5000)
    #expect(next.machine.state.silence.nodes.map(\.since) == [.second(5000), .second(5000)])
    next.tick(at: 5000 + fence - 1)
    #expect(next.machine.state.jobs[JobID(1)]?.lifecycle.run?.attempt == AttemptNumber(1))
    next.tick(at: 5000 + fence)
    #expect(next.events.contains(.lost(JobID(1), at: .second(5000 + fence))))
  }
}

@Suite struct `A fence that a policy changes` {
  @Test func `holds for nodes that were silent before`() throws {
    var driver = try Driver()
    driver.submit(4, limit: 90_000, at: 0)
    driver.silent(0, at: 10)
    var policy = driver.machine.policy
    policy.fence = .seconds(2400)
    driver.give(.policyChanged(policy), at: 20)
    driver.tick(at: 10 + fence)
    #expect(driver.machine.state.jobs[JobID(1)]?.lifecycle.run?.attempt == AttemptNumber(1))
    driver.tick(at: 10 + 2484)
    #expect(driver.events.contains(.lost(JobID(1), at: .second(10 + 2484))))
  }
}
