import Cluster
import Fleet
import Jobs
import Units

/// When the tasks of a node that is not heard of are over for certain; earliest first.
///
/// Its agent ends them at the fence at the latest, by a clock that runs through sleep; until some
/// time later the controller takes them for running, so that two attempts never overlap.
struct Fence: Comparable, Sendable {
  var instant: Instant
  var node: NodeID

  static func < (a: Fence, b: Fence) -> Bool { (a.instant, a.node) < (b.instant, b.node) }
}

extension ControlMachine {
  /// What runs on a node is given up then, unless it is heard of before.
  mutating func armFence(of node: NodeID, since silence: Instant) {
    fences.insert(Fence(instant: end(of: node, since: silence), node: node))
  }

  /// After a restoration agents that came are known to be heard of only when the time is over in
  /// which they wait for the others: nobody is given up just then.
  private func end(of node: NodeID, since silence: Instant) -> Instant {
    let end = silence + state.lease(of: node)
    return state.restored == silence ? end + .seconds(60) : end
  }

  /// Nodes that are not heard of have the whole fence anew: agents may have come to a controller
  /// that was not there, and the clock may have been set while nobody looked at it.
  mutating func beginSilenceAnew(at now: Instant, _ effects: inout [Effect]) {
    let silent = state.silence.nodes.map(\.node)
    guard !silent.isEmpty else { return }
    for node in silent { armFence(of: node, since: now) }
    happen(.agentsChanged(silent, isHeardOf: false, at: now), at: now, &effects)
  }

  /// Gives up what runs on nodes that have not been heard of for too long.
  ///
  /// O(live jobs) where there are such nodes.
  mutating func giveUpSilent(at now: Instant, _ effects: inout [Effect]) {
    var lost: [NodeID] = []
    while let first = fences.first {
      let silence = state.silence[first.node]
      // One that was heard of meanwhile, and is silent again, has a later fence.
      let isSilent =
        silence.map { end(of: first.node, since: $0.since) == first.instant } ?? false
      guard !isSilent || first.instant <= now else { break }
      _ = fences.popFirst()
      if isSilent { lost.append(first.node) }
    }
    guard !lost.isEmpty else { return }
    lost.sort()
    for (id, job) in state.jobs.all {
      guard let run = job.lifecycle.run else { continue }
      for slice in run.allocation.slices where lost.sortedContains(slice.node) {
        _ = memberEnded(
          id, run.attempt, on: slice.node, .lost, code: 0, at: now, &effects)
      }
    }
  }
}
