import Fleet
import Jobs
import Policy
import Units

extension ClusterState {
  // MARK: Runs

  mutating func start(
    _ id: JobID, _ attempt: AttemptNumber, _ allocation: Allocation, at now: Instant
  ) {
    guard let job = jobs[id] else { preconditionFailure("starting no job") }
    var run = JobLifecycle.Run(
      attempt, from: now, on: allocation, reserved: holdings.cost(of: allocation, job.request))
    if let index = claims.firstIndex(where: { $0.preemptor == id }) {
      precondition(claims[index].allocation == run.allocation, "started beside its claim")
      run.keptSince = claims[index].made
      claims.remove(at: index)
    }
    holdings.start(
      job.request, on: run.allocation, at: run.started, isKept: run.keptSince != nil)
    jobs.update(id) {
      $0.starts += 1
      $0.lifecycle.started(run)
    }
  }

  /// Gives back all that a run held, and charges what it took.
  mutating func stop(_ id: JobID, _ run: JobLifecycle.Run, at now: Instant) {
    guard let job = jobs[id] else { preconditionFailure("no job stops") }
    holdings.stop(job.request, run, at: now)
    for index in claims.indices {
      claims[index].victims.removeAll { $0.job == id }
      claims[index].shrinks.removeAll { $0.job == id }
    }
  }

  /// A job that is over leaves the table.
  mutating func leave(_ id: JobID, _ outcome: JobOutcome) {
    precondition(
      claims.allSatisfy { $0.preemptor != id }, "a claim outlives job \(id.number)")
    outcomes[id] = outcome
    jobs.remove(id)
  }

  mutating func resize(_ id: JobID, to allocation: Allocation, at now: Instant) {
    guard let job = jobs[id], let run = job.lifecycle.run else {
      preconditionFailure("resizing no run")
    }
    let spent = holdings.spent(job.request, run, at: now)
    holdings.resize(job.request, from: run.allocation, to: allocation, at: now)
    jobs.update(id) { $0.lifecycle.resized(to: allocation, at: now, spent: spent) }
    for index in claims.indices { claims[index].shrinks.removeAll { $0.job == id } }
  }

  // MARK: Claims

  mutating func make(_ claim: Claim, at now: Instant) {
    precondition(claim.id == nextClaim, "claim \(claim.id.number) out of turn")
    nextClaim = ClaimID(claim.id.number + 1)
    guard let preemptor = jobs[claim.preemptor] else { preconditionFailure("nobody claims") }
    for victim in claim.victims {
      jobs.update(victim.job) { $0.lifecycle.evictionBegan(victim.eviction) }
      if claim.ground == .tier, let account = jobs[victim.job]?.request.account {
        churn.note(account, victim.loss, at: now)
      }
    }
    holdings.keep(claim, for: preemptor.request, at: now)
    jobs.update(claim.preemptor) {
      $0.lifecycle.promised(Reservation(start: claim.deadline, allocation: claim.allocation))
    }
    var claim = claim
    claim.made = now
    claims.append(claim)
  }

  mutating func evict(_ id: JobID, at now: Instant) {
    if policy.preemptsFreely, let started = jobs[id]?.lifecycle.run?.started {
      jobs.update(id) {
        $0.attained = TimeSpan(
          milliseconds: $0.attained.milliseconds + (now - started).milliseconds)
      }
      return wait(again: id, at: now) { $0.evicted() }
    }
    wait(again: id, at: now) { $0.evicted() }
    jobs.update(id) {
      $0.evictions += 1
      $0.lastEviction = now
    }
  }

  mutating func lose(_ id: JobID, at now: Instant) {
    wait(again: id, at: now) { $0.lost() }
  }

  /// Takes a run's tasks for gone, and credits back what it has lost by that.
  private mutating func wait(
    again id: JobID, at now: Instant, _ change: (inout JobLifecycle) -> JobLifecycle.Run
  ) {
    let lost = lostCost(of: id, at: now)
    let run = jobs.update(id) { change(&$0.lifecycle) }
    stop(id, run, at: now)
    guard let request = jobs[id]?.request else { return }
    holdings.refund(request, lost, reservedAt: run.reservedAt)
  }

  /// Agents are not heard of from now on, or are again: then their nodes are as was noted of them.
  mutating func hear(_ nodes: [NodeID], _ isHeardOf: Bool, at now: Instant) {
    guard isHeardOf else {
      let begun = silence.begin(of: nodes, at: now)
      return holdings.setConditions(begun.map { ($0, .silent) }, at: now)
    }
    silence.end(of: nodes)
    holdings.setConditions(nodes.map { ($0, records[$0].condition) }, at: now)
  }

  /// What of a run's cost is credited back if it goes now: what it has paid since its last
  /// checkpoint, by the policy's part of it.
  private func lostCost(of id: JobID, at now: Instant) -> Int64 {
    guard let rules = policy.preemption, let job = jobs[id], let run = job.lifecycle.run else {
      return 0
    }
    let kept = LostWork(job, run, rules).lastCheckpoint(at: now)
    let spent = holdings.spent(job.request, run, at: now)
    // Of a gang that has changed its size meanwhile, what it holds now is taken for all of it.
    let span = max(0, (now - max(kept, run.started)).milliseconds)
    let limit = Int128(max(1, job.request.timeLimit.milliseconds))
    let cost = Int128(holdings.cost(of: run.allocation, job.request))
    let whole = min(Int128(spent), cost * Int128(span) / limit)
    return Int64(whole * Int128(rules.refundMilli) / 1000)
  }

  mutating func dissolve(_ id: ClaimID, at now: Instant) {
    guard let index = claims.firstIndex(where: { $0.id == id }) else {
      preconditionFailure("dissolving no claim")
    }
    let claim = claims.remove(at: index)
    for victim in claim.victims where victim.eviction.signal > now {
      jobs.update(victim.job) { $0.lifecycle.spared() }
      if claim.ground == .tier, let account = jobs[victim.job]?.request.account {
        churn.credit(account, victim.loss, notedAt: claim.made)
      }
    }
    guard let job = jobs[claim.preemptor] else { return }
    holdings.letGo(of: claim, for: job.request)
    jobs.update(claim.preemptor) { $0.lifecycle.promiseDropped() }
  }
}
