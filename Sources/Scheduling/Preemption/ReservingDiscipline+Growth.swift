import Cluster
import Fleet
import Jobs
import Policy
import Units

extension ReservingDiscipline {
  /// Lets elastic gangs have members back that they do without, while nobody waits.
  ///
  /// In the order of their numbers, each as many as fit until its time limit beside all promises.
  mutating func grow(_ draft: inout PlanDraft) {
    guard queue.count == 0, promises.isEmpty, claims.isEmpty, draft.started.isEmpty else {
      return
    }
    for id in running.elastic {
      guard let job = draft.state.jobs[id], job.request.terms?.leastMembers != nil,
        let run = job.lifecycle.run, !job.isCancelled, run.ends == nil,
        run.allocation.shares.isEmpty
      else { continue }
      let missing = job.request.shape.nodeCount - run.allocation.slices.count
      let limit = run.started + job.request.timeLimit
      guard missing > 0, limit > draft.now else { continue }
      grow(id, job, run, by: missing, until: limit, &draft)
    }
  }

  private mutating func grow(
    _ id: JobID, _ job: Job, _ run: JobLifecycle.Run, by missing: Int, until limit: Instant,
    _ draft: inout PlanDraft
  ) {
    let request = job.request
    var others = draft.rooms.room(until: limit)
    // It has its own nodes already: a member more is on another.
    others.withhold(draft.state.topology.everything(onNodesOf: run.allocation))
    let milli = draft.holdings.charging.milli(of: request.shape) / request.shape.nodeCount
    for members in stride(from: missing, to: 0, by: -1) {
      let shape = GangShape(
        members: members, member: request.shape.member, closeness: request.shape.closeness,
        eligibility: request.shape.eligibility)
      guard others.fits(shape), let more = others.placement(of: shape),
        draft.holdings.mayGrow(
          request, by: milli * members,
          models: draft.holdings.charging.models(of: request.shape)),
        draft.holdings.powerObstacle(to: more, at: draft.now) == nil,
        forecast.powerObstacle(to: more, from: draft.now, to: limit) == nil
      else { continue }
      let grown = draft.state.topology.joined(run.allocation, more)
      guard draft.holdings.isPaid(grown, request, run, at: draft.now) else { continue }
      draft.holdings.grow(request, by: more, at: draft.now)
      draft.rooms.take(more)
      draft.decisions.append(.grow(id, grown))
      running.insert(
        id, request, on: grown, since: run.started, evicted: job.lastEviction,
        draft.state.holdings)
      forecast.hold(
        request.shape, as: Reservation(start: draft.now, allocation: more),
        for: limit - draft.now)
      return
    }
  }
}
