import Cluster
import Control
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
}
