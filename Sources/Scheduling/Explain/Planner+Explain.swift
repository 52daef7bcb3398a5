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
    if let reserving {
      explainReserving(reserving, job, state, at: now, &explanation)
    } else {
      explanation.causes = plainCauses(id, job, state, at: now)
      if !job.isHeldBack { explanation.queue = state.policy.survey(id, job, state) }
    }
    let isQueued = explanation.queue != nil && explanation.claim == nil
    if isQueued, !explanation.causes.isEmpty {
      let search = SuggestionSearch(
        trial: RequestTrial(without: id, self, state, at: now), request: job.request, state: state,
        paid: explanation.causes.compactMap { $0.paidLimit(of: job.request.timeLimit) })
      explanation.suggestions = search.suggestions()
    }
    explanation.estimate = estimate(explanation, job, state, at: now)
    return explanation
  }

  private func explainReserving(
    _ reserving: ReservingDiscipline, _ job: Job, _ state: ClusterState, at now: Instant,
    _ explanation: inout Explanation
  ) {
    let id = explanation.job
    var search = CauseSearch(id, job, state, at: now, reserving.windows)
    search.search()
    explanation.causes = search.causes
    guard DeferredJobs.obstacle(to: job, state, at: now) == nil else { return }
    explanation.queue = reserving.survey(id, job, state, at: now)
    guard explanation.claim == nil, search.causes.contains(where: \.isAboutRoom),
      search.causes.allSatisfy(\.isAboutRoom),
      let until = reserving.undisturbed(for: id, job, state, at: now)
    else { return }
    explanation.causes.append(.undisturbed(until: until))
  }

  /// What keeps a job from starting under a policy that looks at room and order alone.
  private func plainCauses(
    _ id: JobID, _ job: Job, _ state: ClusterState, at now: Instant
  ) -> [Verdict] {
    if job.isHeldBack { return [.heldBack] }
    let shape = job.request.shape
    let waiting = state.jobs.all.lazy.filter { $0.id != id && $0.job.lifecycle.isPending }
    if state.policy.backfill == .none {
      let ahead = head.flatMap { $0.head }.map(\.entry.job)
      if let ahead, ahead != id { return [.behind(ahead)] }
    }
    let waited = head == nil ? now - job.submitted : .zero
    if let shortage = state.occupancy.shortage(of: shape, afterWaiting: waited) {
      return [.noRoom(shortage)]
    }
    let end = now + job.request.timeLimit
    let inTheWay = waiting.compactMap { other in
      other.job.lifecycle.promise.map { (start: $0.start, job: other.id) }
    }.filter { $0.start < end }.min { $0 < $1 }
    return inTheWay.map { [.wouldDelay($0.job, start: $0.start)] } ?? []
  }

  // MARK: When it starts

  private func estimate(
    _ explanation: Explanation, _ job: Job, _ state: ClusterState, at now: Instant
  ) -> Explanation.Estimate {
    if let claim = explanation.claim { return .claimed(claim.deadline) }
    for cause in explanation.causes where cause.isFinal { return .never(cause) }
    if let promise = job.lifecycle.promise, promise.start > now {
      return .promised(promise.start)
    }
    let others = explanation.causes.filter { !$0.isAboutRoom }
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
      if case .undisturbed(let until) = cause { return .notBefore(until, cause) }
    }
    // A window's room is on no timeline.
    guard job.request.terms?.window == nil else { return .when(first) }
    let start = earliestFit(of: job, state, at: now)
    return start < .distantFuture ? .room(start) : .when(first)
  }

  /// When there is room for a job beside all that runs and is promised; `distantFuture`: never.
  private func earliestFit(of job: Job, _ state: ClusterState, at now: Instant) -> Instant {
    var profile: CapacityProfile
    if let reserving {
      profile = reserving.profile
      profile.advance(to: now)
    } else {
      profile = Self.timeline(of: state, at: now)
    }
    let found = profile.earliestFit(
      of: job.request.shape, for: job.request.timeLimit, from: now)
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
  /// When those may be disturbed whose going would make room for a job that is entitled to it;
  /// nil where it is not, or nobody's going would.
  ///
  /// Proven as a claim is: with them as candidates, the room can be cleared. O(ends × running jobs)
  func undisturbed(
    for id: JobID, _ job: Job, _ state: ClusterState, at now: Instant
  ) -> Instant? {
    guard let rules = policy.preemption, !running.all.isEmpty else { return nil }
    var draft = PlanDraft(state, at: now)
    let own = JobClass.Waiting(since: since(job), job: id)
    let key = draft.order.key(
      of: JobClass(job.request, draft.holdings), own, draft.holdings.book)
    let borrowed = BorrowedRuns(running.all, state)
    let isGuaranteed = rules.reclaims && key.deficit > 0 && !borrowed.isEmpty
    guard isGuaranteed || !state.holdings.mode(of: job.request).preempts.isEmpty else {
      return nil
    }
    let pool = VictimPool(running.all, borrowed, rules, state)
    let lead = VictimSearch.lead(of: policy)
    var room = state.occupancy
    var promised: [Int] = []
    let others = promises.filter { $0.waiting.job != id }.compactMap(\.reservation.allocation)
    for allocation in others + state.claims.map(\.allocation) {
      room.withhold(allocation)
      promised += allocation.slices.map { state.topology.index(of: $0.node) }
    }
    promised.sort()
    var instant = now
    // Each round looks at the next end of an undisturbed run; far ones are as good as unknown.
    for _ in 0..<32 {
      var search = VictimSearch(
        rules, for: id, job.request, on: isGuaranteed ? .guarantee : .tier, promised: promised,
        policy)
      let candidates = search.candidates(
        among: pool, besides: [], PlanDraft(state, at: instant))
      let clearing = room.clearing(
        for: job.request.shape, among: candidates, by: rules.choice,
        afterWaiting: instant + lead - job.submitted)
      if let clearing, !clearing.evicted.isEmpty || !clearing.shrunk.isEmpty {
        return instant > now ? instant : nil
      }
      guard search.undisturbedUntil < .distantFuture else { return nil }
      instant = search.undisturbedUntil
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
    case .noRoom, .behind, .wouldDelay, .window, .claims, .undisturbed, .modeJobs,
      .modeAccelerators, .entitlement, .borrowing, .budget, .allowance, .power, .throttle, .begins,
      .dependency, .heldBack:
      false
    }
  }

  /// The time limit that a budget would pay for, in place of a longer one; nil: it isn't about
  /// that.
  func paidLimit(of limit: TimeSpan) -> TimeSpan? {
    let (left, needed): (Int64, Int64)
    switch self {
    case .budget(let obstacle): (left, needed) = (obstacle.left, obstacle.needed)
    case .allowance(.short(let rest, _), let asked): (left, needed) = (rest, asked)
    case .noRoom, .behind, .wouldDelay, .window, .outsideWindow, .claims, .undisturbed, .modeJobs,
      .modeAccelerators, .entitlement, .borrowing, .allowance, .power, .throttle, .begins, .tooLate,
      .dependency, .dependencyFailed, .heldBack:
      return nil
    }
    guard left > 0, needed > left else { return nil }
    let product = limit.milliseconds.multipliedFullWidth(by: left)
    return TimeSpan(milliseconds: needed.dividingFullWidth(product).quotient)
  }
}
