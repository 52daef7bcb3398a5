import Cluster
import Control
import Fleet
import Jobs
import Policy
import Testing
import Units

/// Nodes of four under a policy in which urgent jobs make an elastic sweep smaller, with a notice
/// of ten seconds.
private func sweeping(nodes: Int = 3) throws -> Driver {
  var policy = try #require(ClusterPolicy.builtIn(named: "fair-share"))
  policy.preemption = PreemptionRules()
  policy.preemption?.reclaims = false
  policy.modes[0].isPreemptible = true
  policy.modes[0].grace = .seconds(10)
  var urgent = AccessMode(name: "urgent")
  (urgent.tier, urgent.preempts) = (1, [0])
  policy.modes.append(urgent)
  let topology = try Topology.flat(nodes: nodes, accelerators: 4)
  return Driver(ControlMachine(topology: topology, policy: policy))
}

extension Driver {
  /// Submits a gang of nodes that goes on with one.
  fileprivate mutating func sweep(_ nodes: Int, at second: Int64) {
    var options = JobTerms.Options()
    options.leastMembers = 1
    var request = JobRequest.of(4 * nodes, limit: 90_000)
    request.terms = JobTerms(options)
    give(.submit(request), at: second)
  }

  fileprivate mutating func urgent(_ nodes: Int, at second: Int64) {
    var request = JobRequest.of(4 * nodes, limit: 1000)
    request.mode = ModeID(1)
    give(.submit(request), at: second)
  }

  /// What the last input had resized: the job, how many members it keeps, and the number.
  fileprivate var resizes: [[UInt32]] {
    effects.compactMap { effect in
      guard case .resize(let job, _, let keeps, let number) = effect else { return nil }
      return [job.number, UInt32(keeps.slices.count), number]
    }
  }

  fileprivate func run(_ job: UInt32) -> JobLifecycle.Run? {
    machine.state.jobs[JobID(job)]?.lifecycle.run
  }

  fileprivate mutating func resized(_ job: UInt32, number: UInt32, at second: Int64) {
    give(.resized(JobID(job), AttemptNumber(1), number: number), at: second)
  }
}

/// A sweep on three nodes, one of them leaving for a claim that is void since, under a controller
/// that takes over; another urgent job has a claim to it, which no plan makes any more.
private func leaving(
  nodes: Int,
  _ claim: (JobLifecycle.Run) -> (to: Allocation, victims: [Claim.Victim], shrinks: [Claim.Shrink])
) throws -> Driver {
  var driver = try sweeping()
  driver.sweep(3, at: 0)
  driver.urgent(1, at: 100)
  driver.tick(at: 110)
  driver.give(.cancel(JobID(2)), at: 111)
  driver.urgent(nodes, at: 112)
  var state = driver.machine.state
  let parts = claim(try #require(driver.run(1)))
  let made = Claim(
    id: state.nextClaim, preemptor: JobID(3), ground: .tier, allocation: parts.to,
    victims: parts.victims, shrinks: parts.shrinks)
  state.apply(.claimed(made, at: .second(112)))
  return Driver(ControlMachine(resuming: state, plannedAt: .second(112)))
}

@Suite struct `A gang that is told to be smaller` {
  @Test func `holds all until who leaves is gone, and then makes room`() throws {
    var driver = try sweeping()
    driver.sweep(3, at: 0)
    driver.urgent(1, at: 100)
    driver.tick(at: 110)
    #expect(driver.resizes == [[1, 2, 1]])
    #expect(driver.run(1)?.allocation.slices.count == 3)
    driver.resized(1, number: 1, at: 112)
    #expect(driver.run(1)?.allocation.slices.count == 2)
    #expect(driver.launched == [2])
  }

  @Test func `is smaller though the claim is void meanwhile`() throws {
    var driver = try sweeping()
    driver.sweep(3, at: 0)
    driver.urgent(1, at: 100)
    driver.tick(at: 110)
    driver.give(.cancel(JobID(2)), at: 111)
    #expect(driver.machine.state.claims.isEmpty)
    driver.resized(1, number: 1, at: 112)
    #expect(driver.run(1)?.members?.numbers.count == driver.run(1)?.allocation.slices.count)
    // What it let go is free, and nobody waits: it has members back, of other numbers.
    #expect(driver.run(1)?.members?.next == 4)
    #expect(driver.resizes == [[1, 3, 2]])
  }

  @Test func `takes late news of an earlier resize for nothing`() throws {
    var driver = try sweeping()
    driver.sweep(3, at: 0)
    driver.urgent(1, at: 100)
    driver.tick(at: 110)
    let version = driver.machine.state.version
    driver.resized(1, number: 0, at: 111)
    driver.resized(1, number: 2, at: 111)
    #expect(driver.machine.state.version == version)
    #expect(driver.run(1)?.allocation.slices.count == 3)
  }

  @Test func `goes on leaving under a controller that takes over`() throws {
    var driver = try sweeping()
    driver.sweep(3, at: 0)
    driver.urgent(1, at: 100)
    driver.tick(at: 110)
    var next = Driver(
      ControlMachine(resuming: driver.machine.state, plannedAt: driver.machine.lastPlan))
    next.give(.resumed, at: 120)
    #expect(next.resizes.isEmpty, "it was told, and the hub tells agents again")
    next.resized(1, number: 1, at: 121)
    #expect(next.launched == [2])
  }

  @Test func `is no other claim's victim until it is`() throws {
    var driver = try sweeping()
    driver.sweep(3, at: 0)
    driver.urgent(1, at: 100)
    driver.tick(at: 110)
    driver.give(.cancel(JobID(2)), at: 111)
    driver.urgent(1, at: 112)
    #expect(driver.machine.state.claims.isEmpty)
    driver.resized(1, number: 1, at: 113)
    #expect(driver.launched == [3] && driver.resizes.isEmpty)
  }

  @Test func `goes altogether where an earlier version has claimed all of it`() throws {
    let eviction = JobLifecycle.Eviction(signal: .second(112), end: .second(122))
    let victim = Claim.Victim(job: JobID(1), eviction: eviction, loss: 0)
    var driver = try leaving(nodes: 3) { ($0.allocation, [victim], []) }
    driver.resized(1, number: 1, at: 113)
    let ends = try #require(driver.run(1)?.ends)
    #expect(ends.nodes.count == 1 && ends.exit == .finished)
    let left = driver.run(1)?.allocation.slices.map(\.node).filter { !ends.contains($0) } ?? []
    driver.tick(at: 130)
    for node in left {
      driver.give(
        .memberEnded(JobID(1), AttemptNumber(1), node, .terminated, code: 143), at: 131)
    }
    #expect(driver.launched == [3])
  }

  @Test func `leaves a claim void that an earlier version made to members that stay`() throws {
    var driver = try leaving(nodes: 1) { run in
      let stays = run.members?.keeps?.slices.first.map { [$0] } ?? []
      let keeps = run.allocation.slices.filter { !stays.contains($0) }
      let shrink = Claim.Shrink(
        job: JobID(1), keeps: Allocation(slices: keeps), end: .second(122))
      return (Allocation(slices: stays), [], [shrink])
    }
    driver.resized(1, number: 1, at: 113)
    #expect(driver.run(1)?.allocation.slices.count == 2)
    #expect(driver.launched == [3])
  }

  @Test func `loses nothing with a node that it was leaving`() throws {
    var driver = try sweeping()
    driver.sweep(3, at: 0)
    driver.urgent(1, at: 100)
    driver.tick(at: 110)
    let keeps = try #require(driver.run(1)?.members?.keeps)
    let node = try #require(
      driver.run(1)?.allocation.slices.map(\.node).first { node in
        !keeps.slices.contains { $0.node == node }
      })
    driver.give(.memberEnded(JobID(1), AttemptNumber(1), node, .lost, code: 0), at: 111)
    #expect(driver.terminated.isEmpty)
    driver.resized(1, number: 1, at: 112)
    #expect(driver.run(1)?.ends == nil && driver.run(1)?.allocation == keeps)
  }
}

@Suite struct `What is said of nodes` {
  private let node = NodeID(0)

  @Test func `by an operator outlives what its agent says`() throws {
    var driver = try Driver()
    driver.give(.noted([node], .wanted(.drained, reason: "a fan")), at: 1)
    driver.give(.noted([node], .trouble("hot")), at: 2)
    driver.give(.noted([node], .trouble("")), at: 3)
    #expect(driver.machine.state.occupancy.condition(of: node) == .drained)
    #expect(driver.machine.state.records[node].why == "a fan")
  }

  @Test func `by its agent takes it out of service until it says otherwise`() throws {
    var driver = try Driver(nodes: 1)
    driver.give(.noted([node], .trouble("hot")), at: 1)
    driver.submit(4, limit: 10, at: 2)
    #expect(driver.launched.isEmpty)
    #expect(driver.machine.state.records[node].why == "hot")
    driver.give(.noted([node], .trouble("")), at: 3)
    #expect(driver.launched == [1])
  }

  @Test func `is overruled where an operator has it back`() throws {
    var driver = try Driver(nodes: 1)
    driver.give(.noted([node], .trouble("hot")), at: 1)
    driver.give(.noted([node], .wanted(.inService, reason: "")), at: 2)
    #expect(driver.machine.state.occupancy.condition(of: node) == .inService)
  }

  @Test func `changes nothing where it is known, or of no node`() throws {
    var driver = try Driver()
    driver.give(.noted([node], .trouble("hot")), at: 1)
    let version = driver.machine.state.version
    driver.give(.noted([node, node], .trouble("hot")), at: 2)
    driver.give(.noted([NodeID(77)], .trouble("hot")), at: 2)
    driver.give(.noted([node], .wanted(.silent, reason: "")), at: 2)
    #expect(driver.machine.state.version == version)
  }
}

@Suite struct `A fence that becomes shorter` {
  @Test func `counts for a node once its agent keeps to it`() throws {
    var driver = try Driver()
    var policy = driver.machine.policy
    policy.fence = .seconds(600)
    driver.give(.policyChanged(policy), at: 1)
    driver.give(.noted([NodeID(1)], .fence(.seconds(600))), at: 2)
    driver.submit(8, limit: 90_000, at: 3)
    #expect(driver.machine.state.lease(of: NodeID(0)) == .seconds(1878))
    #expect(driver.machine.state.lease(of: NodeID(1)) == .seconds(666))
    driver.give(.agentsChanged([NodeID(0)], isHeardOf: false), at: 10)
    driver.tick(at: 10 + 1877)
    #expect(driver.terminated.isEmpty)
    driver.tick(at: 10 + 1878)
    #expect(driver.terminated == [1])
  }

  @Test func `is the longest that was in force since the agent has said so`() throws {
    var driver = try Driver()
    for (second, fence) in [(1, 3600), (2, 600)] as [(Int64, Int64)] {
      var policy = driver.machine.policy
      policy.fence = .seconds(fence)
      driver.give(.policyChanged(policy), at: second)
    }
    #expect(driver.machine.state.lease(of: NodeID(0)) == .seconds(3600 + 36 + 60))
  }
}

@Suite struct `A controller that goes on from an old copy` {
  @Test func `gives out no number of a job or an attempt that may have been given out`() throws {
    var driver = try Driver()
    driver.submit(8, limit: 90_000, at: 0)
    driver.submit(4, limit: 90_000, at: 1)
    driver.give(.restored, at: 100)
    let state = driver.machine.state
    #expect(state.silence.nodes.map(\.since) == [.second(100), .second(100)])
    driver.submit(4, limit: 10, at: 101)
    #expect(driver.effects.contains(.accepted(JobID(1_000_003))))
    driver.gone(1, at: 102)
    #expect(driver.launched.isEmpty, "nobody is heard of")
    driver.give(.agentsChanged([NodeID(0), NodeID(1)], isHeardOf: true), at: 103)
    #expect(driver.machine.state.jobs[JobID(2)]?.lifecycle.run?.attempt == AttemptNumber(1001))
  }
}
