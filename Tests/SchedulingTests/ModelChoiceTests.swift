import Accounts
import Cluster
import Control
import Fleet
import Jobs
import Policy
import Testing
import Units

/// Three nodes of either model: alpha is entitled to all of the one, and beta, which lends eight of
/// its accelerators, to all of the other.
@Suite struct `A gang that takes either of two models` {
  private static func scene(beta model: String) throws -> Scene {
    let models = ["h100", "a100"]
    let policy = ClusterPolicy.shared {
      $0.accounts = .twoMembers { account in
        let own = account.name == "beta" ? model : models.first { $0 != model }
        account.entitlement = Entitlement(
          ofEach: .nothing,
          ofModels: [.init(model: own ?? model, amount: .fraction(1_000_000))])
        if account.name == "beta" { account.lendLimit = .accelerators(8) }
      }
    }
    return Scene(on: try .leaves(nodes: 3, models: models), policy)
  }

  /// Alpha has borrowed one node: two are free, of which it is lent one. Of the other model either
  /// two are free, too, or three.
  @Test(arguments: ["h100", "a100"], [0, 1])
  func `has the other where it is not lent one that has room`(lent: String, taken: Int) throws {
    var scene = try Self.scene(beta: lent)
    let own = lent == "h100" ? "a100" : "h100"
    scene.submit(.nodes(1, models: [lent]), minutes: 600, by: "alpha/ada")
    if taken > 0 { scene.submit(.nodes(1, models: [own]), minutes: 600, by: "alpha/ada") }
    let job = scene.submit(.nodes(2), minutes: 60, by: "alpha/ada")
    let run = try #require(scene.machine.state.jobs[job]?.lifecycle.run)
    let leaf = own == "h100" ? 0..<3 : 3..<6
    #expect(run.allocation.slices.allSatisfy { leaf.contains(Int($0.node.number)) })
  }

  @Test func `waits where the other has no room`() throws {
    var scene = try Self.scene(beta: "h100")
    scene.submit(.nodes(1, models: ["h100"]), minutes: 600, by: "alpha/ada")
    scene.submit(.nodes(2, models: ["a100"]), minutes: 120, by: "alpha/ada")
    let job = scene.submit(.nodes(2), minutes: 60, by: "alpha/ada")
    #expect(!scene.isRunning(job))
  }

  /// Of either model all is borrowed by those who give way; of the one that beta is entitled to
  /// nothing of, less would be lost. There beta would be the next that has to go.
  @Test(arguments: ["h100", "a100"])
  func `makes others go of the one that its member is entitled to`(own: String) throws {
    let models = ["h100", "a100"]
    let policy = ClusterPolicy.shared {
      $0.accounts = .twoMembers { account in
        let entitled = account.name == "beta" ? own : models.first { $0 != own } ?? own
        account.entitlement = Entitlement(
          ofEach: .nothing,
          ofModels: [.init(model: entitled, amount: .fraction(1_000_000))])
      }
      $0.preemption = PreemptionRules()
      $0.add(mode: "idle") { $0.borrowing = .always }
    }
    var scene = Scene(on: try .leaves(nodes: 3, models: models), policy)
    let victim = scene.submit(.nodes(3, models: [own]), minutes: 600, by: "alpha/ada", mode: "idle")
    scene.pass(minutes: 20)
    let other = models.first { $0 != own } ?? own
    scene.submit(.nodes(3, models: [other]), minutes: 600, by: "alpha/ada", mode: "idle")
    scene.pass(minutes: 20)
    let job = scene.submit(.nodes(1), minutes: 60, by: "beta/ben")
    let claim = try #require(scene.machine.state.claims.first)
    #expect(claim.preemptor == job)
    #expect(claim.victims.map(\.job) == [victim])
  }
}
