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

  /// - Parameter started: those among them that the state does not know of yet.
  /// - Complexity: O(running jobs · log running jobs)
  init(_ running: RunningJobs, besides started: [JobID], _ state: ClusterState) {
    let (book, count) = (state.holdings.book, state.holdings.book.models.count)
    let borrowsAlways = state.policy.modes.map { $0.borrowing == .always }
    var excesses: [Int] = []
    for account in 0..<state.policy.accounts.count {
      for model in 0..<count {
        excesses.append(book.borrowedMilli(AccountID(UInt16(account)), model: model))
      }
    }
    var runs: [Run] = []
    var borrowed: [JobID] = []
    for index in running.runs.indices {
      let run = running.runs[index]
      guard !started.contains(run.job) else { continue }
      guard !borrowsAlways[Int(run.mode.number)] else {
        borrowed.append(run.job)
        continue
      }
      func add(_ amount: Charging.Amount) {
        guard excesses[Int(run.member.number) * count + amount.model] > 0 else { return }
        runs.append(
          Run(
            member: run.member, model: amount.model, milli: amount.milli, started: run.started,
            job: run.job))
      }
      if let amount = run.amount { add(amount) }
      for amount in run.others { add(amount) }
    }
    runs.sort {
      ($0.member, $0.model, $1.started, $1.job) < ($1.member, $1.model, $0.started, $0.job)
    }
    var reaching: [JobID] = []
    var index = 0
    while index < runs.count {
      let (member, model) = (runs[index].member, runs[index].model)
      var excess = excesses[Int(member.number) * count + model]
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
  func contains(_ id: JobID) -> Bool { jobs.sortedContains(id) }

  /// Whether a run is borrowed in part only. O(log runs)
  func reachesIntoEntitlement(_ id: JobID) -> Bool { reaching.sortedContains(id) }
}
