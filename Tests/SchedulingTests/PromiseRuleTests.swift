import Accounts
import Cluster
import Control
import Fleet
import Jobs
import Policy
import Testing
import Units

@Suite struct `Promises under rules` {
  @Test func `are not made to who asks for a window: its room is on no timeline`() throws {
    var window = CapacityWindow(
      name: "course", places: ["l0"], from: Scene.morning, until: Scene.morning + .seconds(14_400))
    window.accounts = [.root]
    var scene = Scene(on: try .leaves(), .shared { $0.windows = [window] })
    let first = scene.submit(.nodes(2), minutes: 60, by: "beta/ben") { $0.window = "course" }
    let second = scene.submit(.nodes(2), minutes: 60, by: "beta/bob") { $0.window = "course" }
    #expect(scene.isRunning(first))
    scene.pass(minutes: 5)
    #expect(!scene.isRunning(second), "the other leaf is free, but not part of the window")
    scene.end(first)
    #expect(scene.isRunning(second))
  }

  /// Alpha holds three nodes of four for two hours, and wants all four; beta wants the last.
  private func large(_ policy: ClusterPolicy = .shared()) throws -> (Scene, [JobID]) {
    var scene = Scene(on: try .leaves(), policy)
    let first = scene.submit(.nodes(3), minutes: 120, by: "alpha/ada")
    let large = scene.submit(.nodes(4), minutes: 60, by: "alpha/amy")
    let long = scene.submit(.nodes(1), minutes: 180, by: "beta/bob")
    return (scene, [first, large, long])
  }

  @Test func `are made to who wants more than others leave idle: that is room`() throws {
    var (scene, jobs) = try large()
    #expect(!scene.isRunning(jobs[2]), "it would delay the large one")
    let promise = scene.machine.state.jobs[jobs[1]]?.lifecycle.promise
    #expect(promise?.start == Scene.morning + .seconds(7200))
    scene.pass(minutes: 120)
    scene.end(jobs[0])
    #expect(scene.isRunning(jobs[1]))
  }

  @Test func `are not made to who may never borrow so much`() throws {
    let accounts = AccountTree.twoMembers {
      if $0.name == "alpha" { $0.borrowLimit = .accelerators(6) }
    }
    let (scene, jobs) = try large(.shared { $0.accounts = accounts })
    #expect(scene.machine.state.jobs[jobs[1]]?.lifecycle.promise == nil)
    #expect(scene.isRunning(jobs[2]))
  }

  @Test func `are lost where the room is there and others don't lend it`() throws {
    let accounts = AccountTree.twoMembers {
      if $0.name == "beta" { $0.lendLimit = .accelerators(4) }
    }
    var (scene, jobs) = try large(.shared { $0.accounts = accounts })
    scene.pass(minutes: 120)
    scene.end(jobs[0])
    #expect(!scene.isRunning(jobs[1]), "twelve accelerators are all that alpha may hold")
    #expect(scene.machine.state.jobs[jobs[1]]?.lifecycle.promise == nil)
    scene.pass(minutes: 5)
    #expect(scene.isRunning(jobs[2]), "its own promise has moved forward")
  }
}
