import Cluster
import Control
import Fleet
import Jobs
import Policy
import Simulation
import Testing
import Units

@Suite struct `Every policy, on random workloads` {
  @Test(arguments: ClusterPolicy.builtIn.map(\.name), 0..<25)
  func `keeps every invariant after every input`(name: String, seed: UInt64) throws {
    let policy = try #require(ClusterPolicy.builtIn(named: name))
    var random = SeededGenerator(seed: seed)
    let topology = try Topology.flat(
      nodes: 1 + random.below(6), accelerators: 1 + random.below(4))
    var time: Int64 = 0
    let jobs = (0..<60).map { _ in
      time += Int64(random.below(4)) * 1000
      let size = 1 + random.below(topology.acceleratorCount)
      let limit = 1 + random.below(12)
      let run = random.below(2) == 0 ? limit : random.below(limit + 1)
      let shape = GangShape.accelerators(
        size, perNode: topology.mostAcceleratorsPerNode)
      return SimulatedJob(
        submitted: Instant(milliseconds: time),
        request: JobRequest(shape: shape, timeLimit: .seconds(Int64(limit))),
        runTime: .seconds(Int64(run)))
    }
    var checker = InvariantChecker()
    var cluster = VirtualCluster(topology: topology, policy: policy)
    cluster.run(jobs, observer: &checker)
    #expect(cluster.machine.state.jobs.count == 0)
    #expect(cluster.machine.state.occupancy == Occupancy(topology: topology))
  }
}
