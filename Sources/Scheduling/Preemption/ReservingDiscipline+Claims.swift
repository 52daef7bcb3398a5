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
        draft.state.occupancy.isFree(claim.allocation)
      else { continue }
      claims.remove(claim.id, at: draft.now, &profile)
      draft.holdings.startsFromClaim(claim, job.request, at: draft.now)
      draft.rooms.letGo(owner: .claim(claim.id))
      start(claim.preemptor, job.request, claim.allocation, .claim, &draft)
    }
  }

  /// A job that waits and may make others go.
  private struct Preemptor {
    var key: FairOrder.Key
    var waiting: JobClass.Waiting
    var request: JobRequest
    /// The class that it waits in; nil where it has a promise.
    var slot: Int?
    var ground: Claim.Ground
    /// Whose promises give way to it.
    var yielding: [JobID] = []
  }

  /// Makes room for those who are entitled to it, in the fair order.
  ///
  /// Nobody goes without the proof that the preemptor starts where they were: the claim holds the
  /// very accelerators, which are kept from everybody else from now on.
  mutating func preempt(_ draft: inout PlanDraft) {
    preemptsInVain = true
    guard let rules = policy.preemption, !running.all.isEmpty, queue.count + promises.count > 0
    else {
      return
    }
    let preemptors = preemptors(rules, &draft)
    guard !preemptors.isEmpty else { return }
    // With time, who prefers to be close together takes any room, and losses fall below budgets.
    preemptsInVain = preemptors.allSatisfy {
      $0.ground == .guarantee && $0.request.shape.closeness.preferred == nil
        || $0.ground == .tier && rules.churnPerHour == nil
    }
    let borrowed = BorrowedRuns(running.all, draft.state)
    let pool = VictimPool(running.all, borrowed, rules, draft.state)
    var spoken: [JobID] = []
    var nextClaim = draft.state.nextClaim
    var yielding: [JobID]?
    for var preemptor in preemptors where stillWaits(preemptor) {
      if preemptor.ground == .guarantee {
        preemptor.yielding = yielding ?? yieldingPromises(draft)
        yielding = preemptor.yielding
      }
      let decisions = draft.decisions.count
      defer { if draft.decisions.count > decisions { yielding = nil } }
      if preemptor.ground == .guarantee, startOnYieldedRoom(preemptor, &draft) {
        preemptsInVain = false
        continue
      }
      if preemptor.ground == .guarantee, borrowed.isEmpty {
        guard mayPreemptByTier(preemptor.request) else { continue }
        preemptor.ground = .tier
        preemptor.yielding = []
        if rules.churnPerHour != nil { preemptsInVain = false }
      }
      // An earlier claim may have filled what its member is entitled to.
      if preemptor.ground == .guarantee, !isGuaranteed(preemptor, draft) { continue }
      while let claim = claim(for: preemptor, rules, pool, spoken, nextClaim, &draft) {
        preemptsInVain = false
        spoken += claim.victims.map(\.job) + claim.shrinks.map(\.job)
        nextClaim = ClaimID(nextClaim.number + 1)
        carryOut(claim, preemptor, &draft)
        if preemptor.ground == .guarantee { preemptor.yielding = yieldingPromises(draft) }
        guard let slot = preemptor.slot, let next = queue.classes[slot].first,
          queue.classes[slot].cause?.isAboutRoom == true,
          let job = draft.state.jobs[next.job]
        else { break }
        preemptor.waiting = next
        preemptor.request = job.request
        guard
          draft.order.key(of: queue[slot], next, draft.holdings.book).deficit > 0
            || preemptor.ground == .tier
        else { break }
      }
    }
  }

  /// Whether a job waits where it did when it was found: an earlier one may have taken its promise,
  /// so that it waits with its class again, or have put another before it.
  private func stillWaits(_ preemptor: Preemptor) -> Bool {
    let id = preemptor.waiting.job
    guard let slot = preemptor.slot else { return promises.contains { $0.waiting.job == id } }
    return queue.marks[slot].standing != .gone && queue.classes[slot].first?.job == id
  }

  /// Whether a job fits into what its member is entitled to, with all that is claimed already.
  private func isGuaranteed(_ preemptor: Preemptor, _ draft: PlanDraft) -> Bool {
    let milli = draft.holdings.charging.milli(of: preemptor.request.shape)
    return draft.holdings.charging.models(of: preemptor.request.shape).contains { model in
      draft.holdings.book.roomWithinEntitlement(preemptor.request.account, model: model) >= milli
    }
  }

  /// Starts a job within its member's entitlement where only promises that give way keep the room.
  ///
  /// Nobody need go for it. The next of its class comes up at the next pass.
  private mutating func startOnYieldedRoom(
    _ preemptor: Preemptor, _ draft: inout PlanDraft
  ) -> Bool {
    let (request, limit) = (preemptor.request, preemptor.request.timeLimit)
    let id = preemptor.waiting.job
    guard preemptor.yielding.contains(where: { $0 != id }), let job = draft.state.jobs[id],
      draft.rooms.all.fits(request.shape, afterWaiting: draft.now - job.submitted)
    else { return false }
    let milli = draft.holdings.charging.milli(of: request.shape)
    let models = draft.holdings.charging.models(of: request.shape)
    guard
      draft.holdings.obstacle(to: request, milli: milli, models: models, at: draft.now) == nil,
      models.contains(where: {
        draft.holdings.book.roomWithinEntitlement(request.account, model: $0) >= milli
      }),
      let allocation = roomToClear(for: preemptor, until: draft.now + limit, &draft)
        .placement(of: request.shape, afterWaiting: draft.now - job.submitted),
      draft.holdings.powerObstacle(to: allocation, for: limit, at: draft.now) == nil
    else { return false }
    leaveQueue(preemptor, allocation, until: draft.now + limit, .behind(id), &draft)
    start(id, request, allocation, .turn, &draft)
    freed()
    return true
  }

  private func mayPreemptByTier(_ request: JobRequest) -> Bool {
    !policy.modes[Int(request.mode.number)].preempts.isEmpty
  }

  /// Who may make others go, in the fair order.
  private mutating func preemptors(
    _ rules: PreemptionRules, _ draft: inout PlanDraft
  ) -> [Preemptor] {
    var found: [Preemptor] = []
    func consider(
      _ key: FairOrder.Key, _ waiting: JobClass.Waiting, _ request: JobRequest, _ slot: Int?
    ) {
      let isGuaranteed = rules.reclaims && key.deficit > 0
      guard isGuaranteed || mayPreemptByTier(request) else { return }
      found.append(
        Preemptor(
          key: key, waiting: waiting, request: request, slot: slot,
          ground: isGuaranteed ? .guarantee : .tier))
    }
    let lacking = rules.reclaims ? membersInDeficit(draft) : []
    let byTier = policy.modes.map { !$0.preempts.isEmpty }
    let borrowsAlways = policy.modes.map { $0.borrowing == .always }
    guard !lacking.isEmpty || byTier.contains(true) else { return [] }
    for slot in queue.marks.indices {
      let mark = queue.marks[slot]
      let mode = Int(mark.mode.number)
      guard mark.wantsPromise, mark.standing != .gone,
        byTier[mode] || !borrowsAlways[mode] && lacking.contains(mark.member),
        let job = draft.state.jobs[mark.first.job]
      else { continue }
      let key = draft.key(of: mark, queue.classes[slot].models)
      consider(key, mark.first, job.request, slot)
    }
    for index in promises.indices where promises[index].reservation.start > draft.now {
      let request = promises[index].request
      let mode = Int(request.mode.number)
      guard
        byTier[mode]
          || !borrowsAlways[mode]
            && lacking.contains(policy.accounts.member(of: request.account))
      else { continue }
      consider(
        draft.key(of: promises[index]), promises[index].waiting, request, nil)
    }
    return found.sorted { $0.key < $1.key }
  }

  /// The members that hold less of some model than they are entitled to: only their jobs may have
  /// a guarantee. Without members nobody has.
  private func membersInDeficit(_ draft: PlanDraft) -> [AccountID] {
    guard policy.order == .fairShare, policy.accounts.count > 1 else { return [] }
    let book = draft.holdings.book
    return ([.root] + policy.accounts.children[0]).filter { member in
      book.models.indices.contains { book.deficit(member, model: $0) > 0 }
    }
  }

  /// The claim of a job to what others hold, with its proof; nil where it has none.
  private mutating func claim(
    for preemptor: Preemptor, _ rules: PreemptionRules, _ pool: VictimPool,
    _ spoken: [JobID], _ id: ClaimID, _ draft: inout PlanDraft
  ) -> Claim? {
    let (request, limit) = (preemptor.request, preemptor.request.timeLimit)
    let milli = draft.holdings.charging.milli(of: request.shape)
    let models = draft.holdings.charging.models(of: request.shape)
    guard
      draft.holdings.obstacle(to: request, milli: milli, models: models, at: draft.now) == nil
    else { return nil }
    let lead = VictimSearch.lead(of: policy)
    let end = draft.now + lead + limit
    var search = VictimSearch(
      rules, for: preemptor.waiting.job, request, on: preemptor.ground,
      promised: promisedNodes(before: end, besides: preemptor, draft), policy)
    let candidates = search.candidates(among: pool, besides: spoken, draft)
    wake = min(wake, search.undisturbedUntil)
    guard !candidates.isEmpty, draft.rooms.all.mayHold(request.shape, afterEvicting: candidates),
      let job = draft.state.jobs[preemptor.waiting.job]
    else { return nil }
    let occupancy = roomToClear(for: preemptor, until: end, &draft)
    guard
      let clearing = occupancy.clearing(
        for: request.shape, among: candidates, by: rules.choice,
        afterWaiting: draft.now - job.submitted),
      !clearing.evicted.isEmpty || !clearing.shrunk.isEmpty
    else { return nil }
    let claim = search.claim(clearing, id, draft)
    if let deadline = request.terms?.deadline, claim.deadline + limit > deadline { return nil }
    // Who is promised as much waits for that: nobody need go.
    if let promise = job.lifecycle.promise, promise.start <= claim.deadline { return nil }
    return draft.holdings.powerObstacle(to: claim, limit, draft.state, at: draft.now) == nil
      ? claim : nil
  }

  /// What is free and stays open until a time, the preemptor's own promise and those of jobs that
  /// would borrow left out where a guarantee asks.
  private func roomToClear(
    for preemptor: Preemptor, until end: Instant, _ draft: inout PlanDraft
  ) -> Occupancy {
    var rooms = draft.rooms
    rooms.letGo(owner: .promise(preemptor.waiting.job))
    for job in preemptor.yielding { rooms.letGo(owner: .promise(job)) }
    return rooms.room(until: end)
  }

  /// The jobs whose promises give way to a guarantee: they would borrow what they were promised.
  private func yieldingPromises(_ draft: PlanDraft) -> [JobID] {
    let holdings = draft.holdings
    return promises.indices.compactMap { index in
      let request = promises[index].request
      let milli = holdings.charging.milli(of: request.shape)
      let yields = holdings.charging.models(of: request.shape).allSatisfy {
        holdings.book.roomWithinEntitlement(request.account, model: $0) < milli
      }
      return yields ? promises[index].waiting.job : nil
    }
  }

  /// The nodes, ascending, that others are promised before a time, and keep, or a window does.
  private func promisedNodes(
    before end: Instant, besides preemptor: Preemptor, _ draft: PlanDraft
  ) -> [Int] {
    var nodes: [Int] = []
    let topology = draft.state.topology
    for index in promises.indices where promises[index].reservation.start < end {
      let id = promises[index].waiting.job
      guard id != preemptor.waiting.job, !preemptor.yielding.contains(id) else { continue }
      for slice in promises[index].reservation.allocation?.slices ?? [] {
        nodes.append(topology.index(of: slice.node))
      }
    }
    for window in windows.occurrences(from: draft.now) where window.from < end {
      for slice in window.allocation.slices {
        nodes.append(draft.state.topology.index(of: slice.node))
      }
    }
    nodes.sort()
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
    while let index = promises.firstIndex(where: { promise in
      promise.reservation.start < end
        && promise.reservation.allocation?.overlaps(allocation) == true
    }) {
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
    claims.add(claim, request, draft.holdings.occupancy, at: draft.now, &profile)
    draft.rooms.keep(claim.allocation, from: .distantPast, owner: .claim(claim.id))
    draft.holdings.anticipate(claim, request, at: draft.now)
    draft.holdings.keep(claim, for: request, at: draft.now)
    draft.decisions.append(.evict(claim))
  }

  /// A run is over, or goes on with less, from an instant on.
  private mutating func shorten(
    _ id: JobID, to end: Instant, _ keeps: Allocation?, _ draft: PlanDraft
  ) {
    guard let job = draft.state.jobs[id], let run = job.lifecycle.run else { return }
    let limit = run.started + job.request.timeLimit
    guard end < limit else { return }
    profile.release(
      job.request.shape, as: Reservation(start: run.started, allocation: run.allocation),
      for: job.request.timeLimit, from: end)
    guard let keeps else { return }
    profile.hold(
      job.request.shape, as: Reservation(start: end, allocation: keeps), for: limit - end)
  }

  /// Notes when a window ends, or a site may draw more: then all may be tried again.
  mutating func watchTheClock(_ draft: PlanDraft) {
    // Who waits for a budget waits on, whatever the hour: nobody need look.
    let isAwaited = queue.occupied.contains { queue.classes[$0].cause?.followsTheClock == true }
    guard isAwaited || !promises.isEmpty else { return }
    for boundary in windows.boundaries(after: draft.now) { wake = min(wake, boundary) }
    for budget in policy.power {
      wake = min(wake, budget.nextStep(after: draft.now) ?? .distantFuture)
    }
  }
}
