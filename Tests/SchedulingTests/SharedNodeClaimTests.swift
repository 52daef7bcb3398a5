import Cluster
import Control
import Fleet
import Jobs
import Policy
import Scheduling
import Testing
import Units

/// Two urgent jobs claim parts of one node of 64 cores, each with a victim of its own.
@Suite struct `Claims to parts of one node` {
  private func scene() throws -> Scene {
    var policy = ClusterPolicy(name: "tiers")
    policy.backfill = .reserving
    policy.preemption = PreemptionRules()
    policy.add(mode: "slow") {
      $0.isPreemptible = true
      $0.grace = .seconds(3600)
    }
    policy.add(mode: "quick") {
      $0.isPreemptible = true
      $0.grace = .seconds(300)
    }
    policy.add(mode: "urgent") {
      $0.tier = 1
      $0.preempts = [0]
    }
    var builder = TopologyBuilder(name: "one")
    try builder.addNodes(
      [NodeName("c0")], type: NodeType(name: "cpu", accelerators: 0, host: HostShare(cores: 64)))
    return Scene(on: try builder.build(), policy)
  }

  private func cores(_ count: Int) -> GangShape {
    var member = MemberShape(accelerators: 0)
    member.host = HostShare(cores: count)
    return GangShape(members: 1, member: member)
  }

  @Test func `don't take what the other's victim leaves`() throws {
    var scene = try scene()
    let first = scene.submit(cores(32), minutes: 600, mode: "slow")
    let second = scene.submit(cores(32), minutes: 600, mode: "slow")
    scene.pass(minutes: 10)
    let urgent = scene.submit(cores(32), minutes: 60, mode: "urgent")
    let other = scene.submit(cores(32), minutes: 60, mode: "urgent")
    #expect(scene.machine.state.claims.count == 2)
    let late = scene.machine.state.claim(of: urgent)?.victims.first?.job == first ? second : first
    scene.pass(minutes: 10)
    scene.end(late)
    #expect(scene.isRunning(other) && !scene.isRunning(urgent))
  }

  @Test(arguments: [4, 12])
  func `leave the timeline room for each other`(bystander: Int) throws {
    var scene = try scene()
    scene.submit(cores(bystander), minutes: 600)
    scene.submit(cores(32), minutes: 600, mode: "slow")
    scene.submit(cores(20), minutes: 40, mode: "quick")
    scene.pass(minutes: 1)
    let urgent = scene.submit(cores(32), minutes: 60, mode: "urgent")
    scene.pass(minutes: 1)
    let other = scene.submit(cores(20), minutes: 60, mode: "urgent")
    #expect(scene.machine.state.claim(of: urgent) != nil)
    #expect(scene.machine.state.claim(of: other) != nil)
  }

  @Test func `leave others what they don't need`() throws {
    var scene = try scene()
    scene.submit(cores(32), minutes: 600, mode: "slow")
    let done = scene.submit(cores(32), minutes: 30)
    scene.pass(minutes: 1)
    let urgent = scene.submit(cores(32), minutes: 60, mode: "urgent")
    let small = scene.submit(cores(32), minutes: 20)
    scene.pass(minutes: 29)
    scene.end(done)
    #expect(scene.isRunning(small) && !scene.isRunning(urgent))
  }
}
