import Fleet
import Jobs
import Units

extension ClusterState {
  /// Compares everything that is derived with what it derives from. O(nodes + live jobs)
  ///
  /// - no accelerator and no core is held twice, and what is not held is free;
  /// - a running gang holds exactly its shape, a slice for each member, on distinct nodes.
  public func checkInvariants() {
    occupancy.checkInvariants()
    var rebuilt = Occupancy(topology: topology)
    for (id, job) in jobs.all {
      guard let run = job.lifecycle.run else { continue }
      let shape = job.request.shape
      // take() stops at an accelerator that is held twice.
      rebuilt.take(run.allocation)
      precondition(
        run.allocation.slices.count == shape.nodeCount,
        "job \(id.number) holds \(run.allocation.slices.count) slices for \(shape)")
      precondition(
        zip(run.allocation.slices, run.allocation.slices.dropFirst()).allSatisfy {
          topology.index(of: $0.node) < topology.index(of: $1.node)
        }, "job \(id.number) has two members on one node")
      let exact = !shape.member.wholeNode
      precondition(
        exact
          ? run.allocation.acceleratorCount == shape.acceleratorCount
            && run.allocation.milliCores == shape.milliCores
          : run.allocation.acceleratorCount >= shape.acceleratorCount,
        "job \(id.number) holds another amount than \(shape)")
    }
    precondition(rebuilt == occupancy, "what is free is not what nobody holds")
  }
}
