import Accounts
import Cluster
import Fleet
import Jobs
import Policy
import Units

/// The running jobs that may have to go on one ground, as a plan found them: what is the same for
/// all who might make them go.
///
/// None of them is read from the state for it: only those that may go indeed are.
struct VictimPool: Sendable {
  struct Entry: Sendable {
    var id: JobID
    var account: AccountID
    var member: AccountID
    var tier: Int
    /// Whether it is borrowed in part only.
    var reachesIntoEntitlement: Bool
    var borrowsAlways: Bool
    /// Whether its member would take what it holds back from somebody who borrows.
    var isByRight: Bool
    /// How many accelerators it holds; nil where it holds parts of some.
    var accelerators: Int?
    /// The most of them of any one node; where it holds parts, more than there are.
    var mostOnNode: Int16
    /// Until when it is left alone: a guarantee waits for nothing but its undisturbed time.
    var spared: Instant
    /// Its first node, and where its others lie among all such.
    var node: Int32
    var moreNodes: Range<Int32>
  }

  /// In order of their numbers.
  private(set) var entries: [Entry] = []

  /// The nodes of those that have several, but for the first of each.
  private(set) var moreNodes: [Int32] = []

  private let now: Instant

  /// - Parameters:
  ///   - borrowed: what of it is borrowed.
  ///   - started: those that the state does not know of yet.
  /// - Complexity: O(running jobs)
  init(
    for ground: Claim.Ground, _ running: RunningJobs, _ borrowed: BorrowedRuns,
    besides started: [JobID], _ state: ClusterState, at now: Instant
  ) {
    self.now = now
    let rest = state.policy.preemption?.rest ?? .zero
    let modes = state.policy.modes.map { ($0.isPreemptible, $0.tier, $0.undisturbed) }
    let going = state.claims.flatMap(\.going).sorted()
    let runs = running.runs
    for place in runs.indices where !runs[place].isInWindow {
      let (isPreemptible, tier, undisturbed) = modes[Int(runs[place].mode.number)]
      guard ground == .guarantee || isPreemptible else { continue }
      let standing = borrowed.standing(of: place, runs)
      guard ground == .tier || standing.isBorrowed else { continue }
      let id = runs[place].job
      guard !going.sortedContains(id), !started.contains(id) else { continue }
      var spared = runs[place].started + undisturbed
      if ground == .tier, let last = runs[place].lastEviction {
        spared = max(spared, last + rest)
      }
      let first = Int32(moreNodes.count)
      if !runs[place].moreNodes.isEmpty { moreNodes += runs[place].moreNodes }
      entries.append(
        Entry(
          id: id, account: runs[place].account, member: runs[place].member, tier: tier,
          reachesIntoEntitlement: standing.reaches, borrowsAlways: runs[place].borrowsAlways,
          isByRight: !standing.isBorrowed,
          accelerators: runs[place].accelerators, mostOnNode: runs[place].mostOnNode,
          spared: spared, node: runs[place].node, moreNodes: first..<Int32(moreNodes.count)))
    }
  }

  /// What the going of a run would free, and cost once it may be disturbed; nil where it goes or
  /// shrinks already, though no claim says so: it was cancelled, or its claim is void.
  func candidate(
    _ index: Int, _ rules: PreemptionRules, _ state: ClusterState
  ) -> ClearingCandidate? {
    let id = entries[index].id
    guard let job = state.jobs[id], let run = job.lifecycle.run, !job.isCancelled,
      job.lifecycle.eviction == nil, run.members?.keeps == nil
    else { return nil }
    let work = LostWork(job, run, rules)
    var candidate = ClearingCandidate(
      job: id, allocation: run.allocation, loss: work.loss(at: max(entries[index].spared, now)),
      started: run.started)
    if let least = job.request.terms?.leastMembers, run.allocation.shares.isEmpty {
      candidate.sparable = max(0, run.allocation.slices.count - least)
      candidate.shrinkLoss = work.shrinkLoss(
        ofMember: Int(job.request.shape.member.accelerators))
    }
    return candidate
  }

  /// Whether any node of a run is kept for others than a job before a time.
  @inline(__always)
  func isKept(
    _ index: Int, by promised: PromisedNodes?, before end: Instant, besides job: JobID
  ) -> Bool {
    guard let promised else { return false }
    let node = entries[index].node
    if node >= 0, promised.keeps(node, before: end, besides: job) { return true }
    for place in entries[index].moreNodes
    where promised.keeps(moreNodes[Int(place)], before: end, besides: job) {
      return true
    }
    return false
  }
}

/// Who may be made to go for a job that waits, and the claim that comes of it.
struct VictimSearch {
  let rules: PreemptionRules
  let preemptor: JobID
  let request: JobRequest
  let ground: Claim.Ground

  /// What it asks for, on the models that it may have.
  let shape: GangShape

  /// Below which account they have to run; nil: anywhere.
  let account: AccountID?

  /// From when on nodes are promised to others, or kept in a window.
  var promised: PromisedNodes?

  /// When the next may be disturbed that may not be yet.
  private(set) var undisturbedUntil = Instant.distantFuture

  /// Whether it borrows wherever it runs, so that its own member would take it back, too.
  private let borrowsAlways: Bool

  /// Whether it may borrow where it makes others go.
  private let mayBorrow: Bool

  /// Whether those count as well who may not be disturbed yet: they go as soon as they may.
  var looksAhead = false

  /// Whether those count as well whose going leaves their own member short of its entitlement.
  var takesReaching = true

  init(
    _ rules: PreemptionRules, for preemptor: JobID, _ request: JobRequest, _ prey: PlanDraft.Prey,
    on ground: Claim.Ground, _ draft: PlanDraft
  ) {
    borrowsAlways = draft.holdings.borrowing(of: request) == .always
    mayBorrow = borrowsAlways || ground == .tier && draft.mayBorrow(request)
    self.rules = rules
    self.preemptor = preemptor
    self.request = request
    (shape, account) = prey
    self.ground = ground
  }

  /// The longest notice and grace of any mode.
  static func lead(of policy: ClusterPolicy) -> TimeSpan {
    policy.modes.reduce(.zero) { longest, mode in
      max(longest, TimeSpan(milliseconds: mode.notice.milliseconds + mode.grace.milliseconds))
    }
  }

  /// The longest undisturbed run of any mode.
  static func undisturbed(of policy: ClusterPolicy) -> TimeSpan {
    policy.modes.reduce(.zero) { max($0, $1.undisturbed) }
  }

  /// The longest grace of any mode.
  static func grace(of policy: ClusterPolicy) -> TimeSpan {
    policy.modes.reduce(.zero) { max($0, $1.grace) }
  }

  /// Whether any of a pool may go for it, and the gang may fit with what they hold: a filter, for
  /// before any of them is read. O(jobs in the pool + nodes)
  ///
  /// - Parameters:
  ///   - end: nobody asks for room for less long.
  ///   - open: on how many nodes a member has room until then, at most.
  ///   - later: whether those count as well who may go later, but not as the search stands; then it
  ///     is noted when the next may be disturbed that may not be yet.
  mutating func mayHold(
    among pool: VictimPool, before end: Instant, besides open: Int, orLater later: Bool = false,
    _ draft: PlanDraft
  ) -> Bool {
    let tree = draft.state.policy.accounts
    let member = tree.member(of: request.account)
    let preempts = draft.state.policy.modes[Int(request.mode.number)].preempts
    var hold = VictimHold(for: shape, beside: draft.rooms.all)
    for index in pool.entries.indices
    where isOnGround(pool.entries[index], member, preempts, tree) {
      guard draft.victims.isEmpty || !draft.victims.contains(pool.entries[index].id) else {
        continue
      }
      let spared = pool.entries[index].spared
      let isOpen = takesReaching || !pool.entries[index].reachesIntoEntitlement
      if later || isOpen && (looksAhead || spared <= draft.now),
        !pool.isKept(index, by: promised, before: end, besides: preemptor)
      {
        hold.add(index, of: pool)
      }
      guard later, isOpen, spared > draft.now, spared < undisturbedUntil,
        pool.candidate(index, rules, draft.state) != nil
      else { continue }
      undisturbedUntil = spared
    }
    return !hold.isEmpty && hold.isEnough(besides: open)
  }

  /// Whether a run is one that a member's job, or one of a mode, may take back.
  @inline(__always)
  private func isOnGround(
    _ run: VictimPool.Entry, _ member: AccountID, _ preempts: [Int], _ tree: AccountTree
  ) -> Bool {
    if let account, run.member != member || !tree.isAtOrBelow(run.account, account) {
      return false
    }
    switch ground {
    // What borrows in any case doesn't fill its own member's entitlement: it goes for it, too.
    case .guarantee: return run.borrowsAlways || run.member != member
    case .tier: return preempts.contains(run.tier) && mayKeep(whatHad: run, member)
    }
  }

  /// Whether what a run leaves is not taken back from it at once: whoever runs within an
  /// entitlement would reclaim it from one that borrows, and the two would go round for ever.
  @inline(__always)
  private func mayKeep(whatHad run: VictimPool.Entry, _ member: AccountID) -> Bool {
    !run.isByRight || !mayBorrow || run.member == member && !borrowsAlways
  }

  /// Those of a pool for its ground who may go for it, for room until a time; none where they hold
  /// too little together with what is free. O(jobs in the pool)
  mutating func candidates(
    among pool: VictimPool, before end: Instant, besides free: Int = .max / 2, _ draft: PlanDraft
  ) -> [ClearingCandidate] {
    let (state, tree) = (draft.state, draft.state.policy.accounts)
    let member = tree.member(of: request.account)
    let preempts = state.policy.modes[Int(request.mode.number)].preempts
    var (candidates, sum) = ([ClearingCandidate](), free)
    var isExact = shape.member.share == .whole
    // An entry is never taken out of its array: that would be a copy.
    for index in pool.entries.indices
    where isOnGround(pool.entries[index], member, preempts, tree) {
      guard ground == .tier || takesReaching || !pool.entries[index].reachesIntoEntitlement,
        !draft.victims.contains(pool.entries[index].id)
      else { continue }
      let isSpared = pool.entries[index].spared > draft.now && !looksAhead
      guard
        isSpared && pool.entries[index].spared < undisturbedUntil
          || !isSpared && !pool.isKept(index, by: promised, before: end, besides: preemptor),
        let candidate = pool.candidate(index, rules, state)
      else { continue }
      guard !isSpared else {
        undisturbedUntil = pool.entries[index].spared
        continue
      }
      if ground == .tier, let most = rules.churnPerHour {
        let lost = state.churn.lost(by: pool.entries[index].account, at: draft.now)
        guard lost + candidate.loss <= most else { continue }
      }
      candidates.append(candidate)
      if let count = pool.entries[index].accelerators { sum += count } else { isExact = false }
    }
    guard !isExact || sum >= shape.acceleratorCount else { return [] }
    return candidates
  }

  /// Until when a run may not be disturbed: a guarantee waits for nothing but its undisturbed time.
  private func spared(_ job: Job, _ run: JobLifecycle.Run, _ mode: AccessMode) -> Instant {
    let rested = ground == .tier ? job.lastEviction.map { $0 + rules.rest } : nil
    return max(run.started + mode.undisturbed, rested ?? .distantPast)
  }

  /// The claim to the room that was cleared.
  func claim(_ clearing: Clearing, _ draft: PlanDraft) -> Claim {
    let state = draft.state
    func mode(of id: JobID) -> AccessMode {
      guard let job = state.jobs[id] else { preconditionFailure("job \(id.number) is gone") }
      return state.holdings.mode(of: job.request)
    }
    func spared(_ id: JobID) -> Instant {
      guard let job = state.jobs[id], let run = job.lifecycle.run else {
        preconditionFailure("job \(id.number) does not run")
      }
      return self.spared(job, run, mode(of: id))
    }
    let all = clearing.evicted + clearing.shrunk.map(\.job)
    let end = all.reduce(draft.now) {
      let signal = max(draft.now + mode(of: $1).notice, spared($1))
      return max($0, signal + mode(of: $1).grace)
    }
    let victims = clearing.evicted.map { id in
      let grace = TimeSpan(milliseconds: -mode(of: id).grace.milliseconds)
      let eviction = JobLifecycle.Eviction(signal: end + grace, end: end)
      guard let job = state.jobs[id], let run = job.lifecycle.run else {
        preconditionFailure("job \(id.number) does not run")
      }
      return Claim.Victim(
        job: id, eviction: eviction,
        loss: LostWork(job, run, rules).loss(at: max(draft.now, spared(id))))
    }
    let shrinks = clearing.shrunk.map { shrink in
      guard let run = state.jobs[shrink.job]?.lifecycle.run else {
        preconditionFailure("job \(shrink.job.number) does not run")
      }
      return Claim.Shrink(
        job: shrink.job, keeps: run.allocation.without(slices: shrink.slices), end: end)
    }
    return Claim(
      id: draft.nextClaim, preemptor: preemptor, ground: ground, allocation: clearing.allocation,
      victims: victims, shrinks: shrinks)
  }
}

/// What victims hold together with what is free, as numbers: a filter.
private struct VictimHold {
  private let free: Occupancy
  private let shape: GangShape
  private let eligible: EligibleNodes

  /// Whether numbers of accelerators by node bound where the gang has room; a node may count twice.
  private let isBounded: Bool

  /// By node, how many accelerators the victims hold there, at most.
  private var held: [Int16]

  /// All that is free or held, unless that is parts; and on how many of the victims' nodes a member
  /// may have room.
  private var sum: Int?
  private var nodes = 0
  private(set) var isEmpty = true

  init(for shape: GangShape, beside free: Occupancy) {
    self.free = free
    self.shape = shape
    eligible = EligibleNodes(of: shape.eligibility, on: free.topology)
    isBounded = free.isBoundedByCounts(shape) && !shape.member.wholeNode
    held = isBounded ? Array(repeating: 0, count: free.topology.nodes.count) : []
    sum = shape.member.share == .whole ? free.freeAccelerators : nil
  }

  mutating func add(_ index: Int, of pool: VictimPool) {
    isEmpty = false
    let entry = pool.entries[index]
    sum = sum.flatMap { sum in entry.accelerators.map { sum + $0 } }
    guard isBounded else { return }
    if entry.node >= 0 { add(entry.mostOnNode, on: Int(entry.node)) }
    for place in entry.moreNodes { add(entry.mostOnNode, on: Int(pool.moreNodes[Int(place)])) }
  }

  private mutating func add(_ more: Int16, on node: Int) {
    guard eligible.contains(node) else { return }
    let (wanted, before) = (Int(shape.member.accelerators), free.acceleratorsFree(on: node))
    let hadRoom = held[node] > 0 && before + Int(held[node]) >= wanted
    held[node] = held[node].addingReportingOverflow(more).overflow ? .max : held[node] + more
    if !hadRoom, before + Int(held[node]) >= wanted { nodes += 1 }
  }

  /// - Parameter open: on how many nodes a member has room without them, at most.
  func isEnough(besides open: Int) -> Bool {
    if let sum, sum < shape.acceleratorCount { return false }
    return !isBounded || open >= Int(shape.members) - nodes
  }
}
