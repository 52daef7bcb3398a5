import Accounts
import Cluster
import Fleet
import Jobs
import Policy
import Units

/// In which order waiting jobs come up, at one instant.
///
/// Tier; then members under their guarantee, the largest deficit first; then the place in Fair
/// Tree's walk; then points for age and size; then the number.
///
/// A class, so that whoever asks for thousands of keys copies no arrays; it never changes.
final class FairOrder: Sendable {
  /// Where a job stands: less comes first.
  struct Key: Comparable, Sendable {
    /// The tier, the highest first.
    var tier: Int
    /// How much of its entitlement its member lacks, in millionths, the most first; 0 where the job
    /// would not fit into it.
    var deficit: Int
    var rank: UInt32
    /// Points for age and size, the most first.
    var points: Int64
    var job: JobID

    static func < (a: Key, b: Key) -> Bool {
      if a.tier != b.tier { return a.tier > b.tier }
      if a.deficit != b.deficit { return a.deficit > b.deficit }
      if a.rank != b.rank { return a.rank < b.rank }
      if a.points != b.points { return a.points > b.points }
      return a.job < b.job
    }
  }

  private static let hour: Int64 = 3_600_000

  let order: ClusterPolicy.Order
  private let weights: OrderWeights
  private let now: Instant
  private let ranks: [UInt32]

  /// By mode: whether its jobs are always borrowed, so that no guarantee is theirs.
  private let borrowsAlways: [Bool]

  init(_ holdings: Holdings, at now: Instant) {
    order = holdings.policy.order
    weights = holdings.policy.weights
    self.now = now
    ranks = order == .fairShare ? holdings.book.ranks(at: now) : []
    borrowsAlways = holdings.policy.modes.map { $0.borrowing == .always }
  }

  /// Where a job of a class stands, as things are held now.
  func key(of jobs: JobClass, _ waiting: JobClass.Waiting, _ book: AccountBook) -> Key {
    var mark = Mark(nil, jobs)
    mark.first = waiting
    guard order == .fairShare, !borrowsAlways(mark) else { return key(of: mark, deficit: 0) }
    var most = 0
    for model in jobs.models
    where book.roomWithinEntitlement(jobs.key.account, model: model) >= jobs.milli {
      most = max(most, book.deficit(jobs.member, model: model))
    }
    return key(of: mark, deficit: most)
  }

  /// Whether no guarantee is a class's: it borrows in any case, or asks for no accelerators.
  func borrowsAlways(_ jobs: Mark) -> Bool {
    jobs.milli == 0 || borrowsAlways[Int(jobs.mode.number)]
  }

  /// Where the first job of a class stands, whose member lacks so much of what it is entitled to.
  func key(of jobs: Mark, deficit: Int) -> Key {
    let (tier, job) = (Int(jobs.tier), jobs.first.job)
    switch order {
    // Those that preempt freely go with no reservations.
    case .firstComeFirstServed, .shortestRemainingTime, .shortestRemainingService,
      .leastAttainedService:
      return Key(tier: tier, deficit: 0, rank: 0, points: 0, job: job)
    case .shortestJobFirst:
      return Key(tier: tier, deficit: 0, rank: 0, points: -jobs.limit.milliseconds, job: job)
    case .fairShare:
      return Key(
        tier: tier, deficit: deficit, rank: ranks[Int(jobs.account.number)],
        points: points(of: jobs, jobs.first.since), job: job)
    }
  }

  private func points(of jobs: Mark, _ since: Instant) -> Int64 {
    let waited = min(max(0, (now - since).milliseconds), Int64(weights.mostHours) * Self.hour)
    return Int64(weights.perHourWaited) * waited
      + Int64(weights.perAccelerator) * Int64(jobs.milli) * (Self.hour / 1000)
  }
}
