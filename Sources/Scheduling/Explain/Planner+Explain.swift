import Accounts
public import Cluster
import Fleet
import Jobs
import Policy
public import Units

extension Planner {
  /// Why a job waits, who is ahead of it, what would start it now, and when it starts otherwise.
  ///
  /// Pure: nothing is remembered, and nothing decided. It is made when somebody asks, so it may
  /// cost more than a plan does for the job: a pass over the classes, and some ten trial plans for
  /// each kind of change that is tried.
  ///
  /// - Precondition: `state` is as the last plan left it, and this planner is the one that made it.
  public func explain(_ id: JobID, in state: ClusterState, at now: Instant) -> Explanation {
    guard let job = state.jobs[id] else {
      return Explanation(id, state.outcome(of: id).map { .ended($0) } ?? .unknown)
    }
    if let run = job.lifecycle.run { return Explanation(id, .running(since: run.started)) }
    var explanation = Explanation(id, .waiting(job.request, since: job.submitted))
    explanation.claim = state.claim(of: id)
    var shape = job.request.shape
    if let reserving {
      shape = explainReserving(reserving, job, state, at: now, &explanation)
    } else {
      explanation.causes = plainCauses(id, job, state, at: now)
      if job.mayBeConsidered { explanation.queue = state.policy.survey(id, job, state) }
    }
    let isQueued = explanation.queue != nil && explanation.claim == nil
    if isQueued, !explanation.causes.isEmpty {
      var search = SuggestionSearch(
        RequestTrial(without: id, self, state, at: now), job.request, state,
        paid: explanation.causes.compactMap { $0.paidLimit(of: job.request.timeLimit) })
      explanation.suggestions = search.suggestions()
    }
    explanation.estimate = estimate(explanation, of: shape, job, state, at: now)
    return explanation
  }

  /// All but the suggestions and the estimate; gives the shape on the models that are open to it.
  private func explainReserving(
    _ reserving: ReservingDiscipline, _ job: Job, _ state: ClusterState, at now: Instant,
    _ explanation: inout Explanation
  ) -> GangShape {
    let id = explanation.job
    var search = CauseSearch(id, job, state, at: now, reserving)
    search.search()
    explanation.causes = search.causes
    guard DeferredJobs.admits(job, state, at: now) else { return search.shape }
    explanation.queue = reserving.survey(id, job, state, at: now)
    guard explanation.claim == nil, !search.causes.isEmpty,
      search.causes.allSatisfy({ $0.isAboutRoom || $0.isAboutShare }),
      let (others, until) = reserving.undisturbed(for: id, job, state, at: now)
    else { return search.shape }
    explanation.causes.append(.undisturbed(others, until: until))
    return search.shape
  }

  /// What keeps a job from starting under a policy that looks at room and order alone.
  private func plainCauses(
    _ id: JobID, _ job: Job, _ state: ClusterState, at now: Instant
  ) -> [Verdict] {
    guard job.mayBeConsidered else {
      return DeferredJobs.obstacles(to: job, state, at: now)
    }
    let shape = job.request.shape
    let waiting = state.jobs.all.lazy.filter { $0.id != id && $0.job.lifecycle.isPending }
    if state.policy.backfill == .none {
      let ahead = head.flatMap { $0.head }.map(\.entry.job)
      if let ahead, ahead != id { return [.behind(ahead)] }
    }
    let waited = head == nil ? now - job.submitted : .zero
    if let shortage = state.occupancy.shortage(of: shape, afterWaiting: waited) {
      let closed = ClosedNodes(to: shape, in: state.occupancy, state, afterWaiting: waited)
      return closed.causes + [.noRoom(shortage)]
    }
    let end = now + job.request.timeLimit
    let inTheWay = waiting.compactMap { other in
      other.job.lifecycle.promise.map { (start: $0.start, job: other.id) }
    }.filter { $0.start < end }.min { $0 < $1 }
    return inTheWay.map { [.wouldDelay($0.job, start: $0.start)] } ?? []
  }

  /// When the jobs are promised a start that have a promise.
  func promisedStarts(_ state: ClusterState) -> [Instant] {
    if let reserving { return reserving.promises.map(\.reservation.start) }
    return state.jobs.all.compactMap { $0.job.lifecycle.promise?.start }
  }

  // MARK: When it starts

  private func estimate(
    _ explanation: Explanation, of shape: GangShape, _ job: Job, _ state: ClusterState,
    at now: Instant
  ) -> Explanation.Estimate {
    if let claim = explanation.claim { return .claimed(claim.deadline) }
    for cause in explanation.causes where cause.isFinal { return .never(cause) }
    let others = explanation.causes.filter { !$0.isAboutRoom }
    if let start = job.lifecycle.promise?.start {
      // A promise is of room: a limit, a budget or a share may still keep its job when it is due.
      guard start <= now else { return .promised(start, provided: others.first) }
      return (others.first ?? explanation.causes.first).map { .overdue(start, $0) } ?? .now
    }
    // What changes by the clock, though nobody knows when again.
    let clock = others.compactMap { cause in cause.changes.map { (at: $0, cause: cause) } }
      .filter { $0.at > now }
    if clock.count < others.count, let cause = others.first(where: { $0.changes ?? now <= now }) {
      return .when(cause)
    }
    if let latest = clock.max(by: { $0.at < $1.at }) {
      return .notBefore(latest.at, latest.cause)
    }
    guard let first = explanation.causes.first else { return .now }
    for cause in explanation.causes {
      if case .power = cause { return .when(cause) }
      if case .undisturbed(_, let until) = cause { return .notBefore(until, cause) }
    }
    // A window's room is on no timeline.
    guard job.request.terms?.window == nil else { return .when(first) }
    let start = earliestFit(of: shape, job, state, at: now)
    // Room that is there now by the timeline is that of runs which have outlasted their limits.
    return now < start && start < .distantFuture ? .room(start) : .when(first)
  }

  /// When there is room for a gang beside all that runs and is promised; `distantFuture`: never.
  private func earliestFit(
    of shape: GangShape, _ job: Job, _ state: ClusterState, at now: Instant
  ) -> Instant {
    let limit = job.request.timeLimit
    guard let reserving else {
      return Self.timeline(of: state, at: now).earliestFit(of: shape, for: limit, from: now)?.start
        ?? .distantFuture
    }
    var forecast = reserving.forecast
    forecast.advance(to: now)
    let found = forecast.earliestFit(
      of: shape, waitingSince: job.submitted, for: limit, from: now)
    return found?.start ?? .distantFuture
  }

  /// What runs until its limit, and what is promised; where no nodes are named, the first that fit.
  private static func timeline(of state: ClusterState, at now: Instant) -> CapacityProfile {
    var profile = CapacityProfile(servingAs: state.occupancy, namingNodes: true)
    var promises: [(request: JobRequest, reservation: Reservation)] = []
    for (_, job) in state.jobs.all {
      let (shape, limit) = (job.request.shape, job.request.timeLimit)
      if let run = job.lifecycle.run {
        let end = run.started + limit
        guard now < end else { continue }
        profile.hold(
          shape, as: Reservation(start: now, allocation: run.allocation), for: end - now)
      } else if let promise = job.lifecycle.promise {
        promises.append((job.request, promise))
      }
    }
    promises.sort { $0.reservation.start < $1.reservation.start }
    for (request, promised) in promises {
      let start = max(now, promised.start)
      var reservation = Reservation(start: start, allocation: promised.allocation)
      if reservation.allocation == nil {
        let found = profile.earliestFit(of: request.shape, for: request.timeLimit, from: start)
        guard let found, found.start < .distantFuture else { continue }
        reservation = found
      }
      profile.hold(request.shape, as: reservation, for: request.timeLimit)
    }
    return profile
  }
}

extension ReservingDiscipline {
  /// Who goes for a job that has a right to their room, once they may be disturbed, and when that
  /// is, if nothing else changes before; nil where nobody would.
  ///
  /// Proven by the very plan that is made then, on a copy: it claims the room. Tried are the next
  /// ends of undisturbed runs with which enough may be disturbed; far ones are as good as unknown.
  ///
  /// Complexity: O(running jobs) for each end, and a few plans.
  func undisturbed(
    for id: JobID, _ job: Job, _ state: ClusterState, at now: Instant
  ) -> (others: [JobID], until: Instant)? {
    guard let rules = policy.preemption, !running.all.isEmpty else { return nil }
    var draft = PlanDraft(state, at: now)
    let own = JobClass.Waiting(since: since(job), job: id)
    let key = draft.order.key(
      of: JobClass(job.request, draft.holdings), own, draft.holdings.book)
    let borrowed = BorrowedRuns(running, besides: [], state)
    let isGuaranteed = hasGuarantees && key.deficit > 0 && !borrowed.isEmpty
    guard isGuaranteed || !state.holdings.mode(of: job.request).preempts.isEmpty else {
      return nil
    }
    let ground = isGuaranteed ? Claim.Ground.guarantee : .tier
    let prey = draft.prey(of: job.request, on: ground)
    var room = state.occupancy
    for claim in state.claims { room.withhold(claim.allocation) }
    var (instant, plans) = (now, 0)
    for _ in 0..<Self.mostEndsTried {
      let pool = VictimPool(
        for: ground, running, hasGuarantees ? borrowed : .all, besides: [], state, at: instant)
      let later = PlanDraft(state, at: instant)
      var (next, mayClear) = (Instant.distantFuture, false)
      for prey in prey {
        var search = VictimSearch(rules, for: id, job.request, prey, on: ground, draft)
        let candidates = search.candidates(among: pool, before: .distantFuture, later)
        let open = prey.account == nil ? room : room.withoutAccelerators
        let clearing = open.clearing(
          for: prey.shape, among: candidates, by: rules.choice,
          afterWaiting: instant - job.submitted)
        mayClear = mayClear || clearing != nil
        next = min(next, search.undisturbedUntil)
      }
      if instant > now, mayClear {
        if let others = goers(for: id, state, at: instant) { return (others, instant) }
        plans += 1
      }
      guard plans < Self.mostPlansTried, next < .distantFuture else { return nil }
      instant = next
    }
    return nil
  }

  /// How many ends of undisturbed runs are looked at, and how many plans are made for them.
  private static let mostEndsTried = 32
  private static let mostPlansTried = 4

  /// Who has to go, or to shrink, for a job by the plan that is made at an instant.
  private func goers(for id: JobID, _ state: ClusterState, at instant: Instant) -> [JobID]? {
    var copy = self
    copy.isQuiet = false
    for case .evict(let claim) in copy.plan(for: state, at: instant).decisions
    where claim.preemptor == id {
      return claim.going.sorted()
    }
    return nil
  }
}

extension Verdict {
  /// Whether no change of anything else ever lets the job start.
  var isFinal: Bool {
    switch self {
    case .tooLate, .dependencyFailed: true
    case .outsideWindow(_, let from, _): from == .distantPast
    case .noRoom, .outOfService, .behind, .wouldDelay, .window, .claims, .undisturbed, .modeJobs,
      .modeAccelerators, .entitlement, .borrowing, .budget, .allowance, .power, .throttle, .begins,
      .dependency, .heldBack, .notAdmitted:
      false
    }
  }

  /// The time limit that a budget would pay for, in place of a longer one; nil: it isn't about
  /// that.
  func paidLimit(of limit: TimeSpan) -> TimeSpan? {
    let (left, needed): (Int64, Int64)
    switch self {
    case .budget(let obstacle): (left, needed) = (obstacle.left, obstacle.needed)
    case .allowance(.short(let rest, _, _), let asked): (left, needed) = (rest, asked)
    case .noRoom, .outOfService, .behind, .wouldDelay, .window, .outsideWindow, .claims,
      .undisturbed, .modeJobs, .modeAccelerators, .entitlement, .borrowing, .allowance, .power,
      .throttle, .begins, .tooLate, .dependency, .dependencyFailed, .heldBack, .notAdmitted:
      return nil
    }
    guard left > 0, needed > left else { return nil }
    let product = limit.milliseconds.multipliedFullWidth(by: left)
    return TimeSpan(milliseconds: needed.dividingFullWidth(product).quotient)
  }
}
