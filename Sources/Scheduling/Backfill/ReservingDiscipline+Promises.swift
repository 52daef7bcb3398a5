import Cluster
import Fleet
import Jobs
import Policy
import Units

extension ReservingDiscipline {
  /// Promises the first job of a class the earliest start there is; false where there is none.
  mutating func promise(
    _ slot: Int, _ waiting: JobClass.Waiting, _ draft: inout PlanDraft
  ) -> Bool {
    guard let job = draft.state.jobs[waiting.job],
      let shape = draft.shape(of: queue[slot], job.request)
    else { preconditionFailure("nobody to promise anything to") }
    let limit = job.request.timeLimit
    guard
      let reservation = forecast.earliestFit(
        of: shape, waitingSince: job.submitted, for: limit, from: draft.now)
    else { return false }
    let promise = Promise(waiting, of: job, reservation, draft.holdings)
    // Where a rule keeps it from a start at once, it would lose that promise at once.
    guard reservation.start > draft.now || mayStart(promise, at: reservation, draft) else {
      draft.hasRefused = true
      return false
    }
    if reservation.start == draft.now { draft.promisedAtOnce += 1 }
    queue.removeFirst(of: slot)
    insert(promise)
    forecast.hold(shape, as: reservation, for: limit)
    draft.keep(promise)
    draft.decisions.append(.reserve(waiting.job, reservation))
    return true
  }

  /// Promises stand in the order of their jobs' numbers.
  mutating func insert(_ promise: Promise) {
    let place =
      promises.firstIndex { promise.waiting.job < $0.waiting.job } ?? promises.count
    promises.insert(promise, at: place)
    isEarlyKeptByRule = true
  }

  /// Starts a promised job, if it is due or there is room already.
  mutating func tryPromised(_ id: JobID, _ draft: inout PlanDraft) {
    guard let index = promises.firstIndex(where: { $0.waiting.job == id }),
      let allocation = promises[index].reservation.allocation
    else { preconditionFailure("job \(id.number) has no promise") }
    let isDue = promises[index].reservation.start <= draft.now
    // Whatever the rules say, most often there is no room.
    guard isDue || mayFitNow(index, beside: allocation, &draft) else { return }
    let promise = promises[index]
    let request = promise.request
    // Until it is known to lack nothing but room.
    let wasKept = isEarlyKeptByRule
    isEarlyKeptByRule = true
    if let verdict = draft.holdings.obstacle(to: request, at: draft.now, isForRoom: true) {
      // A rule keeps it from starting: what it was promised is of use to others.
      if isDue, !mayStartOnceOthersEnd(promise, &draft) { loseByRule(index, verdict, &draft) }
      return
    }
    // Who starts late ends late, and may run into the next promise: that is a search.
    if promise.reservation.start == draft.now, draft.holdings.occupancy.isFree(allocation) {
      // Only who outlasts a limit can draw what the forecast keeps for it.
      guard draft.holdings.powerObstacle(to: allocation, at: draft.now) == nil else { return }
      guard let verdict = draft.holdings.lendingObstacle(to: request, on: allocation) else {
        return fulfil(index, on: allocation, &draft)
      }
      return fulfilLent(index, verdict, isDue: true, &draft)
    }
    if !isDue, !draft.holdings.mayBeLent(request, milli: promise.mark.milli, promise.models) {
      return
    }
    guard let place = placeNow(for: promise, draft.shape(of: promise), &draft, wasKept) else {
      return
    }
    guard let verdict = draft.holdings.lendingObstacle(to: request, on: place) else {
      return fulfil(index, on: place, &draft)
    }
    fulfilLent(index, verdict, isDue: isDue, &draft)
  }

  /// Starts a promised job that is not lent the place that it found on those of its models that it
  /// is lent; if it is due and there is no room there, its promise is lost.
  private mutating func fulfilLent(
    _ index: Int, _ verdict: Verdict, isDue: Bool, _ draft: inout PlanDraft
  ) {
    if let place = placeLent(for: promises[index], &draft) {
      fulfil(index, on: place, &draft)
    } else if isDue, !mayStartOnceOthersEnd(promises[index], &draft) {
      loseByRule(index, verdict, &draft)
    }
  }

  /// Whether the rules let a promised job start where it was promised to once those have ended
  /// whose time is over: news of that comes at the same instant at the earliest, and agents take a
  /// moment to end tasks. For agents that are not heard of nobody waits.
  private func mayStartOnceOthersEnd(_ promise: Promise, _ draft: inout PlanDraft) -> Bool {
    let ending = draft.ending(among: running)
    guard !ending.isEmpty, let allocation = promise.reservation.allocation else { return false }
    let holdings = draft.holdings(without: ending)
    let request = promise.request
    return holdings.obstacle(to: request, at: draft.now, isForRoom: true) == nil
      && holdings.lendingObstacle(to: request, on: allocation) == nil
  }

  /// Where a promised job could start at once on those of its models that it is lent.
  private mutating func placeLent(for promise: Promise, _ draft: inout PlanDraft) -> Allocation? {
    guard let shape = draft.lentShape(of: promise.request) else { return nil }
    return placeNow(for: promise, shape, &draft, true)
  }

  /// Whether a promised job may have room now, beside all other promises; false is sure.
  private func mayFitNow(
    _ index: Int, beside promised: Allocation, _ draft: inout PlanDraft
  ) -> Bool {
    // What is kept of what is free is held on the timeline, but for promises that are overdue.
    draft.hasOverdue
      || draft.rooms.mayFit(
        promises[index].request.shape,
        until: draft.now + promises[index].request.timeLimit, besides: promised)
  }

  /// Where a promised job could start at once in a shape, beside all other promises.
  private mutating func placeNow(
    for promise: Promise, _ shape: GangShape, _ draft: inout PlanDraft, _ wasKept: Bool
  ) -> Allocation? {
    let (request, limit) = (promise.request, promise.request.timeLimit)
    takeOff(promise, from: draft.now)
    defer { holdAgain(promise, from: draft.now) }
    let found = forecast.earliestFit(
      of: shape, waitingSince: promise.submitted, for: limit, from: draft.now,
      before: draft.now + TimeSpan(milliseconds: 1))
    guard let sooner = found?.allocation else {
      isEarlyKeptByRule = wasKept
      return nil
    }
    // The timeline takes it that who has outlasted a limit is gone: then there may be other room.
    let isFree = draft.holdings.occupancy.isFree(sooner)
    // What it is promised itself is kept from nobody but others.
    let room =
      isFree
      ? nil
      : draft.rooms.room(until: draft.now + limit, besides: promise.waiting.job, orThoseOf: [])
    let waited = draft.now - promise.submitted
    guard
      let place = isFree
        ? sooner : room?.placement(of: shape, afterWaiting: waited),
      powerObstacle(to: place, request, draft) == nil
    else { return nil }
    return place
  }

  /// Takes what is left of a promise's window off the timeline.
  mutating func takeOff(_ promise: Promise, from now: Instant) {
    forecast.release(
      promise.request.shape, as: promise.reservation, for: promise.request.timeLimit, from: now)
  }

  /// Marks what is left of a promise's window, which may have begun.
  mutating func holdAgain(_ promise: Promise, from now: Instant) {
    let old = promise.reservation
    let start = max(now, old.start)
    let end = old.start + promise.request.timeLimit
    guard start < end else { return }
    forecast.hold(
      promise.request.shape, as: Reservation(start: start, allocation: old.allocation),
      for: end - start)
  }

  private mutating func fulfil(
    _ index: Int, on allocation: Allocation, _ draft: inout PlanDraft
  ) {
    let promise = remove(index, &draft)
    start(promise.waiting.job, promise.request, allocation, .turn, &draft)
    // What it was promised elsewhere, or later, is open again; and another promise is among those
    // that are tried early.
    let isAsPromised =
      promise.reservation.start == draft.now && promise.reservation.allocation == allocation
    if !isAsPromised || promises.count >= Self.mostTriedEarly { freed() }
  }

  mutating func remove(_ index: Int, _ draft: inout PlanDraft) -> Promise {
    let promise = promises.remove(at: index)
    // Others are among the first now.
    isEarlyKeptByRule = true
    takeOff(promise, from: draft.now)
    draft.rooms.letGo(owner: .promise(promise.waiting.job))
    return promise
  }

  /// A rule keeps a job from what it was promised: it gets no other promise from this plan.
  private mutating func loseByRule(
    _ index: Int, _ verdict: Verdict, _ draft: inout PlanDraft
  ) {
    draft.dropped.append(promises[index].waiting.job)
    drop(index, because: verdict, &draft)
  }

  /// A job loses its promise, and waits with its class again.
  mutating func drop(_ index: Int, because verdict: Verdict, _ draft: inout PlanDraft) {
    let promise = remove(index, &draft)
    let id = promise.waiting.job
    draft.decisions.append(.unreserve(id, ahead: nil))
    guard let job = draft.state.jobs[id] else { preconditionFailure("job \(id.number) is gone") }
    let slot = enqueue(id, job, draft.state)
    queue.setCause(verdict, of: slot)
    freed()
  }

  /// Moves promises forward, where something was freed since they were made.
  ///
  /// On a grid of time, so that a burst of ends costs one search for each promise.
  mutating func compress(_ draft: inout PlanDraft) {
    guard compression <= draft.now else { return }
    compression = nextGrid(after: draft.now)
    guard wasFreed || isKeptByRule else { return }
    wasFreed = false
    isKeptByRule = false
    var stuck = 0
    for index in surveyed().byStart {
      let promise = promises[index]
      let limit = promise.request.timeLimit
      let old = promise.reservation
      guard old.start > draft.now else { continue }
      guard stuck < Self.mostTriedEarly else { break }
      // Who may hold none of its models now stays where it is until something is freed.
      guard let shape = draft.openShape(of: promise) else { continue }
      forecast.release(shape, as: old, for: limit, from: draft.now)
      var sooner = forecast.earliestFit(
        of: shape, waitingSince: promise.submitted, for: limit, from: draft.now, before: old.start)
      if let found = sooner, found.start == draft.now, !mayStart(promise, at: found, draft) {
        sooner = nil
        isKeptByRule = true
      }
      forecast.hold(shape, as: sooner ?? old, for: limit)
      guard let sooner else {
        stuck += 1
        continue
      }
      promises[index].reservation = sooner
      draft.rooms.letGo(owner: .promise(promise.waiting.job))
      draft.keep(promises[index])
      draft.decisions.append(.reserve(promise.waiting.job, sooner))
      // What one has left another may have.
      freed()
    }
  }

  /// Whether the rules let a promised job start now on the place that it could have.
  private func mayStart(
    _ promise: Promise, at place: Reservation, _ draft: PlanDraft
  ) -> Bool {
    guard let allocation = place.allocation else { return false }
    let request = promise.request
    let holdings = draft.holdings
    return holdings.obstacle(to: request, at: draft.now, isForRoom: true) == nil
      && holdings.lendingObstacle(to: request, on: allocation) == nil
      && holdings.powerObstacle(to: allocation, at: draft.now) == nil
  }

  func nextGrid(after now: Instant) -> Instant {
    guard now > .distantPast else { return now }
    let period = max(1, policy.reserveAnew.milliseconds)
    let slot = (Int128(now.milliseconds) / Int128(period) + 1) * Int128(period)
    return Instant(milliseconds: Int64(clamping: slot))
  }

  /// Makes promises again that can't be kept: those of nodes that left service, on the timeline as
  /// it is; or all, on a timeline of what runs now, as a claim is void.
  mutating func promiseAnew(_ draft: inout PlanDraft) {
    var toMake = surveyed().byStart
    if isForecastVoid {
      rebuildForecast(draft.state, at: draft.now)
    } else {
      toMake = toMake.filter { isOutOfService(promises[$0], draft.state.occupancy) }
      for index in toMake { takeOff(promises[index], from: draft.now) }
    }
    changedNodes.removeAll(keepingCapacity: true)
    isForecastVoid = false
    for index in toMake { promiseAnew(index, &draft) }
    while let index = promises.firstIndex(where: { $0.reservation.start == .distantFuture }) {
      let promise = promises[index]
      let shortage = draft.rooms.all.shortage(of: promise.request.shape)
      drop(index, because: shortage.map { .noRoom($0) } ?? .behind(promise.waiting.job), &draft)
    }
    freed()
  }

  /// Whether any node that a job is promised has left service since the last plan.
  private func isOutOfService(_ promise: Promise, _ occupancy: Occupancy) -> Bool {
    guard let allocation = promise.reservation.allocation else { return false }
    return allocation.slices.contains { slice in
      occupancy.condition(of: slice.node) != .inService && changedNodes.contains(slice.node)
    }
  }

  /// Makes a promise again of which nothing is on the timeline; one that can't be made, or not for
  /// a start before a time, starts in the distant future.
  mutating func promiseAnew(
    _ index: Int, _ draft: inout PlanDraft, before bound: Instant = .distantFuture
  ) {
    let promise = promises[index]
    let old = promise.reservation
    let limit = promise.request.timeLimit
    let shape = draft.shape(of: promise)
    var found = forecast.earliestFit(
      of: shape, waitingSince: promise.submitted, for: limit, from: draft.now, before: bound)
    if let now = found, now.start == draft.now, !mayStart(promise, at: now, draft) {
      // Where the rules don't let it start, there is no point in promising it that.
      let later = max(old.start, draft.now + TimeSpan(milliseconds: 1))
      found = forecast.earliestFit(
        of: shape, waitingSince: promise.submitted, for: limit, from: later, before: bound)
      isKeptByRule = true
    }
    draft.rooms.letGo(owner: .promise(promise.waiting.job))
    let reservation = found ?? Reservation(start: .distantFuture, allocation: nil)
    forecast.hold(promise.request.shape, as: reservation, for: limit)
    promises[index].reservation = reservation
    draft.keep(promises[index])
    guard reservation != old, reservation.start < .distantFuture else { return }
    draft.decisions.append(.reserve(promise.waiting.job, reservation))
  }

  /// What runs, and what windows and claims keep, without any promise.
  ///
  /// Who has outlasted a limit is taken to end at any moment: an agent prevents it if it can.
  mutating func rebuildForecast(_ state: ClusterState, at now: Instant) {
    forecast = Forecast(servingAs: state.occupancy, state.holdings.power)
    windows.hold(in: &forecast.capacity, at: now, anew: true)
    for id in running.all {
      guard let job = state.jobs[id], let run = job.lifecycle.run else { continue }
      let limit = run.started + job.request.timeLimit
      guard job.request.terms?.window == nil else {
        forecast.holdPower(of: run.allocation, from: max(run.started, now), to: limit)
        continue
      }
      let going = claims.end(ofVictim: id)
      let end = min(
        limit, going?.end ?? .distantFuture, job.lifecycle.eviction?.end ?? .distantFuture)
      hold(run.allocation, job.request, from: max(run.started, now), to: end)
      if let keeps = going?.keeps { hold(keeps, job.request, from: max(end, now), to: limit) }
    }
    claims.hold(in: &forecast, state, at: now)
    forecast.advance(to: now)
  }

  private mutating func hold(
    _ allocation: Allocation, _ request: JobRequest, from start: Instant, to end: Instant
  ) {
    guard start < end else { return }
    forecast.hold(
      request.shape, as: Reservation(start: start, allocation: allocation), for: end - start)
  }

  /// When the plan must be made again at the latest.
  func nextAlarm(after now: Instant) -> Instant? {
    var next = deferred.nextBegin
    func consider(_ instant: Instant) {
      if instant > now { next = min(next, instant) }
    }
    if firstDue > now {
      consider(firstDue)
    } else {
      for index in promises.indices { consider(promises[index].reservation.start) }
    }
    if !policy.power.isEmpty { consider(claims.nextDeadline(after: now)) }
    consider(wake)
    if wasFreed, !promises.isEmpty { consider(compression) }
    return next < .distantFuture ? next : nil
  }
}
