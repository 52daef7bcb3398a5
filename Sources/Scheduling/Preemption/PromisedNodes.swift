import Fleet
import Units

/// From when on which nodes are promised to somebody, or kept in a window.
///
/// Whoever runs on such a node is not made to go for one who could not be over before then.
struct PromisedNodes: Sendable {
  private struct Node: Sendable {
    /// From when on it is kept first, and for whom.
    var first = Instant.distantFuture
    var owner: JobID?
    /// From when on it is kept for anybody else.
    var second = Instant.distantFuture
  }

  private var nodes: [Node]

  /// A fleet of so many nodes, of which none is promised.
  init(count: Int) { nodes = Array(repeating: Node(), count: count) }

  /// Keeps the nodes of an allocation from a time on, for a job or a window. O(its slices)
  mutating func keep(
    _ allocation: Allocation, from start: Instant, for owner: JobID?, on topology: Topology
  ) {
    for slice in allocation.slices {
      let node = topology.index(of: slice.node)
      if start < nodes[node].first {
        nodes[node].second = nodes[node].first
        nodes[node].first = start
        nodes[node].owner = owner
      } else if start < nodes[node].second {
        nodes[node].second = start
      }
    }
  }

  /// Whether a node is kept before a time for anybody but a job.
  @inline(__always)
  func keeps(_ node: Int32, before end: Instant, besides job: JobID) -> Bool {
    let node = Int(node)
    return (nodes[node].owner == job ? nodes[node].second : nodes[node].first) < end
  }
}
