import Accounts
import Cluster
import Fleet
import Jobs
import Policy
import Units

/// Scheduling by share: whoever comes first in the fair order starts; the first that don't fit are
/// promised a start on the very accelerators; the rest is backfilled where it delays no promise.
///
/// A promise is kept until its job starts, and moves only forward, but for faults: it is looked at
/// anew whenever something was freed. So whoever has one waits no longer than it says, whoever
/// comes after it in whatever order.
///
/// A class that did not fit is not tried again until something is freed: room, shares, limits and
/// budgets only shrink with a start, and windows before promises only shrink with time. What a plan
/// decides follows from the state and the instant; what is remembered only saves work.
struct ReservingDiscipline: Sendable {
  /// A waiting job that has a promise.
  struct Promise: Sendable {
    var waiting: JobClass.Waiting
    var request: JobRequest
    var tier: Int
    var reservation: Reservation
  }

  let policy: ClusterPolicy
  var queue = ClassQueue()
  var profile: CapacityProfile
  var promises: [Promise] = []
  var deferred = DeferredJobs()
  var claims = ClaimedRoom()
  var windows: WindowCalendar

  /// Whether anything may fit now that did not at the last plan.
  var mustTryAll = true

  /// When promises are to be looked at anew, if anything was freed since they were.
  var compression = Instant.distantPast

  /// Whether anything was.
  var wasFreed = true

  /// When something changes by the clock alone that may let a job start that could not: a window
  /// ends, a budget begins, a run may be disturbed.
  var wake = Instant.distantFuture

  /// The jobs that run.
  var running = RunningJobs()

  /// Whether a node came into service or left it since the last plan.
  var conditionsChanged = false

  /// Whether nothing that a plan could decide has changed since the last one, but for the clock.
  var isQuiet = false

  /// When the first promise falls due, as of the last plan that was not quiet.
  var firstDue = Instant.distantFuture

  /// Whether the last plan found, for all who may make others go, that nobody can.
  var preemptsInVain = false

  init(policy: ClusterPolicy, occupancy: Occupancy) {
    self.policy = policy
    profile = CapacityProfile(servingAs: occupancy, namingNodes: true)
    windows = WindowCalendar(policy.windows, on: occupancy.topology)
  }

  // MARK: News

  /// A job waits; `state` knows already.
  mutating func jobSubmitted(_ id: JobID, _ job: Job, _ state: ClusterState, at now: Instant) {
    guard deferred.admits(id, job, state, at: now) else { return }
    let slot = enqueue(id, job, state)
    // Behind others of its class it changes nothing.
    if !queue.isBehind(id, slot) { isQuiet = false }
  }

  /// Puts a job that may be considered in its class.
  @discardableResult
  mutating func enqueue(_ id: JobID, _ job: Job, _ state: ClusterState) -> Int {
    queue.insert(id, since: since(job), job.request, state.holdings)
  }

  /// When a job counts as submitted.
  func since(_ job: Job) -> Instant {
    let hours = Int64(policy.weights.hoursPerEviction) * Int64(job.evictions)
    return job.submitted + TimeSpan(milliseconds: -hours * 3_600_000)
  }

  /// Something was freed: all may be tried again, and promises may move forward.
  mutating func freed() {
    mustTryAll = true
    wasFreed = true
    isQuiet = false
  }

  // MARK: Plans

  mutating func plan(for state: ClusterState, at now: Instant) -> Plan {
    if staysQuiet(at: now) {
      return Plan(version: state.version, decisions: [], nextPromise: nextAlarm(after: now))
    }
    var draft = PlanDraft(state, at: now)
    profile.advance(to: now)
    windows.hold(in: &profile, at: now)
    if wake <= now {
      mustTryAll = true
      wake = .distantFuture
    }
    for id in deferred.due(state, at: now) {
      guard let job = state.jobs[id] else { preconditionFailure("job \(id.number) is gone") }
      enqueue(id, job, state)
    }
    keepRooms(&draft)
    startClaims(&draft)
    if conditionsChanged { promiseAnew(&draft) }
    compress(&draft)
    var passes = 0
    var isSettled = false
    repeat {
      passes += 1
      isSettled = !pass(&draft)
    } while !isSettled && passes < Self.mostPasses
    preempt(&draft)
    grow(&draft)
    conditionsChanged = false
    watchTheClock(draft)
    firstDue = .distantFuture
    for index in promises.indices { firstDue = min(firstDue, promises[index].reservation.start) }
    isQuiet =
      isSettled && !mustTryAll && preemptsInVain && claims.isEmpty && firstDue > now
      && (running.elastic.isEmpty || queue.count > 0)
    return Plan(
      version: state.version, decisions: draft.decisions, nextPromise: nextAlarm(after: now))
  }

  /// Whether a plan would decide nothing: nothing has changed, and the clock has not reached what
  /// the last plan said that it waits for.
  private mutating func staysQuiet(at now: Instant) -> Bool {
    guard isQuiet, wake > now, firstDue > now, !deferred.mayBeDue(at: now) else { return false }
    if compression <= now {
      guard !wasFreed || promises.isEmpty else { return false }
      compression = nextGrid(after: now)
      wasFreed = false
    }
    return true
  }

  /// How many passes a plan makes at most; what is left to try then is tried by the next.
  static let mostPasses = 4

  /// How many promised jobs are tried at each plan before they are due, those with the earliest
  /// starts; and after how many that can't move forward the others are left for later.
  static let mostTriedEarly = 8

  /// Keeps what is promised, claimed, or closed by a window from those who would run into it.
  private func keepRooms(_ draft: inout PlanDraft) {
    for claim in claims.claims {
      draft.rooms.keep(claim.allocation, from: .distantPast, owner: .claim(claim.id))
    }
    for index in promises.indices {
      draft.keep(promises[index].waiting.job, promises[index].reservation)
    }
    for window in windows.occurrences(from: draft.now) {
      draft.rooms.keep(window.allocation, from: window.from, owner: .window(window.name))
    }
  }

  // MARK: One pass in the fair order

  /// Goes once through all that may start; whether another pass may bring more: a promised job that
  /// started left its place to the next, and what it was promised later to whoever fits.
  private mutating func pass(_ draft: inout PlanDraft) -> Bool {
    var room = freeSlots()
    let hadPromises = promises.count
    var turns = Turns()
    addTurns(room, &turns, &draft)
    // What is freed on the way is tried again.
    mustTryAll = false
    guard !turns.isEmpty else { return false }
    var made = 0
    while let turn = turns.popFirst(room) {
      guard turn.slot >= 0 else {
        tryPromised(turn.key.job, &draft)
        continue
      }
      let tier = queue.classes[turn.slot].tier
      if !room.has(tier) {
        // Others have taken the last promise, or the room there was.
        if turn.seeksPromise || isKnownNotToFit(turn.slot, &draft) { continue }
      }
      guard let waiting = queue.classes[turn.slot].first, waiting.job == turn.key.job else {
        continue
      }
      let key = key(turn.slot, &draft)
      guard key == turn.key else {
        // Its member has got something since: it may be somebody else's turn now.
        turns.insert(Turn(key: key, slot: turn.slot, seeksPromise: turn.seeksPromise))
        continue
      }
      switch attempt(turn.slot, waiting, &draft) {
      case .started: break
      case .blocked(let verdict):
        // A window's room is on no timeline: who asks for one is promised nothing.
        let isInWindow = queue[turn.slot].key.terms?.window != nil
        guard verdict.isAboutRoom, !isInWindow, room.take(tier) else {
          block(turn.slot, waiting, verdict, &draft)
          continue
        }
        guard promise(turn.slot, waiting, &draft) else {
          room.giveBack(tier)
          block(turn.slot, waiting, verdict, &draft)
          continue
        }
        made += 1
      }
      if queue.classes[turn.slot].count > 0 {
        turns.insert(Turn(key: self.key(turn.slot, &draft), slot: turn.slot))
      }
    }
    return mustTryAll || hadPromises + made > promises.count && queue.count > 0
  }

  /// The first job of a class waits, and all others of it for the same cause; told if it is new.
  private mutating func block(
    _ slot: Int, _ waiting: JobClass.Waiting, _ verdict: Verdict, _ draft: inout PlanDraft
  ) {
    queue.setCause(verdict, of: slot)
    if let change = verdict.changes, change > draft.now { wake = min(wake, change) }
    guard queue[slot].told != verdict.kind else { return }
    queue[slot].told = verdict.kind
    draft.decisions.append(.hold(waiting.job, jobs: queue[slot].count, verdict))
  }

  /// How many promises may be made in each tier.
  private func freeSlots() -> TierSlots {
    var slots = TierSlots(policy.reservations)
    for index in promises.indices { _ = slots.take(promises[index].tier) }
    return slots
  }

  private mutating func addTurns(
    _ room: TierSlots, _ turns: inout Turns, _ draft: inout PlanDraft
  ) {
    if mustTryAll || draft.hasDue(promises) { addPromised(&turns, &draft) }
    for slot in queue.marks.indices {
      let mark = queue.marks[slot]
      let tier = Int(mark.tier)
      switch mark.standing {
      case .gone: break
      case .untried: turns.insert(Turn(key: key(slot, &draft), slot: slot))
      case .barred:
        if mustTryAll {
          guard !isStillBarred(slot, &draft) else { break }
          turns.insert(Turn(key: key(slot, &draft), slot: slot))
        } else if mark.wantsPromise, room.has(tier) {
          turns.add(
            seeker: Turn(key: key(slot, &draft), slot: slot, seeksPromise: true), tier: tier)
        }
      case .lacksRoom:
        guard room.has(tier) else { break }
        if mustTryAll, !isKnownNotToFit(slot, &draft) {
          turns.insert(Turn(key: key(slot, &draft), slot: slot))
        } else {
          turns.add(
            seeker: Turn(key: key(slot, &draft), slot: slot, seeksPromise: true), tier: tier)
        }
      }
    }
    guard mustTryAll else { return }
    for lane in queue.lanes.indices where !queue.lanes[lane].slots.isEmpty {
      addFitting(ofLane: lane, room, &turns, &draft)
    }
  }

  /// Adds the promised jobs that are due, and the first to start where anything may fit.
  private mutating func addPromised(_ turns: inout Turns, _ draft: inout PlanDraft) {
    let first = mustTryAll ? earliest(Self.mostTriedEarly) : []
    for index in promises.indices {
      guard
        promises[index].reservation.start <= draft.now
          || first.contains(index) && draft.rooms.all.fits(promises[index].request.shape)
      else { continue }
      turns.insert(Turn(key: draft.key(of: promises[index]), slot: -1))
    }
  }

  /// Adds the classes of a shape that lacked room and have it now, apart from those that were added
  /// for a promise.
  private mutating func addFitting(
    ofLane lane: Int, _ room: TierSlots, _ turns: inout Turns, _ draft: inout PlanDraft
  ) {
    let hasPreference = queue.lanes[lane].shape.closeness.preferred != nil
    var last = Instant.distantFuture
    if !hasPreference {
      guard let end = draft.rooms.lastEnd(ofLane: lane, queue.lanes) else { return }
      last = end
    }
    for index in queue.lanes[lane].slots.indices {
      let (limit, slot) = queue.lanes[lane].slots[index]
      guard draft.now + limit <= last else { return }
      let mark = queue.marks[slot]
      guard mark.standing == .lacksRoom, !room.has(Int(mark.tier)),
        !hasPreference || !isKnownNotToFit(slot, &draft)
      else { continue }
      turns.insert(Turn(key: key(slot, &draft), slot: slot))
    }
  }

  /// Where the first job of a class stands.
  private func key(_ slot: Int, _ draft: inout PlanDraft) -> FairOrder.Key {
    draft.key(of: queue.marks[slot], queue.classes[slot].models)
  }

  /// Whether a rule that has been told keeps a class from starting, as before: then its turn would
  /// change nothing, as what this plan starts only leaves less.
  private mutating func isStillBarred(_ slot: Int, _ draft: inout PlanDraft) -> Bool {
    guard !queue.marks[slot].wantsPromise, let told = queue.classes[slot].told,
      let verdict = draft.obstacle(
        to: queue.classes[slot].request, milli: queue.marks[slot].milli,
        models: queue.classes[slot].models),
      verdict.kind == told
    else { return false }
    queue.setCause(verdict, of: slot)
    if let change = verdict.changes, change > draft.now { wake = min(wake, change) }
    return true
  }

  /// Whether it was room that a class lacked, and it still does.
  private func isKnownNotToFit(_ slot: Int, _ draft: inout PlanDraft) -> Bool {
    guard queue.marks[slot].standing == .lacksRoom else { return false }
    let lane = queue.laneOfSlot[slot]
    let limit = queue.classes[slot].key.limit
    guard queue.lanes[lane].shape.closeness.preferred != nil,
      let first = queue.classes[slot].first
    else {
      guard let last = draft.rooms.lastEnd(ofLane: lane, queue.lanes) else { return true }
      return draft.now + limit > last
    }
    return !draft.mayFit(
      queue.classes[slot].key.shape, for: limit, waited: draft.now - first.since)
  }

  private enum Attempt {
    case started
    case blocked(Verdict)
  }

  /// Starts the first job of a class, if it may and fits.
  private mutating func attempt(
    _ slot: Int, _ waiting: JobClass.Waiting, _ draft: inout PlanDraft
  ) -> Attempt {
    guard let job = draft.state.jobs[waiting.job] else { preconditionFailure("nobody waits") }
    if let verdict = draft.obstacle(
      to: job.request, milli: queue.marks[slot].milli, models: queue.classes[slot].models)
    {
      return .blocked(verdict)
    }
    guard let shape = draft.shape(of: queue.classes[slot], job.request) else {
      preconditionFailure("a job that no model is open to")
    }
    if let window = job.request.terms?.window {
      guard let verdict = attempt(slot, waiting, inWindow: window, shape, &draft) else {
        return .started
      }
      return .blocked(verdict)
    }
    switch draft.place(
      shape, for: job.request.timeLimit, waited: draft.now - job.submitted)
    {
    case .found(let allocation):
      if let verdict = draft.holdings.lendingObstacle(to: job.request, on: allocation) {
        return .blocked(verdict)
      }
      queue.removeFirst(of: slot)
      let isFirst = promises.isEmpty
      start(waiting.job, job.request, allocation, isFirst ? .turn : .backfill, &draft)
      return .started
    case .none(let verdict):
      return .blocked(verdict)
    }
  }

  /// Starts a job inside a window that it may use; says why where it can't.
  private mutating func attempt(
    _ slot: Int, _ waiting: JobClass.Waiting, inWindow name: String, _ shape: GangShape,
    _ draft: inout PlanDraft
  ) -> Verdict? {
    let key = queue[slot].key
    guard let window = windows.next(named: name, after: draft.now) else {
      return .outsideWindow(name: name, from: .distantPast, until: .distantPast)
    }
    guard window.from <= draft.now, draft.now + key.limit <= window.until else {
      return .outsideWindow(name: name, from: window.from, until: window.until)
    }
    let room = draft.rooms.all.keeping(window.allocation)
    guard let allocation = room.placement(of: shape) else {
      return room.shortage(of: shape).map { .noRoom($0) }
        ?? .outsideWindow(
          name: name, from: window.from, until: window.until)
    }
    if let verdict = draft.holdings.powerObstacle(
      to: allocation, for: key.limit, at: draft.now)
    {
      return verdict
    }
    guard let job = draft.state.jobs[waiting.job] else { preconditionFailure("nobody waits") }
    if let verdict = draft.holdings.lendingObstacle(to: job.request, on: allocation) {
      return verdict
    }
    queue.removeFirst(of: slot)
    draft.start(waiting.job, job.request, allocation, .turn)
    running.insert(waiting.job, job.request)
    return nil
  }

  /// A gang starts: everybody hears of it.
  mutating func start(
    _ id: JobID, _ request: JobRequest, _ allocation: Allocation, _ reason: Decision.StartReason,
    _ draft: inout PlanDraft
  ) {
    draft.start(id, request, allocation, reason)
    running.insert(id, request)
    profile.hold(
      request.shape, as: Reservation(start: draft.now, allocation: allocation),
      for: request.timeLimit)
  }
}

/// How many promises may still be made in each tier.
struct TierSlots: Sendable {
  private let most: Int
  private var taken: [(tier: Int, count: Int)] = []

  init(_ most: Int) { self.most = most }

  func has(_ tier: Int) -> Bool {
    (taken.first { $0.tier == tier }?.count ?? 0) < most
  }

  mutating func take(_ tier: Int) -> Bool {
    guard let index = taken.firstIndex(where: { $0.tier == tier }) else {
      guard most > 0 else { return false }
      taken.append((tier, 1))
      return true
    }
    guard taken[index].count < most else { return false }
    taken[index].count += 1
    return true
  }

  mutating func giveBack(_ tier: Int) {
    for index in taken.indices where taken[index].tier == tier { taken[index].count -= 1 }
  }
}
