import Accounts
import Policy
import Testing
import Units

@Suite struct `Room` {
  @Test func `beside one that keeps what it doesn't lend is there once that one holds it`() throws {
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
    // Of eight Ada is entitled to 7.2, and would keep 3.2; she holds four, and so keeps none.
    scene.submit(.nodes(1), minutes: 60, by: "alpha/ada")
    let small = scene.submit(.nodes(1), minutes: 60, by: "alpha/amy")
    #expect(scene.isRunning(small))
  }
}
