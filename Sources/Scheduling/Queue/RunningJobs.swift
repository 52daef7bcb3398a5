import Accounts
import Cluster
import Fleet
import Jobs
import Policy
import Units

/// The jobs that run, in order of their numbers, with what of them plans look at one after the
/// other; and those among them that may grow.
struct RunningJobs: Sendable {
  /// What a job holds, and since when, in few bytes.
  struct Run: Sendable {
    var job: JobID
    /// The member above its account.
    var member: AccountID
    var mode: ModeID
    var isInWindow: Bool
    var started: Instant
    /// What it holds: thousandths of accelerators of a model.
    var amount: Charging.Amount?
    /// What it holds of other models; most often nothing.
    var others: [Charging.Amount]
  }

  /// All of them.
  private(set) var all: [JobID] = []

  /// What all of them hold.
  private(set) var runs: [Run] = []

  /// Those that go on with fewer members than they asked for.
  private(set) var elastic: [JobID] = []

  /// A job runs from now on, or holds something else.
  mutating func insert(
    _ id: JobID, _ request: JobRequest, on allocation: Allocation, since started: Instant,
    _ holdings: Holdings
  ) {
    let amounts = holdings.charging.amounts(of: allocation, on: holdings.topology)
    let run = Run(
      job: id, member: holdings.policy.accounts.member(of: request.account), mode: request.mode,
      isInWindow: request.terms?.window != nil, started: started,
      amount: amounts.first,
      others: Array(amounts.dropFirst()))
    let place = all.partitioningIndex { $0 >= id }
    guard place == all.count || all[place] != id else {
      runs[place] = run
      return
    }
    all.insert(id, at: place)
    runs.insert(run, at: place)
    if request.terms?.leastMembers != nil {
      elastic.insert(id, at: elastic.partitioningIndex { $0 >= id })
    }
  }

  /// A job runs no more.
  mutating func remove(_ id: JobID) {
    if let place = all.sortedIndex(of: id) {
      all.remove(at: place)
      runs.remove(at: place)
    }
    if let place = elastic.sortedIndex(of: id) { elastic.remove(at: place) }
  }
}
