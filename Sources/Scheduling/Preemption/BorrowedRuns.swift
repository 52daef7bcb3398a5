import Accounts
import Cluster
import Fleet
import Jobs
import Policy
import Units

/// The runs that are beyond their members' entitlements: what a guarantee may take back.
///
/// Of each member and model the youngest runs, as many as make up what it holds too much. The last
/// of them may reach into the entitlement: as a gang goes whole, its going leaves its own member
/// short, so others go rather. Runs of a mode that always borrows are borrowed wherever they stand.
struct BorrowedRuns: Sendable {
  private struct Run {
    var member: AccountID
    var model: Int
    var milli: Int
    var started: Instant
    var job: JobID
  }

  /// In order of their numbers.
  private let jobs: [JobID]

  /// Those of them that reach into an entitlement, in order.
  private let reaching: [JobID]

  /// O(running jobs · log running jobs)
  init(_ running: [JobID], _ state: ClusterState) {
    var runs: [Run] = []
    var borrowed: [JobID] = []
    let (holdings, tree) = (state.holdings, state.policy.accounts)
    for id in running {
      guard let job = state.jobs[id], let run = job.lifecycle.run else { continue }
      guard holdings.mode(of: job.request).borrowing != .always else {
        borrowed.append(id)
        continue
      }
      let member = tree.member(of: job.request.account)
      for amount in holdings.charging.amounts(of: run.allocation, on: state.topology)
      where holdings.book.borrowedMilli(member, model: amount.model) > 0 {
        runs.append(
          Run(
            member: member, model: amount.model, milli: amount.milli, started: run.started,
            job: id))
      }
    }
    runs.sort {
      ($0.member, $0.model, $1.started, $1.job) < ($1.member, $1.model, $0.started, $0.job)
    }
    var reaching: [JobID] = []
    var index = 0
    while index < runs.count {
      let (member, model) = (runs[index].member, runs[index].model)
      var excess = holdings.book.borrowedMilli(member, model: model)
      while index < runs.count, runs[index].member == member, runs[index].model == model {
        if excess > 0 { borrowed.append(runs[index].job) }
        if excess > 0, excess < runs[index].milli { reaching.append(runs[index].job) }
        excess -= runs[index].milli
        index += 1
      }
    }
    borrowed.sort()
    reaching.sort()
    jobs = borrowed
    self.reaching = reaching
  }

  var isEmpty: Bool { jobs.isEmpty }

  /// Whether a run is borrowed. O(log runs)
  func contains(_ id: JobID) -> Bool { Self.contains(id, in: jobs) }

  /// Whether a run is borrowed in part only. O(log runs)
  func reachesIntoEntitlement(_ id: JobID) -> Bool { Self.contains(id, in: reaching) }

  private static func contains(_ id: JobID, in jobs: [JobID]) -> Bool {
    var (low, high) = (0, jobs.count)
    while low < high {
      let middle = (low + high) / 2
      if jobs[middle] < id { low = middle + 1 } else { high = middle }
    }
    return low < jobs.count && jobs[low] == id
  }
}
