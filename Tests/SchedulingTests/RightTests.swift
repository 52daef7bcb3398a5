import Accounts
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

  @Test func `may be who runs beside others that keep what they don't lend`() throws {
    var tree = AccountTree(root: "consortium")
    var alpha = Account(name: "alpha", kind: .member, parent: .root)
    alpha.entitlement = Entitlement(ofEach: .fraction(500_000))
    alpha.borrowLimit = .fraction(0)
    let member = tree.add(alpha)
    for (name, part) in [("ada", 900_000), ("amy", 100_000)] {
      var user = Account(name: name, kind: .user, parent: member)
      user.entitlement = Entitlement(ofEach: .fraction(part))
      if name == "ada" { user.lendLimit = .fraction(500_000) }
      tree.add(user)
    }
    let policy = ClusterPolicy.shared { $0.accounts = tree }
    var scene = Scene(on: try .leaves(), policy)
    // Of eight Ada is entitled to seven, and keeps three; she holds four, and so keeps none.
    scene.submit(.nodes(1), minutes: 60, by: "alpha/ada")
    let small = scene.submit(.nodes(1), minutes: 60, by: "alpha/amy")
    #expect(scene.isRunning(small))
  }
}
