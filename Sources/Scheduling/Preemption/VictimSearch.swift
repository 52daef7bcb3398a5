import Accounts
import Cluster
import Fleet
import Jobs
import Policy
import Units

/// The running jobs that may have to go on one ground, as a plan found them: what is the same for
/// all who might make them go.
struct VictimPool: Sendable {
  struct Entry: Sendable {
    var id: JobID
    var account: AccountID
    var member: AccountID
    var tier: Int
    /// Whether it is borrowed in part only.
    var reachesIntoEntitlement: Bool
    var borrowsAlways: Bool
    /// What its going would free, and cost once it may be disturbed.
    var candidate: ClearingCandidate
    /// How many accelerators it holds; nil where it holds parts of some.
    var accelerators: Int?
    /// Until when it is left alone: a guarantee waits for nothing but its undisturbed time.
    var spared: Instant
  }

  /// In order of their numbers.
  private(set) var entries: [Entry] = []

  /// - Parameter borrowed: what of it is borrowed, where it is for a guarantee.
  /// - Complexity: O(running jobs · log running jobs)
  init(
    for ground: Claim.Ground, _ running: RunningJobs, _ borrowed: BorrowedRuns?,
    _ rules: PreemptionRules, _ state: ClusterState, at now: Instant
  ) {
    let modes = state.policy.modes
    let shrinking = state.claims.flatMap { $0.shrinks.map(\.job) }
    for index in running.runs.indices where !running.runs[index].isInWindow {
      let (id, mode) = (running.runs[index].job, Int(running.runs[index].mode.number))
      switch ground {
      case .guarantee: guard borrowed?.contains(id) == true else { continue }
      case .tier: guard modes[mode].isPreemptible else { continue }
      }
      // A job that this very plan starts is in no state yet.
      guard let job = state.jobs[id], let run = job.lifecycle.run, !job.isCancelled,
        job.lifecycle.eviction == nil, !shrinking.contains(id)
      else { continue }
      var spared = running.runs[index].started + modes[mode].undisturbed
      if ground == .tier, let last = job.lastEviction { spared = max(spared, last + rules.rest) }
      entries.append(
        Entry(
          id: id, account: job.request.account, member: running.runs[index].member,
          tier: modes[mode].tier,
          reachesIntoEntitlement: borrowed?.reachesIntoEntitlement(id) == true,
          borrowsAlways: modes[mode].borrowing == .always,
          candidate: Self.candidate(id, job, run, rules, at: max(spared, now)),
          accelerators: run.allocation.wholeAccelerators, spared: spared))
    }
  }
}

extension VictimPool {
  private static func candidate(
    _ id: JobID, _ job: Job, _ run: JobLifecycle.Run, _ rules: PreemptionRules, at now: Instant
  ) -> ClearingCandidate {
    let work = LostWork(job, run, rules)
    var candidate = ClearingCandidate(
      job: id, allocation: run.allocation, loss: work.loss(at: now), started: run.started)
    if let least = job.request.terms?.leastMembers, run.allocation.shares.isEmpty {
      candidate.sparable = max(0, run.allocation.slices.count - least)
      candidate.shrinkLoss = work.shrinkLoss(
        ofMember: Int(job.request.shape.member.accelerators))
    }
    return candidate
  }
}

/// Who may be made to go for a job that waits, and the claim that comes of it.
struct VictimSearch {
  let rules: PreemptionRules
  let preemptor: JobID
  let request: JobRequest
  let ground: Claim.Ground

  /// Nodes that others are promised before the preemptor could be over: a bit each.
  var promised: [UInt64] = []

  /// When the next may be disturbed that may not be yet.
  private(set) var undisturbedUntil = Instant.distantFuture

  /// Whether those count as well who may not be disturbed yet: they go as soon as they may.
  var looksAhead = false

  /// Whether those count as well whose going leaves their own member short of its entitlement.
  var takesReaching = true

  init(
    _ rules: PreemptionRules, for preemptor: JobID, _ request: JobRequest,
    on ground: Claim.Ground
  ) {
    self.rules = rules
    self.preemptor = preemptor
    self.request = request
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

  /// Whether those of a pool who may go for it, now or once they may be disturbed, hold enough
  /// together with what is free: a filter, before anybody looks at their jobs. O(jobs in the pool)
  ///
  /// Notes when the next may be disturbed that may not be yet.
  mutating func mayHold(
    among pool: VictimPool, besides free: Int, _ draft: PlanDraft
  ) -> Bool {
    let member = draft.state.policy.accounts.member(of: request.account)
    let preempts = draft.state.policy.modes[Int(request.mode.number)].preempts
    var (sum, isExact) = (free, request.shape.member.share == .whole)
    for index in pool.entries.indices
    where isOnGround(
      pool.entries[index].borrowsAlways, of: pool.entries[index].member,
      pool.entries[index].tier, member, preempts)
    {
      if let count = pool.entries[index].accelerators { sum += count } else { isExact = false }
      let spared = pool.entries[index].spared
      guard spared > draft.now, spared < undisturbedUntil,
        takesReaching || !pool.entries[index].reachesIntoEntitlement,
        !draft.victims.contains(pool.entries[index].id)
      else { continue }
      undisturbedUntil = spared
    }
    return !isExact || sum >= request.shape.acceleratorCount
  }

  /// Whether a run is one that a member's job, or one of a mode, may take back.
  @inline(__always)
  private func isOnGround(
    _ borrowsAlways: Bool, of owner: AccountID, _ tier: Int, _ member: AccountID,
    _ preempts: [Int]
  ) -> Bool {
    switch ground {
    // What borrows in any case doesn't fill its own member's entitlement: it goes for it, too.
    case .guarantee: borrowsAlways || owner != member
    case .tier: preempts.contains(tier)
    }
  }

  /// Those of a pool for its ground who may go for it; none where they hold too little together
  /// with what is free. O(jobs in the pool)
  mutating func candidates(
    among pool: VictimPool, besides free: Int = .max / 2, _ draft: PlanDraft
  ) -> [ClearingCandidate] {
    let state = draft.state
    let member = state.policy.accounts.member(of: request.account)
    let preempts = state.policy.modes[Int(request.mode.number)].preempts
    var (places, sum) = ([Int](), free)
    var isExact = request.shape.member.share == .whole
    // An entry is never taken out of its array: that would be a copy.
    for index in pool.entries.indices
    where isOnGround(
      pool.entries[index].borrowsAlways, of: pool.entries[index].member,
      pool.entries[index].tier, member, preempts)
    {
      guard ground == .tier || takesReaching || !pool.entries[index].reachesIntoEntitlement,
        !draft.victims.contains(pool.entries[index].id)
      else { continue }
      guard pool.entries[index].spared <= draft.now || looksAhead else {
        undisturbedUntil = min(undisturbedUntil, pool.entries[index].spared)
        continue
      }
      guard !overlapsPromise(pool.entries[index].candidate.allocation, state.topology) else {
        continue
      }
      if ground == .tier, let most = rules.churnPerHour {
        let lost = state.churn.lost(by: pool.entries[index].account, at: draft.now)
        guard lost + pool.entries[index].candidate.loss <= most else { continue }
      }
      places.append(index)
      if let count = pool.entries[index].accelerators { sum += count } else { isExact = false }
    }
    guard !isExact || sum >= request.shape.acceleratorCount else { return [] }
    return places.map { pool.entries[$0].candidate }
  }

  /// Until when a run may not be disturbed: a guarantee waits for nothing but its undisturbed time.
  private func spared(_ job: Job, _ run: JobLifecycle.Run, _ mode: AccessMode) -> Instant {
    let rested = ground == .tier ? job.lastEviction.map { $0 + rules.rest } : nil
    return max(run.started + mode.undisturbed, rested ?? .distantPast)
  }

  private func overlapsPromise(_ allocation: Allocation, _ topology: Topology) -> Bool {
    guard !promised.isEmpty else { return false }
    for slice in allocation.slices {
      let node = topology.index(of: slice.node)
      if promised[node >> 6] >> UInt64(node & 63) & 1 == 1 { return true }
    }
    return false
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

extension Allocation {
  /// How many accelerators it names; nil where it names parts of some.
  fileprivate var wholeAccelerators: Int? { shares.isEmpty ? acceleratorCount : nil }
}
