import Cluster
import Control
import Fleet
import Jobs
import Policy
import Simulation
import Testing
import Units

@Suite struct `Virtual time` {
  /// Notes when inputs come.
  private struct Watch: ReplayObserver {
    var instants: [Int64] = []

    mutating func received(_ input: Input, at now: Instant) { instants.append(now.milliseconds) }
    mutating func performed(_ effect: Effect, at now: Instant) {}
    mutating func settled(_ machine: ControlMachine, at now: Instant) {}
  }

  @Test func `never runs backwards over an alarm that outlived its job`() throws {
    let shape = GangShape.accelerators(1, perNode: 1)
    func job(at submitted: Int64, limit: Int64, run: Int64) -> SimulatedJob {
      SimulatedJob(
        submitted: Instant(milliseconds: submitted),
        request: JobRequest(shape: shape, timeLimit: TimeSpan(milliseconds: limit)),
        runTime: TimeSpan(milliseconds: run))
    }
    var watch = Watch()
    let policy = try #require(ClusterPolicy.builtIn(named: "fcfs+easy"))
    var cluster = VirtualCluster(
      topology: try Topology.flat(nodes: 1, accelerators: 1), policy: policy)
    cluster.run(
      [job(at: 0, limit: 5, run: 2), job(at: 100, limit: 5, run: 2)], observer: &watch)
    #expect(watch.instants == [0, 2, 5, 100, 102])
  }
}
