import Accounts
import Cluster
import Fleet
import Jobs
import Policy
import Units

extension ReservingDiscipline {
  /// Starts whoever has a claim of which all victims are gone.
  mutating func startClaims(_ draft: inout PlanDraft) {
    // The state knows when each was made: that says which budgets keep what it may cost.
    for claim in draft.state.claims where claim.victims.isEmpty && claim.shrinks.isEmpty {
      guard let job = draft.state.jobs[claim.preemptor],
        draft.state.occupancy.isFree(claim.allocation),
        draft.now >= claim.deadline || isFedEarly(claim, job.request, draft)
      else { continue }
      claims.remove(claim.id, at: draft.now, &forecast)
      draft.holdings.startsFromClaim(claim, job.request, at: draft.now)
      draft.rooms.letGo(owner: .claim(claim.id))
      if draft.now > claim.deadline, !makeWayLate(for: claim, job, &draft) {
        draft.holdings.letGo(of: claim, for: job.request)
        continue
      }
      start(claim.preemptor, job.request, claim.allocation, .claim, &draft)
    }
  }

  /// Victims that went late have their preemptor end late: promises that it runs into give way,
  /// and are made again; false where a window does not, and the claim is void.
  private mutating func makeWayLate(
    for claim: Claim, _ job: Job, _ draft: inout PlanDraft
  ) -> Bool {
    let end = draft.now + job.request.timeLimit
    let runsIntoWindow = windows.upcoming.contains {
      $0.from < end && $0.allocation.contends(with: claim.allocation)
    }
    guard !runsIntoWindow else {
      draft.decisions.append(.dissolve(claim.id))
      enqueue(claim.preemptor, job, draft.state)
      freed()
      return false
    }
    while let index = promises.firstIndex(where: { $0.keeps(claim.allocation, before: end) }) {
      drop(index, because: .claims(until: draft.now), &draft)
    }
    return true
  }

  /// Whether sites can feed a preemptor before its claim is due.
  private func isFedEarly(_ claim: Claim, _ request: JobRequest, _ draft: PlanDraft) -> Bool {
    guard forecast.isLimited else { return true }
    var (trial, others) = (forecast, claims)
    others.remove(claim.id, at: draft.now, &trial)
    let end = draft.now + request.timeLimit
    return draft.holdings.powerObstacle(to: claim.allocation, at: draft.now) == nil
      && trial.powerObstacle(to: claim.allocation, from: draft.now, to: end) == nil
  }

  /// A job that waits and may make others go.
  struct Preemptor {
    var key: FairOrder.Key
    var waiting: JobClass.Waiting
    var request: JobRequest
    /// The class that it waits in; nil where it has a promise.
    var slot: Int?
    var ground: Claim.Ground
    /// Whose promises give way to it.
    var yielding: [JobID] = []
  }

  /// Whether members have guarantees that they may reclaim.
  var hasGuarantees: Bool {
    policy.preemption?.reclaims == true && policy.order == .fairShare && policy.accounts.count > 1
  }

  /// Makes room for a job within its member's entitlement, when its turn has come and it lacks
  /// room; false where nobody has what it is entitled to.
  ///
  /// Nobody goes without the proof that the preemptor starts where they were: the claim holds the
  /// very accelerators, free ones among them, which are kept from everybody else from now on.
  mutating func reclaim(
    for waiting: JobClass.Waiting, _ key: FairOrder.Key, inSlot slot: Int?,
    _ draft: inout PlanDraft
  ) -> Bool {
    guard let rules = policy.preemption, let job = draft.state.jobs[waiting.job],
      job.request.terms?.window == nil
    else { return false }
    var preemptor = Preemptor(
      key: key, waiting: waiting, request: job.request, slot: slot, ground: .guarantee)
    guard let prey = draft.prey(of: preemptor.request, on: .guarantee).first else { return false }
    note(preemptor, rules, &draft)
    preemptor.yielding = yieldingPromises(&draft)
    if startOnYieldedRoom(preemptor, prey.shape, &draft) { return true }
    guard !borrowedRuns(&draft).isEmpty, let claim = claim(for: preemptor, prey, rules, &draft)
    else { return false }
    carryOut(claim, preemptor, &draft)
    return true
  }

  /// Makes room for those whose mode may preempt others, in the fair order.
  mutating func preempt(_ draft: inout PlanDraft) {
    guard let rules = policy.preemption, !running.all.isEmpty, queue.count + promises.count > 0
    else { return }
    for var preemptor in preemptors(&draft) where stillWaits(preemptor) {
      note(preemptor, rules, &draft)
      while let claim = claimByTier(for: preemptor, rules, &draft) {
        carryOut(claim, preemptor, &draft)
        guard let slot = preemptor.slot, let next = queue.classes[slot].first,
          let cause = queue.classes[slot].cause, cause.isAboutRoom || cause.isAboutShare,
          let job = draft.state.jobs[next.job]
        else { break }
        preemptor.waiting = next
        preemptor.request = job.request
      }
    }
  }

  /// The claim of a job whose mode preempts others; nil where it has none.
  private mutating func claimByTier(
    for preemptor: Preemptor, _ rules: PreemptionRules, _ draft: inout PlanDraft
  ) -> Claim? {
    for prey in draft.prey(of: preemptor.request, on: .tier) {
      if let claim = claim(for: preemptor, prey, rules, &draft) { return claim }
    }
    return nil
  }

  /// Notes that a job tries to make others go, and whether it might succeed later though nothing
  /// happens: who prefers to be close together takes any room with time, a site draws less by the
  /// forecast, and losses fall below their budget.
  private func note(_ preemptor: Preemptor, _ rules: PreemptionRules, _ draft: inout PlanDraft) {
    noteAttempt(of: preemptor.request, &draft)
    if preemptor.ground == .tier, rules.churnPerHour != nil { draft.mayPreemptLater = true }
  }

  /// Notes that a job seeks room, others' or in place of theirs, and may find it later though
  /// nothing happens.
  func noteAttempt(of request: JobRequest, _ draft: inout PlanDraft) {
    draft.hasPreemptors = true
    if request.shape.closeness.preferred != nil || forecast.isLimited {
      draft.mayPreemptLater = true
    }
  }

  /// Whether a rule other than room keeps a job from starting; where it is one that time may lift,
  /// that is noted.
  ///
  /// - Parameter besidesShare: whether what its account may hold doesn't count yet. What it costs
  ///   does: that is kept from now on, while victims still keep theirs.
  func isBarred(
    _ request: JobRequest, besidesShare: Bool = false, _ draft: inout PlanDraft
  ) -> Bool {
    var verdict = draft.holdings.obstacle(to: request, at: draft.now)
    if besidesShare, verdict?.isAboutShare == true {
      verdict = draft.holdings.obstacleOfMeans(request, at: draft.now)
    }
    guard let verdict else { return false }
    if verdict.kind == .budget || verdict.kind == .allowance { draft.mayPreemptLater = true }
    return true
  }

  /// Whether a job may hold what it claims once those are gone, or have shrunk, who go for it, and
  /// for the claims that stand, which are counted as held.
  private func mayHold(_ claim: Claim, _ request: JobRequest, _ draft: PlanDraft) -> Bool {
    let all = claims.claims + [claim]
    var holdings = draft.holdings(without: all.flatMap(\.going))
    for shrink in all.flatMap(\.shrinks) {
      guard let job = draft.state.jobs[shrink.job], job.lifecycle.run != nil else { continue }
      // What it may cost is looked at before anybody goes.
      holdings.start(job.request, on: shrink.keeps, at: draft.now, isKept: true)
    }
    let amounts = holdings.charging.amounts(of: claim.allocation, on: holdings.topology)
    return holdings.obstacle(
      to: request, milli: amounts.reduce(0) { $0 + $1.milli }, models: amounts.map(\.model),
      at: draft.now) == nil && holdings.lendingObstacle(to: request, on: claim.allocation) == nil
  }

  /// What of that which runs is borrowed; found once a plan.
  private func borrowedRuns(_ draft: inout PlanDraft) -> BorrowedRuns {
    if let borrowed = draft.borrowed { return borrowed }
    let borrowed = BorrowedRuns(running, besides: draft.started, draft.state)
    draft.borrowed = borrowed
    return borrowed
  }

  /// The running jobs that may have to go for somebody; found once a plan for each ground.
  private func victimPool(for ground: Claim.Ground, _ draft: inout PlanDraft) -> VictimPool {
    let known = ground == .guarantee ? draft.pools.guarantee : draft.pools.tier
    if let known { return known }
    let borrowed = hasGuarantees ? borrowedRuns(&draft) : .all
    let pool = VictimPool(
      for: ground, running, borrowed, besides: draft.started, draft.state, at: draft.now)
    switch ground {
    case .guarantee: draft.pools.guarantee = pool
    case .tier: draft.pools.tier = pool
    }
    return pool
  }

  /// Whether a job waits where it did when it was found: an earlier one may have taken its promise,
  /// so that it waits with its class again, or have put another before it.
  private func stillWaits(_ preemptor: Preemptor) -> Bool {
    let id = preemptor.waiting.job
    guard let slot = preemptor.slot else { return promises.contains { $0.waiting.job == id } }
    return queue.marks[slot].standing != .gone && queue.classes[slot].first?.job == id
  }

  /// Starts a job within its member's entitlement where only promises that give way keep the room.
  ///
  /// Nobody need go for it. The next of its class comes up at the next pass.
  private mutating func startOnYieldedRoom(
    _ preemptor: Preemptor, _ shape: GangShape, _ draft: inout PlanDraft
  ) -> Bool {
    let (request, limit) = (preemptor.request, preemptor.request.timeLimit)
    let id = preemptor.waiting.job
    guard preemptor.yielding.contains(where: { $0 != id }),
      mostNodes(for: preemptor, shape, until: draft.now + limit, &draft) >= Int(shape.members),
      let job = draft.state.jobs[id],
      draft.rooms.all.fits(shape, afterWaiting: draft.now - job.submitted)
    else { return false }
    guard !isBarred(request, &draft),
      let allocation = roomToClear(for: preemptor, until: draft.now + limit, &draft)
        .placement(of: shape, afterWaiting: draft.now - job.submitted),
      draft.holdings.powerObstacle(to: allocation, at: draft.now) == nil,
      isFed(allocation, for: preemptor, until: draft.now + limit, draft)
    else { return false }
    leaveQueue(preemptor, allocation, until: draft.now + limit, .behind(id), &draft)
    start(id, request, allocation, .guarantee, &draft)
    freed()
    return true
  }

  /// Whose modes may preempt others, in the fair order.
  private mutating func preemptors(_ draft: inout PlanDraft) -> [Preemptor] {
    let mayPreempt = policy.modes.map { !$0.preempts.isEmpty }
    guard mayPreempt.contains(true) else { return [] }
    var found: [Preemptor] = []
    for slot in queue.marks.indices {
      let mark = queue.marks[slot]
      guard mark.wantsPromise || mark.lacksShare, mark.standing != .gone,
        mayPreempt[Int(mark.mode.number)],
        let job = draft.state.jobs[mark.first.job]
      else { continue }
      found.append(
        Preemptor(
          key: draft.key(of: mark, queue.classes[slot].models), waiting: mark.first,
          request: job.request, slot: slot, ground: .tier))
    }
    for index in promises.indices
    where promises[index].reservation.start > draft.now
      && mayPreempt[Int(promises[index].request.mode.number)]
    {
      found.append(
        Preemptor(
          key: draft.key(of: promises[index].mark, promises[index].models),
          waiting: promises[index].waiting,
          request: promises[index].request, slot: nil, ground: .tier))
    }
    return found.sorted { $0.key < $1.key }
  }

  /// The claim of a job to what others hold, with its proof; nil where it has none.
  ///
  /// Where those have to run below an account, none of its accelerators is free: it may hold no
  /// more than they do.
  private mutating func claim(
    for preemptor: Preemptor, _ prey: PlanDraft.Prey, _ rules: PreemptionRules,
    _ draft: inout PlanDraft
  ) -> Claim? {
    let (request, limit) = (preemptor.request, preemptor.request.timeLimit)
    let (shape, isOwn) = (prey.shape, prey.account != nil)
    guard !isBarred(request, besidesShare: isOwn, &draft) else { return nil }
    guard let job = draft.state.jobs[preemptor.waiting.job] else { return nil }
    let pool = victimPool(for: preemptor.ground, &draft)
    var search = VictimSearch(
      rules, for: preemptor.waiting.job, request, prey, on: preemptor.ground, draft)
    search.promised = promisedNodes(besides: preemptor.yielding, draft)
    // The last room that was looked at, and its end: the next may be the same.
    var known: (end: Instant, room: Occupancy)?
    let end = draft.now + VictimSearch.lead(of: policy) + limit
    // For longer there is no more.
    let open = isOwn ? 0 : mostNodes(for: preemptor, shape, until: end, &draft)
    func clearing(until end: Instant) -> Clearing? {
      guard search.mayHold(among: pool, before: end, besides: open, draft) else { return nil }
      let candidates = search.candidates(
        among: pool, before: end,
        besides: isOwn ? 0 : draft.rooms.all.freeAccelerators, draft)
      guard !candidates.isEmpty else { return nil }
      let last = known.flatMap { $0.end == end ? $0.room : nil }
      let room = last ?? roomToClear(for: preemptor, until: end, ofOwn: isOwn, &draft)
      known = (end, room)
      return room.clearing(
        for: shape, among: candidates, by: rules.choice,
        afterWaiting: draft.now - job.submitted)
    }
    let isGuaranteed = preemptor.ground == .guarantee
    search.takesReaching = !isGuaranteed
    guard search.mayHold(among: pool, before: end, besides: open, orLater: true, draft) else {
      wake = min(wake, search.undisturbedUntil)
      return nil
    }
    var found = clearing(until: end)
    wake = min(wake, search.undisturbedUntil)
    if found == nil, isGuaranteed {
      // Nobody else may take it meanwhile: so it comes back within the bound.
      search.looksAhead = true
      found = clearing(until: end + VictimSearch.undisturbed(of: policy))
      search.takesReaching = true
      found = found ?? clearing(until: end + VictimSearch.undisturbed(of: policy))
    }
    guard let clearing = found else { return nil }
    // Whom it takes may be others later, and then it may do.
    draft.mayPreemptLater = true
    guard !clearing.evicted.isEmpty || !clearing.shrunk.isEmpty else { return nil }
    let claim = search.claim(clearing, draft)
    if let deadline = request.terms?.deadline, claim.deadline + limit > deadline { return nil }
    // Who is promised as much waits for that: nobody need go.
    if let promise = job.lifecycle.promise, promise.start <= claim.deadline { return nil }
    guard !isOwn || mayHold(claim, request, draft) else { return nil }
    return isFed(
      claim.allocation, for: preemptor, until: claim.deadline + limit, besides: claim, draft)
      ? claim : nil
  }

  /// Whether sites can feed a preemptor from now until it is over, once those are gone who go for
  /// it, and its own promise, and those that give way.
  ///
  /// The victims may be gone at any time from now on, and then it starts.
  private func isFed(
    _ allocation: Allocation, for preemptor: Preemptor, until end: Instant,
    besides claim: Claim? = nil, _ draft: PlanDraft
  ) -> Bool {
    guard forecast.isLimited else { return true }
    var trial = forecast
    for promise in promises
    where promise.waiting.job == preemptor.waiting.job
      || promise.keeps(allocation, before: end)
    {
      guard let place = promise.reservation.allocation else { continue }
      trial.releasePower(
        of: place, from: max(draft.now, promise.reservation.start),
        to: promise.reservation.start + promise.request.timeLimit)
    }
    for id in claim?.going ?? [] {
      guard let job = draft.state.jobs[id], let run = job.lifecycle.run else { continue }
      trial.releasePower(
        of: run.allocation, from: draft.now, to: run.started + job.request.timeLimit)
    }
    for shrink in claim?.shrinks ?? [] {
      guard let job = draft.state.jobs[shrink.job], let run = job.lifecycle.run else { continue }
      trial.holdPower(
        of: shrink.keeps, from: draft.now, to: run.started + job.request.timeLimit)
    }
    return trial.powerObstacle(to: allocation, from: draft.now, to: end) == nil
  }

  /// What is free and stays open until a time, the preemptor's own promise and those of jobs that
  /// would borrow left out where a guarantee asks; no accelerator, where it gets those of its own
  /// team.
  private func roomToClear(
    for preemptor: Preemptor, until end: Instant, ofOwn isOwn: Bool = false,
    _ draft: inout PlanDraft
  ) -> Occupancy {
    let room = draft.rooms.room(
      until: end, besides: preemptor.waiting.job, orThoseOf: preemptor.yielding)
    return isOwn ? room.withoutAccelerators : room
  }

  /// On how many nodes a member of it may have room then: not on more.
  private func mostNodes(
    for preemptor: Preemptor, _ shape: GangShape, until end: Instant, _ draft: inout PlanDraft
  ) -> Int {
    draft.rooms.mostNodes(
      for: shape, until: end, besides: preemptor.waiting.job, orThoseOf: preemptor.yielding)
      ?? .max
  }

  /// Whose promises give way to a guarantee: those who would borrow what they were promised.
  ///
  /// A member's promises count one after the other, by their starts: only those together within
  /// its entitlement stay.
  ///
  /// Found once until a decision changes what is held or promised. O(promises · log promises)
  private mutating func yieldingPromises(_ draft: inout PlanDraft) -> [JobID] {
    if let known = draft.yielding, known.decisions == draft.decisions.count { return known.jobs }
    let jobs = findYieldingPromises(surveyed().byStart, draft)
    draft.yielding = (draft.decisions.count, jobs)
    return jobs
  }

  private func findYieldingPromises(_ byStart: [Int], _ draft: PlanDraft) -> [JobID] {
    var book = draft.holdings.book
    var yielding: [JobID] = []
    for index in byStart {
      let (account, milli) = (promises[index].request.account, promises[index].mark.milli)
      // What borrows in any case doesn't fill the entitlement, whatever room that has.
      let mayFill = draft.holdings.borrowing(of: promises[index].request) != .always
      let model = promises[index].models.first {
        mayFill && book.roomWithinEntitlement(account, model: $0) >= milli
      }
      guard let model else {
        yielding.append(promises[index].waiting.job)
        continue
      }
      book.hold(AccountBook.Hold(account: account, model: model, milli: milli), at: draft.now)
    }
    return yielding.sorted()
  }

  /// From when on nodes are promised to others than some, who stand in order, or kept in a window;
  /// found anew where that has changed. O(nodes + what is promised)
  mutating func promisedNodes(
    besides yielding: [JobID], _ draft: PlanDraft
  ) -> PromisedNodes {
    if let known = promisedNodes, known.change == promiseChange, known.yielding == yielding {
      return known.nodes
    }
    let topology = draft.state.topology
    var nodes = PromisedNodes(count: topology.nodes.count)
    for index in promises.indices {
      let id = promises[index].waiting.job
      guard !yielding.sortedContains(id), let allocation = promises[index].reservation.allocation
      else { continue }
      nodes.keep(allocation, from: promises[index].reservation.start, for: id, on: topology)
    }
    for window in windows.upcoming {
      nodes.keep(window.allocation, from: window.from, for: nil, on: topology)
    }
    promisedNodes = (promiseChange, yielding, nodes)
    return nodes
  }

  /// A job waits no more, as it has room until an instant; promises of that room give way, and are
  /// made again, later.
  private mutating func leaveQueue(
    _ preemptor: Preemptor, _ allocation: Allocation, until end: Instant, _ verdict: Verdict,
    _ draft: inout PlanDraft
  ) {
    if let slot = preemptor.slot {
      queue.removeFirst(of: slot)
    } else if let index = promises.firstIndex(where: {
      $0.waiting.job == preemptor.waiting.job
    }) {
      _ = remove(index, &draft)
    }
    while let index = promises.firstIndex(where: { $0.keeps(allocation, before: end) }) {
      drop(index, because: verdict, &draft)
    }
  }

  private mutating func carryOut(
    _ claim: Claim, _ preemptor: Preemptor, _ draft: inout PlanDraft
  ) {
    let request = preemptor.request
    leaveQueue(
      preemptor, claim.allocation, until: claim.deadline + request.timeLimit,
      .claims(until: claim.deadline), &draft)
    for victim in claim.victims { shorten(victim.job, to: claim.deadline, nil, draft) }
    for shrink in claim.shrinks {
      shorten(shrink.job, to: claim.deadline, shrink.keeps, draft)
    }
    claims.add(claim, request, draft, &forecast)
    draft.rooms.keep(claim.allocation, from: .distantPast, owner: .claim(claim.id))
    draft.holdings.anticipate(claim, request, at: draft.now)
    draft.holdings.keep(claim, for: request, at: draft.now)
    draft.victims += claim.going
    draft.nextClaim = ClaimID(draft.nextClaim.number + 1)
    draft.decisions.append(.evict(claim))
  }

  /// A run is over, or goes on with less, from an instant on.
  private mutating func shorten(
    _ id: JobID, to end: Instant, _ keeps: Allocation?, _ draft: PlanDraft
  ) {
    guard let job = draft.state.jobs[id], let run = job.lifecycle.run else { return }
    let limit = run.started + job.request.timeLimit
    guard end < limit else { return }
    forecast.release(
      job.request.shape, as: Reservation(start: run.started, allocation: run.allocation),
      for: job.request.timeLimit, from: end)
    // Once the preemptor is over, others may have it sooner than they were promised anything.
    wasFreed = true
    guard let keeps else { return }
    forecast.hold(
      job.request.shape, as: Reservation(start: end, allocation: keeps), for: limit - end)
  }

  /// Notes when a window ends, or a site may draw more: then all may be tried again.
  mutating func watchTheClock(_ draft: PlanDraft) {
    wake = min(wake, nextRelaxation(draft))
    // Who waits for a budget waits on, whatever the hour: nobody need look.
    let isAwaited = queue.occupied.contains { queue.classes[$0].cause?.followsTheClock == true }
    guard isAwaited || !promises.isEmpty || !claims.isEmpty else { return }
    wake = min(wake, windows.nextBoundary(after: draft.now))
    if powerStep <= draft.now {
      powerStep = policy.power.reduce(.distantFuture) {
        min($0, $1.nextStep(after: draft.now) ?? .distantFuture)
      }
    }
    wake = min(wake, powerStep)
  }
}
