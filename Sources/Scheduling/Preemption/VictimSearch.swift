import Accounts
import Cluster
import Fleet
import Jobs
import Policy
import Units

/// Who may be made to go for a job that waits, and the claim that comes of it.
struct VictimSearch {
  let rules: PreemptionRules
  let preemptor: JobID
  let request: JobRequest
  let ground: Claim.Ground

  /// Nodes that others are promised before the preemptor could be over.
  var promised: [Int] = []

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

  /// The running jobs that may go for it. O(running jobs)
  mutating func candidates(
    among running: [JobID], _ draft: PlanDraft
  ) -> [ClearingCandidate] {
    var candidates: [ClearingCandidate] = []
    let state = draft.state
    let tree = state.policy.accounts
    let member = tree.member(of: request.account)
    let preempts = state.holdings.mode(of: request).preempts
    for id in running where !draft.victims.contains(id) {
      // A job that this very plan starts is in no state yet.
      guard let job = state.jobs[id], let run = job.lifecycle.run, !job.isCancelled,
        job.lifecycle.eviction == nil, state.shrink(of: id) == nil,
        job.request.terms?.window == nil
      else { continue }
      let mode = state.holdings.mode(of: job.request)
      switch ground {
      case .guarantee:
        // What borrows in any case doesn't fill its own member's entitlement: it goes for it, too.
        guard let borrowed = draft.borrowed, borrowed.contains(id),
          takesReaching || !borrowed.reachesIntoEntitlement(id),
          mode.borrowing == .always || tree.member(of: job.request.account) != member
        else { continue }
      case .tier:
        guard mode.isPreemptible, preempts.contains(mode.tier) else { continue }
      }
      let spared = spared(job, run, mode)
      guard spared <= draft.now || looksAhead else {
        undisturbedUntil = min(undisturbedUntil, spared)
        continue
      }
      guard !overlapsPromise(run.allocation, state.topology) else { continue }
      let candidate = candidate(id, job, run, at: max(spared, draft.now))
      if ground == .tier, let most = rules.churnPerHour {
        let lost = state.churn.lost(by: job.request.account, at: draft.now)
        guard lost + candidate.loss <= most else { continue }
      }
      candidates.append(candidate)
    }
    return candidates
  }

  /// Until when a run may not be disturbed: a guarantee waits for nothing but its undisturbed time.
  private func spared(_ job: Job, _ run: JobLifecycle.Run, _ mode: AccessMode) -> Instant {
    let rested = ground == .tier ? job.lastEviction.map { $0 + rules.rest } : nil
    return max(run.started + mode.undisturbed, rested ?? .distantPast)
  }

  private func candidate(
    _ id: JobID, _ job: Job, _ run: JobLifecycle.Run, at now: Instant
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

  private func overlapsPromise(_ allocation: Allocation, _ topology: Topology) -> Bool {
    guard !promised.isEmpty else { return false }
    return allocation.slices.contains { slice in
      let node = topology.index(of: slice.node)
      var low = 0
      var high = promised.count
      while low < high {
        let middle = (low + high) / 2
        if promised[middle] < node { low = middle + 1 } else { high = middle }
      }
      return low < promised.count && promised[low] == node
    }
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
