import Accounts
import Cluster
import Fleet
import Jobs
import Policy
import Units

/// Finds who goes before a waiting job, and why.
struct QueueSurvey {
  typealias Key = FairOrder.Key

  let policy: ClusterPolicy
  let mine: Key
  let account: AccountID
  let tree: AccountTree

  private var waiting = 0
  private var ahead = 0
  private var first: [(key: Key, account: AccountID, isHead: Bool)] = []

  init(_ mine: Key, of account: AccountID, _ policy: ClusterPolicy) {
    self.policy = policy
    self.mine = mine
    self.account = account
    tree = policy.accounts
  }

  var place: QueuePlace {
    QueuePlace(
      ahead: ahead, waiting: waiting,
      first: first.map {
        QueuePlace.Ahead(
          job: $0.key.job, account: $0.account,
          reason: $0.isHead ? .head : reason($0.key, of: $0.account))
      })
  }

  /// Counts a job that waits, and notes it where it goes before.
  mutating func count(_ key: Key, of account: AccountID, isHead: Bool = false) {
    waiting += 1
    guard isHead && key.job != mine.job || key < mine else { return }
    ahead += 1
    note(key, of: account, isHead: isHead)
  }

  private mutating func note(_ key: Key, of account: AccountID, isHead: Bool) {
    let place = isHead ? 0 : first.firstIndex { !$0.isHead && key < $0.key } ?? first.count
    guard place < QueuePlace.named else { return }
    first.insert((key, account, isHead), at: place)
    if first.count > QueuePlace.named { first.removeLast() }
  }

  /// Counts the jobs of a class, which stand in its order. O(log jobs)
  mutating func count(_ jobs: JobClass, keyOf: (JobClass.Waiting) -> Key) {
    let all = jobs.waiting
    var low = all.startIndex
    var high = all.endIndex
    while low < high {
      let middle = (low + high) / 2
      if keyOf(all[middle]) < mine { low = middle + 1 } else { high = middle }
    }
    waiting += all.count
    ahead += low - all.startIndex
    for waiting in all[..<low].prefix(QueuePlace.named) {
      note(keyOf(waiting), of: jobs.key.account, isHead: false)
    }
  }

  /// The first point in which a job that goes before differs.
  private func reason(_ other: Key, of otherAccount: AccountID) -> QueuePlace.Reason {
    if other.tier != mine.tier { return .tier(other.tier, over: mine.tier) }
    if other.deficit != mine.deficit {
      return .guarantee(
        tree.member(of: otherAccount), lacks: other.deficit, otherLacks: mine.deficit)
    }
    if other.rank != mine.rank {
      let (theirs, own) = part(otherAccount, account)
      return .share(theirs, over: own)
    }
    guard other.points != mine.points else { return .submission }
    guard policy.order == .shortestJobFirst else {
      return .points(other.points, over: mine.points)
    }
    return .shorter(TimeSpan(milliseconds: -other.points))
  }

  /// The siblings below which two accounts lie.
  private func part(_ a: AccountID, _ b: AccountID) -> (AccountID, AccountID) {
    let (left, right) = (path(a), path(b))
    for (x, y) in zip(left, right) where x != y { return (x, y) }
    return (a, b)
  }

  private func path(_ account: AccountID) -> [AccountID] {
    var path = [account]
    while let parent = tree[path[path.count - 1]].parent { path.append(parent) }
    return path.reversed()
  }
}

extension ReservingDiscipline {
  /// Where a job stands in the fair order, among the classes and those that are promised a start.
  func survey(_ id: JobID, _ job: Job, _ state: ClusterState, at now: Instant) -> QueuePlace {
    var draft = PlanDraft(state, at: now)
    let order = draft.order
    let book = draft.holdings.book
    let own = JobClass.Waiting(since: since(job), job: id)
    let mine = order.key(of: JobClass(job.request, draft.holdings), own, book)
    var survey = QueueSurvey(mine, of: job.request.account, policy)
    for slot in queue.occupied {
      let jobs = queue.classes[slot]
      survey.count(jobs) { order.key(of: jobs, $0, book) }
    }
    for promise in promises {
      survey.count(draft.key(of: promise.mark, promise.models), of: promise.request.account)
    }
    return survey.place
  }
}

extension ClusterPolicy {
  /// Where a job stands in the order of submission, or of time limits. O(live jobs)
  func survey(_ id: JobID, _ job: Job, _ state: ClusterState) -> QueuePlace {
    func key(_ id: JobID, _ request: JobRequest) -> FairOrder.Key {
      let limit = order == .shortestJobFirst ? -request.timeLimit.milliseconds : 0
      return FairOrder.Key(tier: 0, deficit: 0, rank: 0, points: limit, job: id)
    }
    var survey = QueueSurvey(key(id, job.request), of: job.request.account, self)
    for (other, job) in state.jobs.all where job.lifecycle.isPending && job.mayBeConsidered {
      let isHead =
        head == .keptUntilStarted && backfill != .conservative && job.lifecycle.promise != nil
      survey.count(key(other, job.request), of: job.request.account, isHead: isHead)
    }
    return survey.place
  }
}
