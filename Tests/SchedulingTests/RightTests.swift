import Cluster
import Control
import Fleet
import Jobs
import Policy
import Testing
import Units

/// Alpha holds the whole fleet: a node by right, the others under a mode that always borrows.
@Suite struct `Who goes for a guarantee` {
  @Test func `is who borrows in any case, not who runs by right beside it`() throws {
    let policy = ClusterPolicy.shared {
      $0.preemption = PreemptionRules()
      $0.add(mode: "spare") { $0.borrowing = .always }
    }
    var scene = Scene(on: try .leaves(), policy)
    var spare: [JobID] = []
    for _ in 0..<3 {
      spare.append(scene.submit(.nodes(1), minutes: 600, by: "alpha/ada", mode: "spare"))
      scene.pass(minutes: 10)
    }
    // Who has run for the shortest time loses least.
    let rightful = scene.submit(.nodes(1), minutes: 600, by: "alpha/amy")
    #expect((spare + [rightful]).allSatisfy { scene.isRunning($0) })
    let own = scene.submit(.nodes(1), minutes: 60, by: "beta/bob")
    #expect(scene.machine.state.claim(of: own)?.victims.map(\.job) == [spare[2]])
  }

  /// Two nodes of four accelerators and 64 cores: a node is each member's.
  private func hosts(
    _ change: (inout ClusterPolicy) -> Void = { _ in }
  ) throws -> Scene {
    var builder = TopologyBuilder(name: "hosts")
    let type = NodeType(name: "node", accelerators: 4, host: HostShare(cores: 64))
    try builder.addNodes([NodeName("n0"), NodeName("n1")], type: type)
    let policy = ClusterPolicy.shared {
      $0.preemption = PreemptionRules()
      change(&$0)
    }
    return Scene(on: try builder.build(), policy)
  }

  private func gang(accelerators: Int, cores: Int) -> GangShape {
    GangShape(
      members: 1, member: MemberShape(accelerators: accelerators, host: HostShare(cores: cores)))
  }

  @Test(arguments: [AccessMode.Borrowing.allowed, .never])
  func `is who holds cores alone`(borrowing: AccessMode.Borrowing) throws {
    var scene = try hosts { $0.modes[0].borrowing = borrowing }
    let cores = gang(accelerators: 0, cores: 64)
    let holders = (0..<2).map { _ in scene.submit(cores, minutes: 600, by: "alpha/ada") }
    scene.pass(minutes: 10)
    #expect(holders.allSatisfy { scene.isRunning($0) })
    let own = scene.submit(gang(accelerators: 4, cores: 1), minutes: 60, by: "beta/bob")
    #expect(scene.machine.state.claim(of: own)?.victims.count == 1)
    let theirs = scene.submit(gang(accelerators: 4, cores: 1), minutes: 60, by: "alpha/amy")
    #expect(scene.machine.state.claim(of: theirs)?.victims.count == 1)
  }

  @Test func `is nobody where cores alone are asked for`() throws {
    var scene = try hosts()
    let runs = (0..<2).map { _ in
      scene.submit(gang(accelerators: 4, cores: 64), minutes: 600, by: "alpha/ada")
    }
    scene.pass(minutes: 10)
    let cores = scene.submit(gang(accelerators: 0, cores: 64), minutes: 60, by: "beta/bob")
    #expect(scene.machine.state.claims.isEmpty && runs.allSatisfy { scene.isRunning($0) })
    #expect(scene.machine.state.jobs[cores]?.lifecycle.isPending == true)
  }

  @Test func `is nobody who urgent work for cores alone would have made go`() throws {
    var scene = try hosts {
      $0.modes[0].isPreemptible = true
      $0.add(mode: "urgent") {
        $0.tier = 2
        $0.preempts = [0]
      }
    }
    let rightful = scene.submit(gang(accelerators: 4, cores: 64), minutes: 600, by: "alpha/ada")
    let cores = scene.submit(gang(accelerators: 0, cores: 64), minutes: 600, by: "alpha/amy")
    scene.pass(minutes: 10)
    // Who is there by right would take its node back; who holds cores alone has nothing to go by.
    let urgent = gang(accelerators: 0, cores: 64)
    let first = scene.submit(urgent, minutes: 60, by: "beta/bob", mode: "urgent")
    #expect(scene.machine.state.claim(of: first)?.victims.map(\.job) == [cores])
    scene.submit(urgent, minutes: 60, by: "alpha/ada", mode: "urgent")
    #expect(scene.isRunning(rightful) && scene.machine.state.claims.count == 1)
  }
}
