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
  var holdings: Holdings { didSet { changes += 1 } }
  var decisions: [Decision] = []

  /// What is free, and for how long.
  var rooms: OpenRooms

  /// The names of the windows that are upcoming.
  private let windowNames: [String]

  /// Jobs that this plan starts.
  var started: [JobID] = []

  /// Jobs that lose their promises by this plan, and get no other from it.
  var dropped: [JobID] = []

  /// Jobs that go, or shrink, by this plan.
  var victims: [JobID] = []

  /// Whether somebody got no promise of a start at once, as a rule keeps it from that.
  var hasRefused = false

  /// How many were promised a start at once.
  ///
  /// Cores, memory and parts of accelerators that are kept for later are free until then. The
  /// timeline knows; whoever looks for room now doesn't.
  var promisedAtOnce = 0

  /// The number of what was promised before this plan.
  var promiseChange = 0

  /// Whether a promise is overdue.
  var hasOverdue = false

  /// What the next claim is called.
  var nextClaim: ClaimID

  /// The runs that are borrowed, once somebody has asked.
  var borrowed: BorrowedRuns?

  /// The running jobs that may have to go for a guarantee, or a tier, once somebody has asked.
  var pools: (guarantee: VictimPool?, tier: VictimPool?)

  /// Whose promises give way to a guarantee, as of so many decisions.
  var yielding: (decisions: Int, jobs: [JobID])?

  /// Whether anybody tried to make others go, or to start in place of that.
  var hasPreemptors = false

  /// Whether one who tried in vain may succeed later, though nothing happens.
  var mayPreemptLater = false

  /// Whose time is over though they run, once somebody has asked.
  private var ending: [JobID]?

  private var fairOrder: FairOrder?
  private var guarantees = GuaranteeTable()

  /// How often what is held has changed.
  private var changes = 0

  /// - Parameters:
  ///   - kept: what is kept for some.
  ///   - windowNames: the names of the windows that are upcoming.
  init(
    _ state: ClusterState, at now: Instant, keeping kept: OpenRooms.Shelf? = nil,
    windowNames: [String] = []
  ) {
    self.state = state
    self.now = now
    self.windowNames = windowNames
    holdings = state.holdings.trial
    rooms = OpenRooms(state.occupancy, keeping: kept ?? OpenRooms.Shelf(of: state.topology))
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

  /// Those that run though their time is over, on nodes that are heard of: they end at any moment.
  mutating func ending(among running: RunningJobs) -> [JobID] {
    if let ending { return ending }
    let found = running.all.filter { id in
      guard let job = state.jobs[id], let run = job.lifecycle.run else { return false }
      let limit = run.started + job.request.timeLimit
      return min(limit, job.lifecycle.eviction?.end ?? limit) <= now
        && run.allocation.slices.allSatisfy {
          holdings.occupancy.condition(of: $0.node) != .silent
        }
    }
    ending = found
    return found
  }

  /// What is held once some that run are gone: a copy to try something on.
  func holdings(without gone: [JobID]) -> Holdings {
    var rest = holdings.trial
    for id in gone {
      guard let job = state.jobs[id], let run = job.lifecycle.run else { continue }
      rest.stop(job.request, run, at: now)
    }
    return rest
  }

  /// The members that hold less of some model than they are entitled to: only their jobs may have
  /// a guarantee. Without members nobody has.
  var lackingMembers: [AccountID] {
    let tree = holdings.policy.accounts
    guard tree.count > 1 else { return [] }
    return ([.root] + tree.children[0]).filter { member in
      holdings.book.models.indices.contains { holdings.book.deficit(member, model: $0) > 0 }
    }
  }

  /// Where the first job of a class stands.
  mutating func key(of jobs: Mark, _ models: [Int]) -> FairOrder.Key {
    order.key(of: jobs, deficit: deficit(of: jobs, models))
  }

  /// How much of its entitlement the member of a class lacks, if a guarantee is the class's.
  mutating func deficit(of jobs: Mark, _ models: [Int]) -> Int {
    let order = order
    guard order.order == .fairShare, !order.borrowsAlways(jobs) else { return 0 }
    return guarantees.deficit(of: jobs, models, holdings.book, change: changes)
  }

  /// Keeps what a job is promised from those who would run into it.
  mutating func keep(_ promise: ReservingDiscipline.Promise) {
    keep(promise.waiting.job, promise.reservation)
  }

  /// Keeps what a job is promised from those who would run into it.
  mutating func keep(_ job: JobID, _ reservation: Reservation) {
    guard let allocation = reservation.allocation else { return }
    rooms.keep(allocation, from: reservation.start, owner: .promise(job))
  }

  // MARK: Starts

  mutating func start(
    _ id: JobID, _ request: JobRequest, _ allocation: Allocation, _ reason: Decision.StartReason
  ) {
    holdings.start(request, on: allocation, at: now, isKept: reason == .claim)
    rooms.take(allocation)
    started.append(id)
    decisions.append(.start(id, allocation, reason))
  }

  /// Which rule keeps the first job of a class from starting now; nil where none does.
  func obstacle(to request: JobRequest, milli: Int, models: [Int]) -> Verdict? {
    holdings.obstacle(to: request, milli: milli, models: models, at: now, isForRoom: true)
  }

  /// A class's shape on the models that the rules leave open to it; nil where none is.
  func shape(of jobs: JobClass, _ request: JobRequest) -> GangShape? {
    shape(of: request, on: jobs.models)
  }

  /// The shape of a promised job on the models that the rules leave open to it now; on all of its
  /// own where that is none, as it may have one again when its start comes.
  func shape(of promise: ReservingDiscipline.Promise) -> GangShape {
    openShape(of: promise) ?? promise.request.shape
  }

  /// The shape of a promised job on the models that the rules leave open to it now; nil where none
  /// is.
  func openShape(of promise: ReservingDiscipline.Promise) -> GangShape? {
    shape(of: promise.request, on: promise.models)
  }

  /// A request's shape on those of some models that the rules leave open to it now; nil where none
  /// is.
  func shape(of request: JobRequest, on models: [Int]) -> GangShape? {
    let milli = holdings.charging.milli(of: request.shape)
    let allowed = holdings.allowed(models, to: request, milli: milli, isForRoom: true)
    guard allowed.count < models.count else { return request.shape }
    return shape(of: request, onlyOn: allowed)
  }

  /// A request's shape on some models alone, by their places among the fleet's; nil where those are
  /// none.
  func shape(of request: JobRequest, onlyOn models: [Int]) -> GangShape? {
    guard !models.isEmpty else { return nil }
    guard models != holdings.charging.models(of: request.shape) else { return request.shape }
    let names = models.map { holdings.charging.models[$0] }
    return request.shape.with(
      request.shape.eligibility?.with(models: names) ?? Eligibility(models: names))
  }

  /// What others may have to go for: a shape on some models, and below which account they have to
  /// run, as what they hold is its already; nil: anywhere.
  typealias Prey = (shape: GangShape, account: AccountID?)

  /// For what others may have to go for a job, with all that is claimed already, the first rather
  /// than the next.
  ///
  /// For a guarantee for the models of which it fits into what its member is entitled to. By a tier
  /// for those that it is lent; then for each other, which only jobs of its own team can leave it:
  /// of as many accounts as the rules let, then of fewer.
  func prey(of request: JobRequest, on ground: Claim.Ground) -> [Prey] {
    guard ground == .tier else {
      return shape(of: request, onlyOn: entitledModels(to: request)).map { [($0, nil)] } ?? []
    }
    let lent = lentModels(to: request)
    var prey: [Prey] = shape(of: request, onlyOn: lent).map { [($0, nil)] } ?? []
    let milli = holdings.charging.milli(of: request.shape)
    for model in holdings.charging.models(of: request.shape) where !lent.contains(model) {
      guard let shape = shape(of: request, onlyOn: [model]) else { continue }
      let scopes = holdings.book.scopes(
        of: request.account, model: model, asked: milli,
        alwaysBorrowed: holdings.borrowing(of: request) == .always)
      prey += scopes.map { (shape, $0) }
    }
    return prey
  }

  /// The models of which a job fits into what its member is entitled to, beside what that holds.
  func entitledModels(to request: JobRequest) -> [Int] {
    let milli = holdings.charging.milli(of: request.shape)
    return holdings.charging.models(of: request.shape).filter { model in
      holdings.book.roomWithinEntitlement(request.account, model: model) >= milli
    }
  }

  /// Whether a job would borrow on any of the models of which it may hold now all that it asks for.
  func mayBorrow(_ request: JobRequest) -> Bool {
    let entitled = entitledModels(to: request)
    return lentModels(to: request).contains { !entitled.contains($0) }
  }

  /// The models of which a job may hold now all that it asks for, by what its member is entitled to
  /// and what others lend.
  func lentModels(to request: JobRequest) -> [Int] {
    holdings.allowed(
      holdings.charging.models(of: request.shape), to: request,
      milli: holdings.charging.milli(of: request.shape))
  }

  /// A request's shape on those of its models that it is lent now, where those are some and not
  /// all; nil where it is lent none, or asks for but one.
  func lentShape(of request: JobRequest) -> GangShape? {
    let models = holdings.charging.models(of: request.shape)
    guard models.count > 1 else { return nil }
    let lent = lentModels(to: request)
    return lent.count < models.count ? shape(of: request, onlyOn: lent) : nil
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
    rooms.fits(shape, until: now + limit, waited: waited)
  }

  /// Whom a job would delay, or which window it would run into.
  private func inTheWay(of limit: TimeSpan) -> Verdict {
    guard let (owner, from) = rooms.firstKept(before: now + limit) else {
      return .claims(until: state.claims.reduce(now) { max($0, $1.deadline) })
    }
    switch owner {
    case .promise(let job): return .wouldDelay(job, start: from)
    case .window(let index): return .window(name: windowNames[index], from: from)
    case .claim: preconditionFailure("a claim is kept from the beginning")
    }
  }
}
