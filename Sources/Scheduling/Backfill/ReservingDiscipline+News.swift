import Cluster
import Fleet
import Jobs
import Policy
import Units

extension ReservingDiscipline {
  /// A discipline for a state as a plan left it.
  init(policy: ClusterPolicy, state: ClusterState, at now: Instant) {
    self.init(policy: policy, holdings: state.holdings)
    for (id, job) in state.jobs.all {
      if let run = job.lifecycle.run {
        running.insert(
          id, job.request, on: run.allocation, since: run.started, evicted: job.lastEviction,
          state.holdings)
      } else if let claim = state.claim(of: id) {
        claims.found(claim, job.request)
      } else if let promise = job.lifecycle.promise {
        promises.append(
          Promise(
            JobClass.Waiting(since: since(job), job: id), of: job, promise, state.holdings))
      } else {
        jobSubmitted(id, job, state, at: now)
      }
    }
    rebuildForecast(state, at: now)
    for promise in promises { holdAgain(promise, from: now) }
    compression = nextGrid(after: now)
  }

  /// Takes note of what happened apart from its own plans.
  mutating func happened(
    _ event: Event, to before: Job?, _ state: ClusterState, at now: Instant
  ) {
    switch event {
    case .submitted(let first, _, let count, _):
      guard let job = state.jobs[first] else { preconditionFailure("no job was submitted") }
      jobSubmitted(first, count: count, job, state, at: now)
    case .cancelled(let id, _):
      guard let before else { preconditionFailure("no job was cancelled") }
      jobLeft(id, before, at: now)
      deferred.jobEnded(id)
    case .heldBack(let id, let isHeldBack, _):
      guard let job = state.jobs[id], let before else { preconditionFailure("no job is held") }
      if isHeldBack {
        jobLeft(id, before, at: now)
        jobSubmitted(id, job, state, at: now)
      } else {
        deferred.jobReleased(id)
        isQuiet = false
      }
    case .ended(let id, _, _):
      guard let before, let run = before.lifecycle.run else { return }
      runEnded(id, run, before, state, at: now)
      deferred.jobEnded(id)
    case .evicted(let id, _), .lost(let id, _):
      guard let before, let run = before.lifecycle.run, let job = state.jobs[id] else { return }
      runEnded(id, run, before, state, at: now)
      jobSubmitted(id, job, state, at: now)
    case .resized(let id, _, _):
      guard let before, let run = before.lifecycle.run, let job = state.jobs[id] else { return }
      runResized(id, run, before, job, state, at: now)
    case .dissolved(let id, _):
      let preemptor = claims.remove(id, at: now, &forecast)
      if let job = state.jobs[preemptor] { jobSubmitted(preemptor, job, state, at: now) }
      // Who was spared holds on longer than the timeline took for granted.
      isForecastVoid = true
      isQuiet = false
    case .conditionChanged(let node, _, _): conditionsChanged(of: [node], state)
    case .agentsChanged(let nodes, _, _): conditionsChanged(of: nodes, state)
    case .cancelRequested, .promised, .promiseDropped, .started, .claimed, .checkpointed,
      .memberEnded, .letGo, .noted, .restored, .policyChanged, .fleetChanged:
      break
    }
  }

  /// Nodes came into service, or left it; `state` knows already.
  private mutating func conditionsChanged(of nodes: [NodeID], _ state: ClusterState) {
    changedNodes += nodes
    for node in nodes {
      forecast.capacity.setCondition(state.occupancy.condition(of: node), of: node)
    }
    freed()
  }

  /// A waiting job is gone, or may not be considered any more.
  private mutating func jobLeft(_ id: JobID, _ job: Job, at now: Instant) {
    if deferred.remove(id) { return }
    if claims.hasPreemptor(id) { return freed() }
    guard let index = promises.firstIndex(where: { $0.waiting.job == id }) else {
      // It held nothing, and kept nothing from others.
      if queue.remove(id, job.request) { isQuiet = false }
      return
    }
    freed()
    let promise = promises.remove(at: index)
    takeOff(promise, from: now)
  }

  /// A run came to its end; `state` knows already.
  private mutating func runEnded(
    _ id: JobID, _ run: JobLifecycle.Run, _ before: Job, _ state: ClusterState,
    at now: Instant
  ) {
    let request = before.request
    freed()
    running.remove(id)
    // It may have been a victim of the claim that is void: the next plan makes the forecast anew.
    guard !isForecastVoid else { return claims.victimLeft(id) }
    let limit = run.started + request.timeLimit
    guard request.terms?.window == nil else {
      if now < limit { forecast.releasePower(of: run.allocation, from: now, to: limit) }
      return
    }
    let going = claims.end(ofVictim: id)
    // Who was told to go goes, though the claim may be void.
    let end = min(
      limit, going?.end ?? .distantFuture, before.lifecycle.eviction?.end ?? .distantFuture)
    if now < end {
      let held = Reservation(start: run.started, allocation: run.allocation)
      forecast.release(request.shape, as: held, for: end - run.started, from: now)
    }
    if let keeps = going?.keeps, end < limit {
      forecast.release(
        request.shape, as: Reservation(start: end, allocation: keeps), for: limit - end, from: now)
    }
    claims.victimLeft(id, state, at: now, &forecast)
  }

  /// A running gang holds other accelerators than before; `state` knows already.
  private mutating func runResized(
    _ id: JobID, _ old: JobLifecycle.Run, _ before: Job, _ job: Job, _ state: ClusterState,
    at now: Instant
  ) {
    runEnded(id, old, before, state, at: now)
    guard let run = job.lifecycle.run else { preconditionFailure("resized while it waits") }
    running.insert(
      id, job.request, on: run.allocation, since: run.started, evicted: job.lastEviction,
      state.holdings)
    let end = old.started + job.request.timeLimit
    guard end > now, !isForecastVoid else { return }
    forecast.hold(
      job.request.shape, as: Reservation(start: now, allocation: run.allocation), for: end - now)
  }
}
