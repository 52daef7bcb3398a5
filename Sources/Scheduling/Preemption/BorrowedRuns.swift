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
/// short, so others go rather. Runs of a mode that always borrows are borrowed wherever they stand,
/// and so are those without accelerators.
struct BorrowedRuns: Sendable {
  /// The oldest run of a member that is borrowed, of a model: so are all that are younger.
  private struct Border: Sendable {
    var oldest: RunningJobs.Holder
    /// Whether that reaches into the entitlement.
    var isReaching: Bool
  }

  /// By member, then model.
  private var borders: [Border?]
  private let models: Int

  /// Those among the running jobs that the state does not know of yet.
  private let started: [JobID]

  /// Whether nothing is borrowed.
  private(set) var isEmpty: Bool

  /// Whether all runs are borrowed.
  private let isAll: Bool

  /// All runs, as it is where nobody has a guarantee.
  static let all = BorrowedRuns()

  private init() {
    (borders, models, started, isEmpty, isAll) = ([], 0, [], false, true)
  }

  /// - Parameter started: those among them that the state does not know of yet.
  /// - Complexity: O(accounts × models + runs that are beyond an entitlement)
  init(_ running: RunningJobs, besides started: [JobID], _ state: ClusterState) {
    let book = state.holdings.book
    models = book.models.count
    self.started = started
    isAll = false
    borders = Array(repeating: nil, count: book.tree.count * models)
    isEmpty = !running.runs.indices.contains { place in
      running.runs[place].borrowsAlways && !started.contains(running.runs[place].job)
    }
    for member in 0..<book.tree.count {
      for model in 0..<models {
        let excess = book.excessMilli(AccountID(UInt16(member)), model: model)
        guard excess > 0 else { continue }
        let holders = running.holders(AccountID(UInt16(member)), model: model)
        let border = border(holders, excess)
        borders[member * models + model] = border
        if border != nil { isEmpty = false }
      }
    }
  }

  private func border(_ holders: [RunningJobs.Holder], _ excess: Int) -> Border? {
    var (left, border) = (excess, Border?.none)
    for place in holders.indices.reversed() where left > 0 && !started.contains(holders[place].job)
    {
      border = Border(oldest: holders[place], isReaching: left < holders[place].milli)
      left -= holders[place].milli
    }
    return border
  }

  /// Whether a run is borrowed, and whether in part only. O(1)
  @inline(__always)
  func standing(of place: Int, _ runs: [RunningJobs.Run]) -> (isBorrowed: Bool, reaches: Bool) {
    guard !isAll else { return (true, false) }
    guard !started.contains(runs[place].job) else { return (false, false) }
    guard !runs[place].borrowsAlways else { return (true, false) }
    var (isBorrowed, reaches) = (false, false)
    let first = Int(runs[place].member.number) * models
    func look(_ model: Int) {
      guard let border = borders[first + model] else { return }
      let (started, job) = (runs[place].started, runs[place].job)
      guard (started, job) >= (border.oldest.started, border.oldest.job) else { return }
      isBorrowed = true
      if border.isReaching, job == border.oldest.job { reaches = true }
    }
    if let amount = runs[place].amount { look(amount.model) }
    if !runs[place].others.isEmpty { for amount in runs[place].others { look(amount.model) } }
    return (isBorrowed, reaches)
  }
}
