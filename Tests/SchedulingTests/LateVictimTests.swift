import Cluster
import Control
import Fleet
import Jobs
import Policy
import Scheduling
import Testing
import Units

/// Whoever has to go for others may be slow: its agent is away, or its tasks take their time.
@Suite struct `A victim that goes late` {
  /// One node, on which urgent work makes the rest go within two minutes.
  private static func policy(_ window: (from: Int64, until: Int64)? = nil) -> ClusterPolicy {
    var policy = ClusterPolicy(name: "tiers")
    policy.backfill = .reserving
    policy.preemption = PreemptionRules()
    policy.modes[0].isPreemptible = true
    policy.modes[0].grace = .seconds(120)
    policy.add(mode: "urgent") {
      $0.tier = 2
      $0.preempts = [0]
    }
    if let window {
      policy.windows = [
        CapacityWindow(
          name: "mending", places: ["l0"], from: Scene.morning + .seconds(window.from * 60),
          until: Scene.morning + .seconds(window.until * 60))
      ]
    }
    return policy
  }

  /// The minutes from the beginning on for which a job is promised, or has, its start.
  private func start(of job: JobID, _ scene: Scene) -> Int64? {
    let lifecycle = scene.machine.state.jobs[job]?.lifecycle
    return (lifecycle?.run?.started ?? lifecycle?.promise?.start).map {
      ($0 - Scene.morning).milliseconds / 60_000
    }
  }

  /// A job that has to go for an urgent one by minute 22, and one that is promised the room behind.
  private func scene() throws -> (scene: Scene, victim: JobID, urgent: JobID, behind: JobID) {
    var scene = Scene(on: try .leaves(1, nodes: 1), Self.policy())
    let victim = scene.submit(.nodes(1), minutes: 600)
    scene.pass(minutes: 20)
    let urgent = scene.submit(.nodes(1), minutes: 60, mode: "urgent")
    let behind = scene.submit(.nodes(1), minutes: 30)
    scene.pass(minutes: 2)
    #expect(start(of: behind, scene) == 82)
    return (scene, victim, urgent, behind)
  }

  @Test func `moves what is promised behind it`() throws {
    var (scene, victim, urgent, behind) = try scene()
    scene.pass(minutes: 3)
    scene.end(victim, .terminated)
    #expect(scene.isRunning(urgent))
    #expect(start(of: urgent, scene) == 25)
    #expect(start(of: victim, scene) == 85 && start(of: behind, scene) == 685)
  }

  @Test(arguments: [3, 61, 90] as [Int64])
  func `is waited for by a controller that was started again`(late: Int64) throws {
    var (scene, victim, urgent, _) = try scene()
    scene.pass(minutes: late)
    let state = scene.machine.state
    scene.machine = ControlMachine(resuming: state, plannedAt: scene.machine.lastPlan)
    scene.pass(minutes: 1)
    scene.end(victim, .terminated)
    #expect(start(of: urgent, scene) == 22 + late + 1)
    #expect(start(of: victim, scene) == 22 + late + 61)
  }

  @Test func `voids the claim where its preemptor would run into a window`() throws {
    var scene = Scene(
      on: try .leaves(1, nodes: 1), Self.policy((from: 82, until: 100)))
    let victim = scene.submit(.nodes(1), minutes: 82)
    scene.pass(minutes: 20)
    let urgent = scene.submit(.nodes(1), minutes: 60, mode: "urgent")
    #expect(scene.machine.state.claims.count == 1)
    scene.pass(minutes: 3)
    scene.end(victim, .terminated)
    #expect(scene.machine.state.claims.isEmpty && !scene.isRunning(urgent))
    #expect(start(of: urgent, scene) == 100)
  }
}
