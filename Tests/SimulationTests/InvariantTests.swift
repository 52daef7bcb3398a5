import Cluster
import Control
import Fleet
import Jobs
import Policy
import Simulation
import Testing
import Units

@Suite struct `Every policy, on random workloads` {
  /// Jobs that come close together, and end in time or before.
  private func jobs(
    _ count: Int, _ random: inout SeededGenerator, shape: (inout SeededGenerator) -> GangShape
  ) -> [SimulatedJob] {
    var time: Int64 = 0
    return (0..<count).map { _ in
      time += Int64(random.below(4)) * 1000
      let limit = 1 + random.below(12)
      let run = random.below(2) == 0 ? limit : random.below(limit + 2)
      return SimulatedJob(
        submitted: Instant(milliseconds: time),
        request: JobRequest(shape: shape(&random), timeLimit: .seconds(Int64(limit))),
        runTime: .seconds(Int64(run)))
    }
  }

  private func check(
    _ jobs: [SimulatedJob], on topology: Topology, _ name: String
  ) throws {
    let policy = try #require(ClusterPolicy.builtIn(named: name))
    var checker = InvariantChecker()
    var cluster = VirtualCluster(topology: topology, policy: policy)
    cluster.run(jobs, observer: &checker)
    #expect(cluster.machine.state.jobs.count == 0)
    #expect(cluster.machine.state.occupancy == Occupancy(topology: topology))
  }

  @Test(arguments: ClusterPolicy.builtIn.map(\.name), 0..<30)
  func `keeps every invariant after every input on alike nodes`(
    name: String, seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    let (nodes, accelerators) = (1 + random.below(6), 1 + random.below(4))
    let topology = try Topology.flat(nodes: nodes, accelerators: accelerators)
    let jobs = jobs(60, &random) {
      .accelerators(1 + $0.below(nodes * accelerators), perNode: accelerators)
    }
    try check(jobs, on: topology, name)
  }

  @Test(arguments: ClusterPolicy.builtIn.map(\.name), 0..<30)
  func `keeps every invariant after every input on mixed nodes with cores`(
    name: String, seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    var builder = TopologyBuilder(name: "mixed")
    let small = NodeType(name: "small", accelerators: 2, host: HostShare(cores: 8))
    try builder.addNodes([NodeName("s0"), NodeName("s1")], type: small)
    let large = NodeType(name: "large", accelerators: 5, host: HostShare(cores: 70))
    try builder.addNodes([NodeName("l0"), NodeName("l1")], type: large)
    let cpu = NodeType(name: "cpu", accelerators: 0, host: HostShare(cores: 16))
    try builder.addNodes([NodeName("c0")], type: cpu)
    let jobs = jobs(50, &random) { random in
      let accelerators = random.below(4)
      var member = MemberShape(accelerators: accelerators, cores: random.below(9))
      member.wholeNode = random.below(5) == 0 || (accelerators == 0 && member.host.isEmpty)
      let rest = accelerators > 1 ? MemberShape(accelerators: 1) : nil
      return GangShape(members: 1 + random.below(2), member: member, rest: rest)
    }
    try check(jobs, on: try builder.build(), name)
  }
}
