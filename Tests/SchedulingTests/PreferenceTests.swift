import Cluster
import Control
import Fleet
import Jobs
import Policy
import Simulation
import Testing
import Units

@Suite struct `A gang that prefers one leaf for an hour` {
  /// Of two leaves with two nodes each, one node of either is taken for ten hours.
  private static func scattered() throws -> (Scene, gang: JobID) {
    var scene = Scene(on: try .leaves(), .shared())
    let jobs = (0..<4).map { _ in scene.submit(.nodes(1), minutes: 600, by: "alpha/ada") }
    scene.end(jobs[0])
    scene.end(jobs[2])
    let gang = scene.submit(GangShape.nodes(2).with(.leafForAnHour), minutes: 60, by: "beta/bob")
    return (scene, gang)
  }

  @Test func `is promised any nodes for the end of that hour`() throws {
    var (scene, gang) = try Self.scattered()
    #expect(!scene.isRunning(gang), "the nodes that are free are in two leaves")
    let promise = try #require(scene.machine.state.jobs[gang]?.lifecycle.promise)
    #expect(promise.start == Scene.morning + .seconds(3600))
    scene.pass(minutes: 59)
    #expect(!scene.isRunning(gang))
    scene.pass(minutes: 1)
    #expect(scene.isRunning(gang))
  }

  @Test func `is not run into by who would still be there then`() throws {
    var (scene, gang) = try Self.scattered()
    let long = scene.submit(.nodes(1), minutes: 61, by: "beta/ben")
    let short = scene.submit(.nodes(1), minutes: 60, by: "beta/ben")
    #expect(!scene.isRunning(long) && scene.isRunning(short))
    scene.pass(minutes: 60)
    scene.end(short)
    #expect(scene.isRunning(gang))
  }

  @Test func `starts in one leaf if one has room before`() throws {
    var (scene, gang) = try Self.scattered()
    scene.pass(minutes: 30)
    scene.end(JobID(2))
    let run = try #require(scene.machine.state.jobs[gang]?.lifecycle.run)
    #expect(run.allocation.slices.map(\.node.number) == [0, 1])
  }

  @Test func `takes any nodes once the hour is over, though nothing else happens then`() throws {
    // The only promise is that of somebody who wants all six nodes.
    var policy = try #require(ClusterPolicy.builtIn(named: "fcfs+reserving"))
    policy.reservations = 1
    let minute = TimeSpan.seconds(60)
    func job(_ shape: GangShape, at submitted: Int64, runs minutes: Int64, of limit: Int64 = 600)
      -> SimulatedJob
    {
      SimulatedJob(
        submitted: Instant(milliseconds: submitted * minute.milliseconds),
        request: JobRequest(shape: shape, timeLimit: .seconds(limit * 60)),
        runTime: .seconds(minutes * 60))
    }
    let jobs =
      [1, 600, 1, 600, 600, 600].map { job(.nodes(1), at: 0, runs: $0) } + [
        job(.nodes(6), at: 0, runs: 1),
        job(GangShape.nodes(2).with(.leafForAnHour), at: 2, runs: 1, of: 9),
      ]
    let times = startsAndEnds(of: jobs, on: try .leaves(3), policy, column: minute)
    #expect(times.map(\.start) == [0, 0, 0, 0, 0, 0, 600, 62])
  }
}
