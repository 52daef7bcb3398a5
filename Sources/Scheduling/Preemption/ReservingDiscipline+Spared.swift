import Cluster
import Fleet
import Jobs
import Policy
import Units

/// Claims whose preemptors find room elsewhere before anybody was told to go.
extension ReservingDiscipline {
  /// Starts whoever has a claim of which no victim has been told, where there is room for it now:
  /// then nobody need go.
  mutating func spareVictims(_ draft: inout PlanDraft) {
    for claim in draft.state.claims where isUntold(claim, at: draft.now) {
      guard let job = draft.state.jobs[claim.preemptor] else { continue }
      noteAttempt(of: job.request, &draft)
      guard mayFit(job, besides: claim, &draft) else { continue }
      let before = (self, draft)
      guard start(job, insteadOf: claim, &draft) else {
        (self, draft) = before
        continue
      }
      freed()
    }
  }

  /// Whether somebody is to go for a claim, and nobody has been told yet.
  ///
  /// Nor anybody who is gone already: they had no longer to go than the longest grace of any mode,
  /// unless a policy has made that shorter since.
  private func isUntold(_ claim: Claim, at now: Instant) -> Bool {
    let longestGrace = policy.modes.reduce(.zero) { max($0, $1.grace) }
    return !(claim.victims.isEmpty && claim.shrinks.isEmpty)
      && now + longestGrace < claim.deadline
      && claim.victims.allSatisfy { $0.eviction.signal > now }
  }

  /// Whether there may be room for a preemptor, what is kept for it included; false is sure.
  private func mayFit(_ job: Job, besides claim: Claim, _ draft: inout PlanDraft) -> Bool {
    let (shape, end) = (job.request.shape, draft.now + job.request.timeLimit)
    return draft.rooms.mayFit(shape, until: end, besides: claim.allocation)
      && draft.rooms.mayFitAnywhere(shape, afterWaiting: draft.now - job.submitted)
  }

  /// Starts a preemptor where there is room for it if nothing is kept for it any more, and nobody
  /// goes; false, and all is to be as before, where there is none, a site could not feed all, or
  /// others would be kept from what they are promised.
  private mutating func start(
    _ job: Job, insteadOf claim: Claim, _ draft: inout PlanDraft
  ) -> Bool {
    let request = job.request
    draft.rooms.letGo(owner: .claim(claim.id))
    draft.holdings.startsFromClaim(claim, request, at: draft.now)
    draft.holdings.letGo(of: claim, for: request)
    guard !isBarred(request, &draft),
      let shape = draft.shape(
        of: request, on: draft.holdings.charging.models(of: request.shape)),
      case .found(let allocation) = place(for: job, shape, &draft)
    else { return false }
    let displaced = forget(claim, draft)
    guard powerObstacle(to: allocation, request, draft) == nil else { return false }
    draft.decisions.append(.dissolve(claim.id))
    start(claim.preemptor, request, allocation, .turn, &draft)
    return displaced.allSatisfy { index in
      let promised = promises[index].reservation.start
      promiseAnew(index, &draft)
      return promises[index].reservation.start <= promised
    }
  }

  /// Takes a claim off the timeline, where whoever was to go holds on to its limit; and the promises
  /// that are in the way of that, which it gives, the first to start first.
  private mutating func forget(_ claim: Claim, _ draft: PlanDraft) -> [Int] {
    claims.remove(claim.id, at: draft.now, &forecast)
    let byStart = surveyed().byStart
    var displaced: [Int] = []
    let going =
      claim.victims.map { ($0.job, Allocation?.none) } + claim.shrinks.map { ($0.job, $0.keeps) }
    for (id, keeps) in going {
      guard let job = draft.state.jobs[id], let run = job.lifecycle.run else { continue }
      let limit = run.started + job.request.timeLimit
      for index in promises.indices
      where promises[index].keeps(run.allocation, before: limit) && !displaced.contains(index) {
        forecast.release(
          promises[index].request.shape, as: promises[index].reservation,
          for: promises[index].request.timeLimit, from: draft.now)
        displaced.append(index)
      }
      holdOn(job, run, from: claim.deadline, insteadOf: keeps)
    }
    return byStart.filter(displaced.contains)
  }

  /// A run goes on with all of it from when it was to go, or to go on with less.
  private mutating func holdOn(
    _ job: Job, _ run: JobLifecycle.Run, from end: Instant, insteadOf keeps: Allocation?
  ) {
    let limit = run.started + job.request.timeLimit
    guard end < limit else { return }
    if let keeps {
      forecast.release(
        job.request.shape, as: Reservation(start: end, allocation: keeps), for: limit - end,
        from: end)
    }
    forecast.hold(
      job.request.shape, as: Reservation(start: end, allocation: run.allocation),
      for: limit - end)
  }
}
