import Accounts
import Cluster
import Fleet
import Jobs
import Policy
import Units

/// A plan in the making: a trial copy of what is held, and what was decided so far.
struct PlanDraft {
  let state: ClusterState
  let now: Instant
  var holdings: Holdings
  var decisions: [Decision] = []

  /// What is free, and for how long.
  var rooms: OpenRooms

  /// Jobs that this plan starts.
  var started: [JobID] = []

  /// Jobs that lose their promises by this plan, and get no other from it.
  var dropped: [JobID] = []

  /// Jobs that go, or shrink, by this plan.
  var victims: [JobID] = []

  /// What the next claim is called.
  var nextClaim: ClaimID

  /// The runs that are borrowed, once somebody has asked.
  var borrowed: BorrowedRuns?

  private var fairOrder: FairOrder?

  init(_ state: ClusterState, at now: Instant) {
    self.state = state
    self.now = now
    holdings = state.holdings
    rooms = OpenRooms(state.occupancy)
    nextClaim = state.nextClaim
    for claim in state.claims {
      guard let job = state.jobs[claim.preemptor] else { continue }
      holdings.anticipate(claim, job.request, at: now)
    }
  }

  /// The order, as usage is now.
  var order: FairOrder {
    mutating get {
      if let fairOrder { return fairOrder }
      let order = FairOrder(state.holdings, at: now)
      fairOrder = order
      return order
    }
  }

  /// Where a job that has a promise stands.
  mutating func key(of promise: ReservingDiscipline.Promise) -> FairOrder.Key {
    order.key(of: JobClass(promise.request, holdings), promise.waiting, holdings.book)
  }

  /// Keeps what a job is promised from those who would run into it.
  mutating func keep(_ promise: ReservingDiscipline.Promise) {
    guard let allocation = promise.reservation.allocation else { return }
    rooms.keep(
      allocation, from: promise.reservation.start, owner: .promise(promise.waiting.job))
  }

  // MARK: Starts

  mutating func start(
    _ id: JobID, _ request: JobRequest, _ allocation: Allocation, _ reason: Decision.StartReason
  ) {
    holdings.start(request, on: allocation, at: now)
    rooms.take(allocation)
    started.append(id)
    decisions.append(.start(id, allocation, reason))
  }

  /// Which rule keeps the first job of a class from starting now; nil where none does.
  func obstacle(to request: JobRequest, _ jobs: JobClass) -> Verdict? {
    holdings.obstacle(
      to: request, milli: jobs.milli, models: jobs.models, at: now, isForRoom: true)
  }

  /// A class's shape on the models that the rules leave open to it; nil where none is.
  func shape(of jobs: JobClass, _ request: JobRequest) -> GangShape? {
    let allowed = holdings.allowed(
      jobs.models, to: request, milli: jobs.milli, isForRoom: true)
    guard allowed.count < jobs.models.count else { return request.shape }
    guard !allowed.isEmpty else { return nil }
    let models = allowed.map { holdings.charging.models[$0] }
    return request.shape.with(
      request.shape.eligibility?.with(models: models) ?? Eligibility(models: models))
  }

  /// What became of the search for a place.
  enum Place {
    case found(Allocation)
    case none(Verdict)
  }

  /// Where a gang would go now, if it delays nobody who has a promise.
  mutating func place(_ shape: GangShape, for limit: TimeSpan, waited: TimeSpan) -> Place {
    guard mayFit(shape, for: limit, waited: waited),
      let allocation = rooms.room(until: now + limit).placement(
        of: shape, afterWaiting: waited, among: state.mix)
    else {
      let shortage = rooms.all.shortage(of: shape, afterWaiting: waited)
      return .none(shortage.map { .noRoom($0) } ?? inTheWay(of: limit))
    }
    return .found(allocation)
  }

  /// Whether a gang fits now, if it delays nobody who has a promise.
  mutating func mayFit(_ shape: GangShape, for limit: TimeSpan, waited: TimeSpan) -> Bool {
    guard let last = rooms.lastEnd(of: shape, waited: waited) else { return false }
    return now + limit <= last
  }

  /// Whom a job would delay, or which window it would run into.
  private func inTheWay(of limit: TimeSpan) -> Verdict {
    guard let (owner, from) = rooms.firstKept(before: now + limit) else {
      return .claims(until: state.claims.reduce(now) { max($0, $1.deadline) })
    }
    switch owner {
    case .promise(let job): return .wouldDelay(job, start: from)
    case .window(let name): return .window(name: name, from: from)
    case .claim: preconditionFailure("a claim is kept from the beginning")
    }
  }

  // MARK: Promised jobs

  /// Whether any promise falls due.
  func hasDue(_ promises: [ReservingDiscipline.Promise]) -> Bool {
    promises.contains { $0.reservation.start <= now }
  }

}
