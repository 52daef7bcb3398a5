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
      guard tryToStart(job, insteadOf: claim, &draft) else {
        // Where others take the place that it would have, it may have one that displaces nobody.
        draft.mayPreemptLater = true
        continue
      }
      freed()
    }
  }

  /// Starts a preemptor instead of its claim; false, and nothing has changed, where that can't be.
  private mutating func tryToStart(
    _ job: Job, insteadOf claim: Claim, _ draft: inout PlanDraft
  ) -> Bool {
    let runs = runs(goingFor: claim, draft)
    let mayDisplace = mayDisplace(runs, claim, draft)
    // Promises are made again on a grid of time alone.
    guard !mayDisplace || compression <= draft.now else { return false }
    let displaced = mayDisplace ? displaced(by: runs) : []
    let before = (self, draft)
    guard start(job, insteadOf: claim, with: runs, displacing: displaced, &draft) else {
      (self, draft) = before
      return false
    }
    return true
  }

  /// Whether somebody is to go for a claim, and nobody has been told yet.
  ///
  /// Nor anybody who is gone already: they had no longer to go than the longest grace of any mode,
  /// unless a policy has made that shorter since.
  private func isUntold(_ claim: Claim, at now: Instant) -> Bool {
    !claim.going.isEmpty && claim.isUntold(at: now)
      && now + VictimSearch.grace(of: policy) < claim.deadline
  }

  /// Whether there may be room for a preemptor, what is kept for it included; false is sure.
  private func mayFit(_ job: Job, besides claim: Claim, _ draft: inout PlanDraft) -> Bool {
    let (shape, end) = (job.request.shape, draft.now + job.request.timeLimit)
    return draft.rooms.mayFit(shape, until: end, besides: claim.allocation)
      && draft.rooms.mayFitAnywhere(shape, afterWaiting: draft.now - job.submitted)
  }

  /// Whether any promise may be in the way of runs that go on in place of going for a claim; false
  /// is sure. O(what they hold)
  private mutating func mayDisplace(
    _ runs: [GoingRun], _ claim: Claim, _ draft: PlanDraft
  ) -> Bool {
    let (nodes, topology) = (promisedNodes(besides: [], draft), draft.state.topology)
    return runs.contains { going in
      going.run.allocation.slices.contains { slice in
        nodes.keeps(
          Int32(topology.index(of: slice.node)), before: going.limit, besides: claim.preemptor)
      }
    }
  }

  /// The promises that are in the way of runs that go on, the first to start first.
  private mutating func displaced(by runs: [GoingRun]) -> [Int] {
    surveyed().byStart.filter { index in
      runs.contains { promises[index].keeps($0.run.allocation, before: $0.limit) }
    }
  }

  /// A run that is to end, or to hold less, and until when it may hold on.
  private typealias GoingRun = (
    job: Job, run: JobLifecycle.Run, keeps: Allocation?, limit: Instant
  )

  private func runs(goingFor claim: Claim, _ draft: PlanDraft) -> [GoingRun] {
    let going =
      claim.victims.map { ($0.job, Allocation?.none) } + claim.shrinks.map { ($0.job, $0.keeps) }
    return going.compactMap { id, keeps in
      guard let job = draft.state.jobs[id], let run = job.lifecycle.run else { return nil }
      return (job, run, keeps, run.started + job.request.timeLimit)
    }
  }

  /// Starts a preemptor where there is room for it if nothing is kept for it any more, and nobody
  /// goes; false, and all is to be as before, where there is none, a site could not feed all, or
  /// others would be kept from what they are promised.
  private mutating func start(
    _ job: Job, insteadOf claim: Claim, with runs: [GoingRun], displacing displaced: [Int],
    _ draft: inout PlanDraft
  ) -> Bool {
    let request = job.request
    draft.rooms.letGo(owner: .claim(claim.id))
    draft.holdings.startsFromClaim(claim, request, at: draft.now)
    draft.holdings.letGo(of: claim, for: request)
    guard !isBarred(request, &draft),
      let shape = draft.shape(
        of: request, on: draft.holdings.charging.models(of: request.shape))
    else { return false }
    for index in displaced { takeOff(promises[index], from: draft.now) }
    claims.remove(claim.id, at: draft.now, &forecast)
    for run in runs {
      guard holdOn(run, from: claim.deadline) else { return false }
    }
    guard case .found(let allocation) = place(for: job, shape, &draft) else { return false }
    draft.decisions.append(.dissolve(claim.id))
    start(claim.preemptor, request, allocation, .turn, &draft)
    return displaced.allSatisfy { index in
      let promised = promises[index].reservation.start
      promiseAnew(index, &draft, before: promised + TimeSpan(milliseconds: 1))
      return promises[index].reservation.start <= promised
    }
  }

  /// A run goes on with all of it from when it was to go, or to go on with less; false where a site
  /// could not feed it beside what others count on.
  private mutating func holdOn(_ going: GoingRun, from end: Instant) -> Bool {
    guard end < going.limit else { return true }
    let (shape, span) = (going.job.request.shape, going.limit - end)
    if let keeps = going.keeps {
      forecast.release(
        shape, as: Reservation(start: end, allocation: keeps), for: span, from: end)
    }
    guard forecast.powerObstacle(to: going.run.allocation, from: end, to: going.limit) == nil
    else { return false }
    forecast.hold(
      shape, as: Reservation(start: end, allocation: going.run.allocation), for: span)
    return true
  }
}
