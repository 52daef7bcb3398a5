import Accounts
import Cluster
import Control
import Fleet
import Jobs
import Policy
import Scheduling
import Testing
import Units

/// Four nodes; who goes for urgent work is told two minutes before, and has two minutes more.
@Suite struct `Who was chosen to go and has not been told` {
  private func scene(
    on topology: Topology? = nil, _ tune: (inout ClusterPolicy) -> Void = { _ in }
  ) throws -> Scene {
    let policy = ClusterPolicy.shared {
      $0.preemption = PreemptionRules()
      $0.modes[0].isPreemptible = true
      $0.modes[0].notice = .seconds(120)
      $0.modes[0].grace = .seconds(120)
      $0.add(mode: "urgent") {
        $0.tier = 2
        $0.preempts = [0]
      }
      tune(&$0)
    }
    return Scene(on: try topology ?? .leaves(), policy)
  }

  /// All nodes but some are held by a user's jobs, one each, of which one is to go.
  private func claimed(
    by user: String = "alpha/ada", free: Int = 0
  ) throws -> (scene: Scene, runs: [JobID], urgent: JobID, claim: Claim) {
    var scene = try scene()
    let runs = (free..<4).map { _ in
      scene.submit(.nodes(1), minutes: 600, by: user)
    }
    scene.pass(minutes: 10)
    let urgent = scene.submit(.nodes(free + 1), minutes: 60, by: "alpha/amy", mode: "urgent")
    let claim = try #require(scene.machine.state.claim(of: urgent))
    #expect(claim.victims.count == 1)
    return (scene, runs, urgent, claim)
  }

  private func place(of job: JobID, _ scene: Scene) -> Allocation? {
    scene.machine.state.jobs[job]?.lifecycle.run?.allocation
  }

  @Test func `stays where its preemptor finds room elsewhere`() throws {
    var (scene, runs, urgent, claim) = try claimed()
    let victim = claim.victims[0].job
    let other = try #require(runs.first { $0 != victim })
    let room = place(of: other, scene)
    scene.pass(minutes: 1)
    scene.end(other)
    #expect(place(of: urgent, scene) == room)
    #expect(scene.machine.state.claims.isEmpty)
    #expect(scene.machine.state.jobs[victim]?.lifecycle.eviction == nil)
    let ada = try #require(scene.machine.policy.accounts.account(path: "alpha/ada"))
    #expect(scene.machine.state.churn.lost(by: ada, at: scene.now) == 0, "nothing was lost")
    scene.pass(minutes: 10)
    #expect(scene.isRunning(victim))
  }

  @Test func `stays where that room is enough with what was free for it`() throws {
    var (scene, runs, urgent, claim) = try claimed(by: "beta/bob", free: 1)
    let victim = claim.victims[0].job
    let other = try #require(runs.first { $0 != victim })
    let room = try #require(place(of: other, scene))
    scene.end(other)
    let nodes = try #require(place(of: urgent, scene)).slices.map(\.node)
    #expect(nodes.contains(room.slices[0].node))
    #expect(scene.isRunning(victim) && scene.machine.state.claims.isEmpty)
  }

  /// Its gang gives up a member for one node; it keeps both where another node comes free.
  @Test func `keeps all its members`() throws {
    var scene = try scene()
    let elastic = scene.submit(.nodes(2), minutes: 600, by: "alpha/ada") { $0.leastMembers = 1 }
    let others = (0..<2).map { _ in
      scene.submit(.nodes(1), minutes: 600, by: "alpha/ada", mode: "urgent")
    }
    scene.pass(minutes: 10)
    let urgent = scene.submit(.nodes(1), minutes: 60, by: "alpha/amy", mode: "urgent")
    #expect(scene.machine.state.claim(of: urgent)?.shrinks.map(\.job) == [elastic])
    scene.end(others[0])
    #expect(scene.isRunning(urgent) && scene.machine.state.claims.isEmpty)
    scene.pass(minutes: 10)
    #expect(place(of: elastic, scene)?.slices.count == 2)
  }

  @Test func `goes once it has been told, whatever comes free`() throws {
    var (scene, runs, urgent, claim) = try claimed()
    let victim = claim.victims[0].job
    let other = try #require(runs.first { $0 != victim })
    scene.pass(minutes: 2)
    scene.end(other)
    #expect(!scene.isRunning(urgent))
    scene.pass(minutes: 2)
    scene.end(victim)
    #expect(place(of: urgent, scene) == claim.allocation)
  }

  /// The site feeds three nodes until noon, and one from then on, which was given to a job that
  /// counts on it that the victim is gone by then.
  @Test func `goes where the site could not feed it for as long as it may stay`() throws {
    var scene = try scene(on: .leaves(models: ["h100", "h200"], site: "cernavoda")) {
      var budget = PowerBudget(site: "cernavoda", watts: 9000)
      budget.steps.append(PowerBudget.Step(from: .seconds(12 * 3600), watts: 3000))
      $0.power = [budget]
    }
    let (day, noon) = (Int64(86_400_000), Int64(12 * 3_600_000))
    scene.pass(minutes: (noon - scene.now.milliseconds % day) / 60_000 - 60)
    let first = scene.submit(.nodes(1, models: ["h100"]), minutes: 50, by: "alpha/ada")
    scene.pass(minutes: 5)
    let victim = scene.submit(.nodes(1, models: ["h100"]), minutes: 600, by: "alpha/ada")
    scene.pass(minutes: 5)
    let urgent = scene.submit(
      .nodes(1, models: ["h100"]), minutes: 30, by: "alpha/amy", mode: "urgent")
    let claim = try #require(scene.machine.state.claim(of: urgent))
    #expect(claim.victims.map(\.job) == [victim])
    let other = scene.submit(.nodes(1, models: ["h200"]), minutes: 240, by: "beta/bob")
    #expect(scene.isRunning(other))
    scene.pass(minutes: 1)
    scene.end(first)
    #expect(!scene.isRunning(urgent))
    #expect(scene.machine.state.claim(of: urgent) != nil)
  }
}
