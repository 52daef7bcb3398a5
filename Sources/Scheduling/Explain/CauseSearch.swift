import Accounts
import Cluster
import Fleet
import Jobs
import Policy
import Units

/// Finds all that keeps a waiting job from starting now, each cause by itself.
///
/// A plan stops at the first cause it meets, as one is enough; here each is asked for as if the
/// others were not. A job that may not be considered yet (held back, after another, not to begin
/// yet) stands in no queue: only what keeps it out is told.
struct CauseSearch {
  /// Something that is kept from those who would run into it, and what to say of it.
  private struct Kept {
    var from: Instant
    var allocation: Allocation
    var verdict: Verdict
  }

  let id: JobID
  let job: Job
  let state: ClusterState
  let now: Instant
  let windows: WindowCalendar
  let promises: [ReservingDiscipline.Promise]
  private var forecast: Forecast
  private let holdings: Holdings
  private(set) var causes: [Verdict] = []

  /// The shape on the models that the rules leave open; all, where they leave none.
  private(set) var shape: GangShape

  private var request: JobRequest { job.request }
  private var free: Occupancy { state.occupancy }
  private var waited: TimeSpan { now - job.submitted }
  private var end: Instant { now + request.timeLimit }

  /// The causes of a job, by the rules of a policy that reserves.
  init(
    _ id: JobID, _ job: Job, _ state: ClusterState, at now: Instant,
    _ discipline: ReservingDiscipline
  ) {
    self.id = id
    self.job = job
    self.state = state
    self.now = now
    windows = discipline.windows
    promises = discipline.promises
    forecast = discipline.forecast
    forecast.advance(to: now)
    let draft = PlanDraft(state, at: now)
    holdings = draft.holdings
    shape = draft.shape(of: JobClass(job.request, holdings), job.request) ?? job.request.shape
  }

  /// All causes, in the order: terms, limits, nodes out of service, shares, budgets, room, power.
  ///
  /// Who asks for a window may have its nodes alone, whichever others are out of service.
  mutating func search() {
    let deferrals = DeferredJobs.obstacles(to: job, state, at: now)
    causes += deferrals
    if let verdict = holdings.missedDeadline(of: request, at: now) { causes.append(verdict) }
    guard deferrals.isEmpty else { return }
    if let claim = state.claim(of: id) {
      causes.append(.claims(until: claim.deadline))
      return
    }
    if let verdict = holdings.throttle(on: request) { causes.append(verdict) }
    addLimits()
    if let name = request.terms?.window {
      addShares()
      addBudgets()
      addWindow(named: name)
      return
    }
    let kept = keptBeforeEnd
    let room = kept.reduce(into: free) { $0.withhold($1.allocation) }
    let closed = ClosedNodes(to: shape, in: room, state, afterWaiting: waited)
    causes += closed.causes
    // What is out of service nobody is entitled to, and nobody lends.
    if !closed.areAllThatWouldDo { addShares() }
    addBudgets()
    addRoom(beside: kept)
  }

  // MARK: Rules

  private mutating func addLimits() {
    let milli = holdings.charging.milli(of: request.shape)
    let limits = holdings.limits(on: request)
    for limited in [limits.user, limits.project] {
      if let verdict = holdings.jobLimit(limited, request) { causes.append(verdict) }
      if let verdict = holdings.acceleratorLimit(limited, request, milli) {
        causes.append(verdict)
      }
    }
  }

  /// One cause for each model that the job may have, where none is open to it.
  private mutating func addShares() {
    let milli = holdings.charging.milli(of: request.shape)
    let models = holdings.charging.models(of: request.shape)
    let allowed = holdings.allowed(models, to: request, milli: milli, isForRoom: true)
    guard allowed.isEmpty else { return }
    causes += models.map { holdings.obstacleOfShare(request, milli: milli, model: $0) }
  }

  /// One cause for each budget on the way up to the root that does not pay for it.
  private mutating func addBudgets() {
    let cost = holdings.largestCost(of: request)
    var account: AccountID? = request.account
    while let at = account {
      guard let obstacle = holdings.book.budgetObstacle(of: at, cost: cost, at: now) else { break }
      causes.append(.budget(obstacle))
      account = state.policy.accounts[obstacle.account].parent
    }
    if let obstacle = holdings.allowances.obstacle(to: request, cost: cost, at: now) {
      causes.append(.allowance(obstacle, asked: cost))
    }
  }

  // MARK: Room

  private mutating func addRoom(beside kept: [Kept]) {
    if let shortage = free.shortage(of: shape, afterWaiting: waited) {
      causes.append(.noRoom(shortage))
      addPowerOnAnIdleFleet()
      return
    }
    var room = free
    var binding: Int?
    for (index, keep) in kept.enumerated() where binding == nil {
      room.withhold(keep.allocation)
      if !room.fits(shape, afterWaiting: waited) { binding = index }
    }
    // The first with which the room is gone, and whoever takes it alone.
    for (index, keep) in kept.enumerated() where binding != nil {
      let isEnough = !free.withholding(keep.allocation).fits(shape, afterWaiting: waited)
      if index == binding || isEnough { causes.append(keep.verdict) }
    }
    guard
      let allocation = (binding == nil ? room : free).placement(
        of: shape, afterWaiting: waited, among: state.mix)
    else { return }
    addPower(for: allocation)
    if binding == nil { addLending(of: allocation) }
  }

  /// What others are promised or have a claim to, and what windows keep, from before its end on; in
  /// order of time.
  private var keptBeforeEnd: [Kept] {
    var kept = state.claims.map { claim in
      Kept(
        from: .distantPast, allocation: claim.allocation, verdict: .claims(until: claim.deadline))
    }
    for promise in promises where promise.waiting.job != id {
      guard let allocation = promise.reservation.allocation else { continue }
      let start = promise.reservation.start
      kept.append(
        Kept(
          from: start, allocation: allocation,
          verdict: .wouldDelay(promise.waiting.job, start: start)))
    }
    for window in windows.occurrences(from: now) {
      kept.append(
        Kept(
          from: window.from, allocation: window.allocation,
          verdict: .window(name: window.name, from: window.from)))
    }
    // By time, and where that is the same as they stand: sorting alone need not keep that.
    return kept.filter { $0.from < end }.enumerated()
      .sorted { ($0.element.from, $0.offset) < ($1.element.from, $1.offset) }.map(\.element)
  }

  private mutating func addWindow(named name: String) {
    guard let window = windows.next(named: name, after: now) else {
      causes.append(.outsideWindow(name: name, from: .distantPast, until: .distantPast))
      return
    }
    guard window.from <= now, end <= window.until else {
      causes.append(.outsideWindow(name: name, from: window.from, until: window.until))
      return
    }
    let room = free.keeping(window.allocation)
    if let shortage = room.shortage(of: shape) {
      causes.append(.noRoom(shortage))
      return
    }
    guard let allocation = room.placement(of: shape) else { return }
    addPower(for: allocation)
    addLending(of: allocation)
  }

  /// What the site could not feed, at the place that it would get.
  private mutating func addPower(for allocation: Allocation) {
    var others = forecast
    if let promise = job.lifecycle.promise, let place = promise.allocation {
      others.releasePower(
        of: place, from: max(now, promise.start), to: promise.start + request.timeLimit)
    }
    let verdict =
      holdings.powerObstacle(to: allocation, at: now)
      ?? others.powerObstacle(to: allocation, from: now, to: end)
    if let verdict { causes.append(verdict) }
  }

  /// Who does not lend it the place that it has found.
  ///
  /// Shares do not count what room lacks for anyway: only who has found a place is asked.
  private mutating func addLending(of allocation: Allocation) {
    guard !causes.contains(where: { $0.kind == .entitlement || $0.kind == .borrowing }),
      let verdict = holdings.lendingObstacle(to: request, on: allocation)
    else { return }
    causes.append(verdict)
  }

  /// The same where there is no room: at the place that it would have on an idle fleet, if that is
  /// the same everywhere.
  private mutating func addPowerOnAnIdleFleet() {
    guard !holdings.power.isUnlimited, holdings.power.siteCount == 1,
      let allocation = Occupancy(topology: state.topology).placement(
        of: shape, afterWaiting: waited)
    else { return }
    addPower(for: allocation)
  }
}

extension DeferredJobs {
  /// All that keeps a job from being considered.
  static func obstacles(to job: Job, _ state: ClusterState, at now: Instant) -> [Verdict] {
    var verdicts: [Verdict] = []
    if job.isHeldBack { verdicts.append(.heldBack) }
    if let rejection = state.bar(on: job) { verdicts.append(.notAdmitted(rejection)) }
    guard let terms = job.request.terms else { return verdicts }
    if let begin = terms.begin, begin > now { verdicts.append(.begins(begin)) }
    for dependency in terms.dependencies {
      if let outcome = state.outcome(of: dependency.job) {
        guard !dependency.condition.isMet(by: outcome) else { continue }
        verdicts.append(.dependencyFailed(dependency.job))
      } else {
        verdicts.append(.dependency(dependency.job))
      }
    }
    return verdicts
  }
}
