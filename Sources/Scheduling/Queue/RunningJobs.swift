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
    var account: AccountID
    /// The member above its account.
    var member: AccountID
    var mode: ModeID
    var isInWindow: Bool
    var started: Instant
    /// When it was evicted before that; nil: never.
    var lastEviction: Instant?
    /// What it holds: thousandths of accelerators of a model.
    var amount: Charging.Amount?
    /// What it holds of other models; most often nothing.
    var others: [Charging.Amount]
    /// How many accelerators it holds; nil where it holds parts of some.
    var accelerators: Int?
    /// The most of them that it holds of any one node; where it holds parts, more than there are.
    var mostOnNode: Int16
    /// Whether it is borrowed wherever it stands.
    var borrowsAlways: Bool
    /// Its first node, by its place in the topology, and all others.
    var node: Int32
    var moreNodes: [Int32]
  }

  /// So much of a model that a run of a member holds: they lie in the order of their starts.
  struct Holder: Comparable, Sendable {
    var started: Instant
    var job: JobID
    var milli: Int

    static func < (a: Self, b: Self) -> Bool { (a.started, a.job) < (b.started, b.job) }
  }

  /// All of them.
  private(set) var all: [JobID] = []

  /// What all of them hold.
  private(set) var runs: [Run] = []

  /// Those that go on with fewer members than they asked for.
  private(set) var elastic: [JobID] = []

  /// By member, then model: who holds some of it, the youngest last; but for those that borrow
  /// always.
  private var holders: [[Holder]] = []
  private var models = 0

  /// Who among a member's runs holds some of a model, the youngest last; but for those that borrow
  /// always.
  func holders(_ member: AccountID, model: Int) -> [Holder] {
    let index = Int(member.number) * models + model
    return index < holders.count ? holders[index] : []
  }

  /// A job runs from now on, or holds something else.
  mutating func insert(
    _ id: JobID, _ request: JobRequest, on allocation: Allocation, since started: Instant,
    evicted lastEviction: Instant?, _ holdings: Holdings
  ) {
    let amounts = holdings.charging.amounts(of: allocation, on: holdings.topology)
    let nodes = allocation.slices.map { Int32(holdings.topology.index(of: $0.node)) }
    let run = Run(
      job: id, account: request.account,
      member: holdings.policy.accounts.member(of: request.account), mode: request.mode,
      isInWindow: request.terms?.window != nil, started: started, lastEviction: lastEviction,
      amount: amounts.first, others: Array(amounts.dropFirst()),
      accelerators: allocation.shares.isEmpty ? allocation.acceleratorCount : nil,
      mostOnNode: allocation.shares.isEmpty
        ? allocation.slices.reduce(0) { max($0, Int16($1.accelerators.nonzeroBitCount)) } : .max,
      borrowsAlways: holdings.borrowing(of: request) == .always,
      node: nodes.first ?? -1, moreNodes: Array(nodes.dropFirst()))
    models = holdings.charging.models.count
    let place = all.partitioningIndex { $0 >= id }
    if place < all.count, all[place] == id {
      leaveHolders(place)
      runs[place] = run
      enterHolders(place)
      return
    }
    all.insert(id, at: place)
    runs.insert(run, at: place)
    enterHolders(place)
    if request.terms?.leastMembers != nil {
      elastic.insert(id, at: elastic.partitioningIndex { $0 >= id })
    }
  }

  /// A job runs no more.
  mutating func remove(_ id: JobID) {
    if let place = all.sortedIndex(of: id) {
      leaveHolders(place)
      all.remove(at: place)
      runs.remove(at: place)
    }
    if let place = elastic.sortedIndex(of: id) { elastic.remove(at: place) }
  }

  private mutating func enterHolders(_ place: Int) {
    forEachHolder(place) { holders, holder in
      holders.insert(holder, at: holders.partitioningIndex { $0 >= holder })
    }
  }

  private mutating func leaveHolders(_ place: Int) {
    forEachHolder(place) { holders, holder in
      holders.remove(at: holders.partitioningIndex { $0 >= holder })
    }
  }

  private mutating func forEachHolder(
    _ place: Int, _ change: (inout [Holder], Holder) -> Void
  ) {
    guard !runs[place].borrowsAlways, let first = runs[place].amount else { return }
    for amount in CollectionOfOne(first) + runs[place].others {
      let index = Int(runs[place].member.number) * models + amount.model
      while holders.count <= index { holders.append([]) }
      change(
        &holders[index],
        Holder(started: runs[place].started, job: runs[place].job, milli: amount.milli))
    }
  }
}
