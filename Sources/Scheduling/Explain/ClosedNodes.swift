import Cluster
import Fleet
import Jobs
import Units

/// The nodes that a gang would have room with if they took work.
struct ClosedNodes {
  /// A cause for each reason why they don't; none where the gang would not start for them either.
  private(set) var causes: [Verdict] = []

  /// Whether the gang would have no room even if nothing ran on those that do take work.
  private(set) var areAllThatWouldDo = false

  /// - Parameter room: what is free, and kept for nobody else for as long as the gang would run.
  /// - Complexity: O(nodes), where any is out of service
  init(
    to shape: GangShape, in room: Occupancy, _ state: ClusterState, afterWaiting wait: TimeSpan
  ) {
    let (topology, now) = (state.topology, state.occupancy)
    guard !room.fits(shape, afterWaiting: wait) else { return }
    let eligible = EligibleNodes(of: shape.eligibility, on: topology)
    let closed = topology.nodes.indices.filter { index in
      // Those that are kept for a reservation are in service, for whoever names it.
      switch now.condition(of: topology.nodes[index].id) {
      case .inService, .reserved: false
      case .cordoned, .drained, .failed, .silent: eligible.contains(index)
      }
    }.map { topology.nodes[$0].id }
    guard !closed.isEmpty else { return }
    var (open, idle) = (room, Occupancy(topology: topology))
    for node in closed { open.setCondition(.inService, of: node) }
    for node in topology.nodes { idle.setCondition(now.condition(of: node.id), of: node.id) }
    areAllThatWouldDo = !idle.fits(shape, afterWaiting: wait)
    guard areAllThatWouldDo || open.fits(shape, afterWaiting: wait) else { return }
    causes = NodeCondition.allCases.compactMap { condition in
      let nodes = closed.filter { now.condition(of: $0) == condition }
      return nodes.isEmpty ? nil : .outOfService(condition, nodes)
    }
  }
}
