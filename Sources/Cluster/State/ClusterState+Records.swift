import Fleet
import Jobs
import Policy
public import Units

extension ClusterState {
  /// Whether a note says something of a node that is not known yet. O(log nodes)
  public func isNews(_ note: NodeNote, of node: NodeID) -> Bool {
    var record = records[node]
    record.take(note, inForce: policy.fence)
    return record != records[node]
  }

  /// Keeps what was said of a node.
  mutating func keep(_ note: NodeNote, of node: NodeID) {
    let fence = policy.fence
    records.change(node) { $0.take(note, inForce: fence) }
  }

  /// A node comes into service, or leaves it; at once where it is heard of.
  mutating func setCondition(_ condition: NodeCondition, of node: NodeID, at now: Instant) {
    // In journals of earlier versions nobody has noted it before.
    if records[node].condition != condition { records.change(node) { $0.wanted = condition } }
    guard silence[node] == nil else { return }
    holdings.setConditions(CollectionOfOne((node, condition)), at: now)
  }

  /// Agents keep to the fence in force until they have heard of a shorter one.
  mutating func shortenFence(to fence: TimeSpan) {
    guard fence < policy.fence else { return }
    records.shorten(from: policy.fence, on: topology)
  }

  /// For how long a node may be silent before what ran there is over for certain.
  public func lease(of node: NodeID) -> TimeSpan {
    ClusterPolicy.lease(of: max(policy.fence, records[node].fence ?? .zero))
  }

  /// Until when, after it was put back from an old copy, something may run of which it knows
  /// nothing, unless all agents are heard of before.
  public func strangersUntil(restoredAt instant: Instant) -> Instant {
    let longest = records.all.reduce(policy.fence) { max($0, $1.fence ?? .zero) }
    return instant + ClusterPolicy.lease(of: longest)
  }

  /// A number of a job, or of a try at it, that somebody may have been told and nobody remembers
  /// is not given out again.
  mutating func skipNumbers() {
    nextJob = JobID(nextJob.number + Self.skippedJobs)
    for (id, job) in jobs.all {
      let starts = UInt16(clamping: Int(job.starts) + Self.skippedStarts)
      jobs.update(id) { $0.starts = starts }
    }
  }

  /// More than are submitted between a backup and the end of the disk that it was taken of.
  private static let skippedJobs: UInt32 = 1_000_000
  private static let skippedStarts = 1_000
}
