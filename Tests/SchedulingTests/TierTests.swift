import Cluster
import Control
import Fleet
import Jobs
import Policy
import Scheduling
import Testing
import Units

/// Two members with half of sixteen accelerators each; urgent work of either may make the rest go.
@Suite struct `Who may be made to go by a tier` {
  /// A scene in which one accelerator of each of the four nodes is held by alpha's gang.
  private func scene(
    borrowing: AccessMode.Borrowing = .allowed
  ) throws -> (scene: Scene, victim: JobID) {
    let policy = ClusterPolicy.shared {
      $0.preemption = PreemptionRules()
      $0.modes[0].isPreemptible = true
      $0.modes[0].grace = .seconds(120)
      $0.add(mode: "spare") {
        $0.isPreemptible = true
        $0.borrowing = .always
      }
      $0.add(mode: "urgent") {
        $0.tier = 2
        $0.preempts = [0]
      }
    }
    var scene = Scene(on: try .leaves(), policy)
    let spread = GangShape(members: 4, member: MemberShape(accelerators: 1))
    let victim = scene.submit(
      spread, minutes: 600, by: "alpha/ada", mode: borrowing == .always ? "spare" : nil)
    let run = scene.machine.state.jobs[victim]?.lifecycle.run
    #expect(run?.allocation.slices.count == 4)
    scene.pass(minutes: 10)
    return (scene, victim)
  }

  /// Whom a job's claim makes go; empty where it has none.
  private func goers(for job: JobID, _ scene: Scene) -> [JobID] {
    scene.machine.state.claim(of: job)?.victims.map(\.job) ?? []
  }

  @Test func `is nobody within an entitlement, for a job that would borrow`() throws {
    // Twelve are free by number, and beta is lent four of them: but on three nodes alpha is there
    // by right, and would take them back.
    var (scene, victim) = try scene()
    let urgent = scene.submit(.nodes(3), minutes: 60, by: "beta/bob", mode: "urgent")
    #expect(goers(for: urgent, scene).isEmpty)
    #expect(scene.isRunning(victim))
    scene.end(victim)
    #expect(scene.isRunning(urgent))
  }

  @Test func `is whoever is in the way of a job within its own entitlement`() throws {
    var (scene, victim) = try scene()
    let urgent = scene.submit(.nodes(2), minutes: 60, by: "beta/bob", mode: "urgent")
    #expect(goers(for: urgent, scene) == [victim])
  }

  @Test func `is whoever borrows, for a job that would borrow, too`() throws {
    var (scene, victim) = try scene(borrowing: .always)
    let urgent = scene.submit(.nodes(3), minutes: 60, by: "beta/bob", mode: "urgent")
    #expect(goers(for: urgent, scene) == [victim])
  }

  @Test func `is whoever is of the same member`() throws {
    var (scene, victim) = try scene()
    let urgent = scene.submit(.nodes(3), minutes: 60, by: "alpha/amy", mode: "urgent")
    #expect(goers(for: urgent, scene) == [victim])
  }
}
