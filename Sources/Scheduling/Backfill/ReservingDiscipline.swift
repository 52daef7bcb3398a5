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
    var submitted: Instant
    var request: JobRequest
    var reservation: Reservation
    /// What its place in the order follows from.
    let mark: Mark
    /// The models that it may get, by their places among the fleet's.
    let models: [Int]

    init(
      _ waiting: JobClass.Waiting, of job: Job, _ reservation: Reservation, _ holdings: Holdings
    ) {
      self.waiting = waiting
      submitted = job.submitted
      request = job.request
      self.reservation = reservation
      let jobs = JobClass(request, holdings)
      var mark = Mark(nil, jobs)
      mark.first = waiting
      self.mark = mark
      models = jobs.models
    }

    var tier: Int { Int(mark.tier) }

    /// Whether it keeps any of some accelerators before a time.
    func keeps(_ allocation: Allocation, before end: Instant) -> Bool {
      reservation.start < end && reservation.allocation?.contends(with: allocation) == true
    }
  }

  let policy: ClusterPolicy
  var queue = ClassQueue()
  var forecast: Forecast
  var promises: [Promise] = [] { didSet { promiseChange += 1 } }
  var deferred = DeferredJobs()
  var claims = ClaimedRoom()
  var windows: WindowCalendar

  /// Another number whenever something else is promised.
  private(set) var promiseChange = 0

  /// What follows from all promises, as of a change.
  var survey: (change: Int, result: PromiseSurvey)?

  /// What is kept from those who would run into it, as of a change of what is promised and one of
  /// what is claimed; nil where windows have changed.
  private var kept: (change: Int, claims: Int, shelf: OpenRooms.Shelf)?

  /// From when on nodes are promised to others than those that give way, as of a change.
  var promisedNodes: (change: Int, yielding: [JobID], nodes: PromisedNodes)?

  /// Whether anything may fit now that did not at the last plan.
  var mustTryAll = true

  /// Whether promised jobs may start earlier than at the last plan, by the clock alone.
  var mustTryPromised = true

  /// When promises are to be looked at anew, if anything was freed since they were.
  var compression = Instant.distantPast

  /// Whether anything was.
  var wasFreed = true

  /// Whether something other than room kept a promised job from starting early.
  var isEarlyKeptByRule = false

  /// Whether a rule kept a promise from moving forward: when others have that room, it may move as
  /// far as they leave it.
  var isKeptByRule = false

  /// When something changes by the clock alone that may let a job start that could not: a window
  /// ends, a budget begins, a run may be disturbed.
  var wake = Instant.distantFuture

  /// When a site may draw more or less than now, as far as was looked.
  var powerStep = Instant.distantPast

  /// The jobs that run.
  var running = RunningJobs()

  /// The nodes that came into service or left it since the last plan.
  var changedNodes: [NodeID] = []

  /// Whether what the forecast takes for granted is wrong since the last plan: a claim is void.
  var isForecastVoid = false

  /// Whether nothing that a plan could decide has changed since the last one, but for the clock.
  var isQuiet = false

  /// When the first promise falls due, as of the last plan that was not quiet.
  var firstDue = Instant.distantFuture

  init(policy: ClusterPolicy, holdings: Holdings) {
    self.policy = policy
    forecast = Forecast(servingAs: holdings.occupancy, holdings.power)
    windows = WindowCalendar(policy.windows, on: holdings.topology)
  }

  // MARK: News

  /// A job waits; `state` knows already.
  mutating func jobSubmitted(
    _ first: JobID, count: Int = 1, _ job: Job, _ state: ClusterState, at now: Instant
  ) {
    guard deferred.admits(first, count: count, job, state, at: now) else { return }
    let slot = enqueue(first, count: count, job, state)
    // Behind others of its class it changes nothing.
    if !queue.isBehind(first, slot) { isQuiet = false }
  }

  /// Puts a job that may be considered in its class, or so many alike.
  @discardableResult
  mutating func enqueue(
    _ first: JobID, count: Int = 1, _ job: Job, _ state: ClusterState
  ) -> Int {
    queue.insert(first, count, since: since(job), job.request, state.holdings)
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
    // Who has outlasted a limit keeps its place, but is no longer in anybody's way.
    // Room that others take may leave a promised job a place that it is lent.
    mustTryPromised = forecast.advance(to: now) >= (isEarlyKeptByRule ? .less : .more)
    if staysQuiet(at: now) {
      return Plan(version: state.version, decisions: [], nextPromise: nextAlarm(after: now))
    }
    keepRooms(on: state.topology, at: now)
    var draft = PlanDraft(
      state, at: now, keeping: kept?.shelf, windowNames: windows.names)
    draft.hasOverdue = surveyed().first < now
    draft.promiseChange = promiseChange
    windows.hold(in: &forecast.capacity, at: now)
    if wake <= now {
      mustTryAll = true
      wake = .distantFuture
    }
    for id in deferred.due(state, at: now) {
      guard let job = state.jobs[id] else { preconditionFailure("job \(id.number) is gone") }
      enqueue(id, job, state)
    }
    // Who starts is marked on a timeline that is not made anew after that.
    if isForecastVoid || !changedNodes.isEmpty { promiseAnew(&draft) }
    startClaims(&draft)
    spareVictims(&draft)
    // While one that is due waits for who has outlasted a limit, more of the others are looked at.
    if surveyed().first <= now { wasFreed = true }
    compress(&draft)
    while pass(&draft) {}
    let settled = draft.decisions.count
    preempt(&draft)
    // Promises that gave way are made again.
    if mustTryAll || draft.decisions.count > settled { while pass(&draft) {} }
    grow(&draft)
    watchTheClock(draft)
    firstDue = surveyed().first
    isQuiet = becomesQuiet(after: draft)
    return Plan(
      version: state.version, decisions: draft.decisions, nextPromise: nextAlarm(after: now))
  }

  /// Whether a plan would decide nothing: nothing has changed, and the clock has not reached what
  /// the last plan said that it waits for.
  private mutating func staysQuiet(at now: Instant) -> Bool {
    guard isQuiet, wake > now, firstDue > now, !deferred.mayBeDue(at: now),
      !mustTryPromised || promises.isEmpty
    else { return false }
    if compression <= now {
      guard promises.isEmpty || !wasFreed && !isKeptByRule else { return false }
      compression = nextGrid(after: now)
      wasFreed = false
      isKeptByRule = false
    }
    return true
  }

  /// Whether nothing but an event, or an instant that is noted, makes another plan decide anything.
  private mutating func becomesQuiet(after draft: PlanDraft) -> Bool {
    // A claim waits for the ends of its victims; where power is short, for its deadline as well.
    guard !mustTryAll, claims.isEmpty || !forecast.isLimited, firstDue > draft.now,
      running.elastic.isEmpty || queue.count > 0,
      // Who lost a promise, or was refused one at once, may have another from the next plan.
      draft.dropped.isEmpty, !draft.hasRefused,
      // Who tried in vain to make others go may find some of those whom this plan started, or have
      // promises give way that this plan made.
      !draft.mayPreemptLater,
      !draft.hasPreemptors || draft.started.isEmpty && promiseChange == draft.promiseChange
    else { return false }
    // Who is not lent room seeks a promise once the room is kept from it, which time alone may do;
    // and what a site draws by the forecast becomes less with time.
    let room = surveyed().room
    return !queue.marks.indices.contains { slot in
      let mark = queue.marks[slot]
      return switch mark.standing {
      // Of several models, time may take the place that it is not lent.
      case .notLent:
        forecast.isLimited || room.has(Int(mark.tier))
          || queue.classes[slot].models.count > 1 && queue.classes[slot].place != nil
      case .barred: forecast.isLimited && mark.wantsPromise
      case .lacksRoom: forecast.isLimited && mark.wantsPromise && room.has(Int(mark.tier))
      case .untried, .gone: false
      }
    }
  }

  /// How many promised jobs are tried at each plan before they are due, those with the earliest
  /// starts; and after how many that can't move forward the others are left for later.
  static let mostTriedEarly = 8

  /// Keeps what is promised, claimed, or closed by a window from those who would run into it.
  private mutating func keepRooms(on topology: Topology, at now: Instant) {
    if windows.advance(to: now) { (kept, promisedNodes) = (nil, nil) }
    if let kept, kept.change == promiseChange, kept.claims == claims.change { return }
    var shelf = OpenRooms.Shelf(of: topology)
    for claim in claims.claims {
      shelf.add(claim.allocation, from: .distantPast, owner: .claim(claim.id))
    }
    for index in promises.indices {
      guard let allocation = promises[index].reservation.allocation else { continue }
      shelf.add(
        allocation, from: promises[index].reservation.start,
        owner: .promise(promises[index].waiting.job))
    }
    for (index, window) in windows.upcoming.enumerated() {
      shelf.add(window.allocation, from: window.from, owner: .window(index))
    }
    kept = (promiseChange, claims.change, shelf)
  }

  // MARK: One pass in the fair order

  /// Goes once through all that may start; whether another pass may bring more: a promise is gone,
  /// and left its place to the next, or room, which whoever comes first in the order is to have; or
  /// somebody is promised a start at once.
  ///
  /// Every pass but the last uses up a promise that none replaces in this plan, or has taken a job
  /// out of the queue for a promise that is due.
  private mutating func pass(_ draft: inout PlanDraft) -> Bool {
    var room = surveyed().room
    let (hadPromises, promisedAtOnce) = (promises.count, draft.promisedAtOnce)
    var turns = Turns(mayReclaim: hasGuarantees)
    addTurns(room, &turns, &draft)
    var (taken, drawn) = (draft.rooms.changes, forecast.powerChanges)
    // What is freed on the way is tried again.
    mustTryAll = false
    guard !turns.isEmpty else { return false }
    let guarantees = hasGuarantees
    var made = 0
    var last: FairOrder.Key?
    while !mustTryAll {
      if forecast.powerChanges != drawn {
        drawn = forecast.powerChanges
        addThoseNotFed(&turns, after: last, &draft)
      }
      if draft.rooms.changes != taken {
        taken = draft.rooms.changes
        addThoseNotLent(&turns, &draft)
      }
      guard let turn = turns.popFirst(room) else { break }
      last = turn.key
      guard turn.slot >= 0 else {
        tryPromised(turn, &draft)
        continue
      }
      let tier = queue.classes[turn.slot].tier
      let mayReclaim = guarantees && turn.key.deficit > 0
      if !room.has(tier), !mayReclaim {
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
      switch serve(turn.slot, waiting, key, &room, &draft) {
      case .hasRoom: break
      case .isPromised: made += 1
      case .waits: continue
      }
      if queue.classes[turn.slot].count > 0 {
        turns.insert(Turn(key: self.key(turn.slot, &draft), slot: turn.slot))
      }
    }
    return mustTryAll || draft.promisedAtOnce > promisedAtOnce
      || hadPromises + made > promises.count && queue.count > 0
  }

  /// What becomes of a job at its turn.
  private enum Served { case hasRoom, isPromised, waits }

  /// Starts the first job of a class, makes room for it, promises it a start, or says why it waits.
  private mutating func serve(
    _ slot: Int, _ waiting: JobClass.Waiting, _ key: FairOrder.Key, _ room: inout TierSlots,
    _ draft: inout PlanDraft
  ) -> Served {
    guard case .blocked(let verdict) = attempt(slot, waiting, &draft) else { return .hasRoom }
    // A window's room is on no timeline: who asks for one is promised nothing.
    if verdict.isAboutRoom, queue[slot].key.terms?.window == nil {
      if key.deficit > 0, hasGuarantees, reclaim(for: waiting, key, inSlot: slot, &draft) {
        return .hasRoom
      }
      let tier = queue[slot].tier
      if !draft.dropped.contains(waiting.job), room.take(tier) {
        if promise(slot, waiting, &draft) { return .isPromised }
        room.giveBack(tier)
      }
    }
    block(slot, waiting, verdict, &draft)
    return .waits
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

  /// Starts a promised job, if it is due or there is room already, or makes room for it.
  private mutating func tryPromised(_ turn: Turn, _ draft: inout PlanDraft) {
    let id = turn.key.job
    if !turn.seeksPromise { tryPromised(id, &draft) }
    guard turn.key.deficit > 0, hasGuarantees,
      let promise = promises.first(where: { $0.waiting.job == id }),
      promise.reservation.start > draft.now
    else { return }
    _ = reclaim(for: promise.waiting, turn.key, inSlot: nil, &draft)
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
    queue[slot].place = nil
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
    let verdict: Verdict
    switch place(for: job, shape, &draft) {
    case .found(let allocation):
      queue.removeFirst(of: slot)
      let isFirst = promises.isEmpty
      start(waiting.job, job.request, allocation, isFirst ? .turn : .backfill, &draft)
      return .started
    case .notLent(let allocation, let cause):
      queue[slot].place = allocation
      verdict = cause
    case .none(let cause): verdict = cause
    }
    return .blocked(verdict)
  }

  /// What became of the search for a place that a job may have.
  enum LentPlace {
    case found(Allocation)
    case notLent(Allocation, Verdict)
    case none(Verdict)
  }

  /// Where a job may start now: where it is not lent the place that it would take, on those of its
  /// models that it is lent.
  func place(for job: Job, _ shape: GangShape, _ draft: inout PlanDraft) -> LentPlace {
    let (request, waited) = (job.request, draft.now - job.submitted)
    switch draft.place(shape, for: request.timeLimit, waited: waited) {
    case .none(let verdict): return .none(verdict)
    case .found(let allocation):
      if let verdict = powerObstacle(to: allocation, request, draft) { return .none(verdict) }
      guard let verdict = draft.holdings.lendingObstacle(to: request, on: allocation) else {
        return .found(allocation)
      }
      guard let lent = draft.lentShape(of: request),
        case .found(let other) = draft.place(lent, for: request.timeLimit, waited: waited),
        powerObstacle(to: other, request, draft) == nil
      else { return .notLent(allocation, verdict) }
      return .found(other)
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
    guard let job = draft.state.jobs[waiting.job] else { preconditionFailure("nobody waits") }
    let room = draft.rooms.all.keeping(window.allocation)
    let waited = draft.now - job.submitted
    guard let allocation = room.placement(of: shape, afterWaiting: waited) else {
      return room.shortage(of: shape, afterWaiting: waited).map { .noRoom($0) }
        ?? .outsideWindow(
          name: name, from: window.from, until: window.until)
    }
    if let verdict = powerObstacle(to: allocation, job.request, draft)
      ?? draft.holdings.lendingObstacle(to: job.request, on: allocation)
    {
      return verdict
    }
    queue.removeFirst(of: slot)
    start(waiting.job, job.request, allocation, .turn, &draft)
    return nil
  }

  /// Which site could not feed a gang that starts now, beside what runs and all that is promised;
  /// nil: none.
  func powerObstacle(
    to allocation: Allocation, _ request: JobRequest, _ draft: PlanDraft
  ) -> Verdict? {
    draft.holdings.powerObstacle(to: allocation, at: draft.now)
      ?? forecast.powerObstacle(
        to: allocation, from: draft.now, to: draft.now + request.timeLimit)
  }

  /// A gang starts: everybody hears of it.
  mutating func start(
    _ id: JobID, _ request: JobRequest, _ allocation: Allocation, _ reason: Decision.StartReason,
    _ draft: inout PlanDraft
  ) {
    draft.start(id, request, allocation, reason)
    running.insert(
      id, request, on: allocation, since: draft.now, evicted: draft.state.jobs[id]?.lastEviction,
      draft.state.holdings)
    guard request.terms?.window == nil else {
      // A window's room is on no timeline.
      forecast.holdPower(of: allocation, from: draft.now, to: draft.now + request.timeLimit)
      return
    }
    forecast.hold(
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
