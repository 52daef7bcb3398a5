import Cluster
import Control
import Fleet
import Jobs
import Policy
import Testing
import Units

@Suite struct `Gangs whose turn comes at once` {
  /// Two pods with a leaf of three nodes and one of two.
  private func machine() throws -> ControlMachine {
    var builder = TopologyBuilder(name: "pods")
    let type = NodeType(name: "t", accelerators: 4)
    for pod in 0..<2 {
      try builder.open(.pod, "p\(pod)")
      for (leaf, nodes) in [3, 2].enumerated() {
        try builder.open(.leaf, "l\(leaf)")
        try builder.addNodes((0..<nodes).map { NodeName("n\(pod)\(leaf)\($0)") }, type: type)
        try builder.close()
      }
      try builder.close()
    }
    let policy = try #require(ClusterPolicy.builtIn(named: "fcfs+easy"))
    return ControlMachine(topology: try builder.build(), policy: policy)
  }

  private func request(_ nodes: Int) -> JobRequest {
    JobRequest(
      shape: GangShape(members: nodes, member: MemberShape(accelerators: 4)),
      timeLimit: TimeSpan(milliseconds: 1000))
  }

  @Test func `are placed together: each is as close as it can be`() throws {
    var machine = try machine()
    var effects: [Effect] = []
    machine.handle(.submit(request(10)), at: Instant(milliseconds: 0), into: &effects)
    for nodes in [4, 3, 3] {
      machine.handle(.submit(request(nodes)), at: Instant(milliseconds: 1), into: &effects)
    }
    effects.removeAll()
    machine.handle(
      .tasksGone(JobID(1), AttemptNumber(1), .finished), at: Instant(milliseconds: 2),
      into: &effects)
    let topology = machine.state.occupancy.topology
    var leaves: [Int] = []
    for case .launch(_, _, let allocation) in effects {
      let touched = Set(
        allocation.slices.map { topology.nodes[topology.index(of: $0.node)].domain })
      leaves.append(touched.count)
    }
    #expect(leaves == [2, 1, 1])
    machine.state.checkInvariants()
  }
}
