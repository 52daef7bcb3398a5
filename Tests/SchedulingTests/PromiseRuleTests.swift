import Accounts
import Cluster
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
}
