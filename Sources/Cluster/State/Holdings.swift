public import Accounts
public import Fleet
public import Jobs
public import Policy
public import Units

/// All that changes when a gang starts, stops or changes its size: a trial is a copy of it.
public struct Holdings: Sendable {
  /// The rules in force.
  public internal(set) var policy: ClusterPolicy

  /// What is charged for an allocation.
  public internal(set) var charging: Charging

  /// What is free.
  public internal(set) var occupancy: Occupancy

  /// Who holds, and has used, how much.
  public internal(set) var book: AccountBook

  /// How much runs under each mode.
  public internal(set) var modeUse: ModeUse

  /// What each project may still use under the modes that grant it an allowance.
  public internal(set) var allowances: AllowanceTable

  /// What the sites draw.
  public internal(set) var power: PowerMeter

  /// How many jobs of each array run.
  public internal(set) var arrays = ArrayTable()

  /// - Parameter models: those that were numbered before.
  init(topology: Topology, policy: ClusterPolicy, models: [String] = [], at start: Instant) {
    self.policy = policy
    occupancy = Occupancy(topology: topology)
    let charging = Charging(topology: topology, policy: policy, known: models)
    self.charging = charging
    book = AccountBook(
      tree: policy.accounts, models: charging.models, chargeMilli: charging.rates,
      capacityMilli: charging.capacity(of: occupancy).all, halfLife: policy.halfLife, at: start)
    modeUse = ModeUse(modes: policy.modes.count, accounts: policy.accounts.count)
    allowances = AllowanceTable(policy: policy)
    power = PowerMeter(topology: topology, budgets: policy.power)
  }

  /// A running gang holds again what it held before a restart; the books know of it already.
  ///
  /// - Returns: what of it can't be; nil: it holds it.
  mutating func retake(_ run: JobLifecycle.Run, _ request: JobRequest) -> String? {
    if let fault = occupancy.retake(run.allocation) { return fault }
    let milli = charging.amounts(of: run.allocation, on: topology).reduce(0) { $0 + $1.milli }
    var account: AccountID? = request.account
    while let at = account {
      modeUse.add(at, request.mode, jobs: 1, milli: milli)
      account = policy.accounts[at].parent
    }
    power.add(power.draw(of: run.allocation, on: topology), sign: 1)
    arrays.add(request.array, 1)
    return nil
  }

  /// The books take the places they had before a restart.
  ///
  /// - Returns: what does not go with the accounts and modes in force; nil: all is in its place.
  mutating func restore(_ image: ClusterState.Image) -> String? {
    for record in image.records {
      guard topology.knownIndex(of: record.node) != nil else {
        return "there is no node \(record.node.number)"
      }
      occupancy.setCondition(record.condition, of: record.node)
    }
    for silent in image.silent {
      guard topology.knownIndex(of: silent.node) != nil else {
        return "there is no node \(silent.node.number)"
      }
      occupancy.setCondition(.silent, of: silent.node)
    }
    book.setInService(charging.capacity(of: occupancy).inService, at: book.start)
    if let fault = book.restore(image.book) { return fault }
    return allowances.restore(image.allowances) ? nil : "an allowance that nobody grants"
  }

  /// A copy to try something on: nobody asks its book who lent what to whom.
  public var trial: Holdings {
    var trial = self
    trial.book.isTrial = true
    return trial
  }

  /// The fleet.
  public var topology: Topology { occupancy.topology }

  /// The mode that a request names.
  public func mode(of request: JobRequest) -> AccessMode {
    policy.modes[Int(request.mode.number)]
  }

  /// How a request borrows: as its mode says; what holds no accelerators fills nobody's
  /// entitlement, and so borrows wherever it runs.
  ///
  /// Asked for each class at each plan: a mode is not copied for it.
  public func borrowing(of request: JobRequest) -> AccessMode.Borrowing {
    charging.milli(of: request.shape) == 0
      ? .always : policy.modes[Int(request.mode.number)].borrowing
  }

  /// A gang takes what it is given.
  ///
  /// - Parameter isKept: whether what it may cost was kept for it by a claim: then it stays where
  ///   it is, though a budget was cut since, or another is valid now.
  /// - Precondition: all of it is free, and what it may cost is left in every budget.
  public mutating func start(
    _ request: JobRequest, on allocation: Allocation, at now: Instant, isKept: Bool = false
  ) {
    occupancy.take(allocation)
    enter(allocation, request, sign: 1, at: now)
    if !isKept { reserve(cost(of: allocation, request), for: request, at: now) }
    arrays.add(request.array, 1)
  }

  /// A gang that ran gives back what it held, and pays for the time it took.
  public mutating func stop(_ request: JobRequest, _ run: JobLifecycle.Run, at now: Instant) {
    occupancy.giveBack(run.allocation)
    enter(run.allocation, request, sign: -1, at: now)
    settle(
      request, reserved: run.reserved, spent: spent(request, run, at: now),
      reservedAt: run.reservedAt)
    arrays.add(request.array, -1)
  }

  /// What a run has cost until an instant, never more than was set aside for it.
  public func spent(_ request: JobRequest, _ run: JobLifecycle.Run, at now: Instant) -> Int64 {
    let end = min(now, run.started + request.timeLimit)
    let span = max(0, (end - run.since).milliseconds)
    let limit = Int128(max(1, request.timeLimit.milliseconds))
    let whole = Int128(cost(of: run.allocation, request))
    let piece = Int64((whole * Int128(span) + limit - 1) / limit)
    return min(run.reserved, run.spent + piece)
  }

  /// Whether what was set aside for a run pays for something larger until its limit as well.
  public func isPaid(
    _ allocation: Allocation, _ request: JobRequest, _ run: JobLifecycle.Run, at now: Instant
  ) -> Bool {
    var later = run
    later.spent = spent(request, run, at: now)
    later.since = now
    later.allocation = allocation
    let (cost, limit) = (cost(of: allocation, request), max(1, request.timeLimit.milliseconds))
    let left = max(0, (run.started + request.timeLimit - now).milliseconds)
    let rest = (Int128(cost) * Int128(left) + Int128(limit) - 1) / Int128(limit)
    return Int128(later.spent) + rest <= Int128(run.reserved)
  }

  /// Gives back what a run has paid for work that is lost.
  mutating func refund(_ request: JobRequest, _ paid: Int64, reservedAt: Instant) {
    guard paid > 0 else { return }
    book.refund(of: request.account, paid, reservedAt: reservedAt)
    allowances.refund(request, paid, reservedAt: reservedAt)
  }

  /// An elastic gang holds more than it did.
  public mutating func grow(_ request: JobRequest, by more: Allocation, at now: Instant) {
    occupancy.take(more)
    enter(more, request, sign: 1, at: now, jobs: 0)
  }

  /// An elastic gang holds something else from now on.
  mutating func resize(
    _ request: JobRequest, from old: Allocation, to new: Allocation, at now: Instant
  ) {
    occupancy.giveBack(old)
    occupancy.take(new)
    enter(old, request, sign: -1, at: now)
    enter(new, request, sign: 1, at: now)
  }

  /// A claim that was counted as held becomes a start, which is counted for itself, and for which
  /// its cost is kept.
  public mutating func startsFromClaim(_ claim: Claim, _ request: JobRequest, at now: Instant) {
    enter(claim.allocation, request, sign: -1, at: now, draws: false)
    arrays.add(request.array, -1)
  }

  /// What a claim may cost is kept for it.
  public mutating func keep(_ claim: Claim, for request: JobRequest, at now: Instant) {
    reserve(cost(of: claim.allocation, request), for: request, at: now)
  }

  private mutating func reserve(_ cost: Int64, for request: JobRequest, at now: Instant) {
    book.reserveBudget(of: request.account, cost: cost, at: now)
    allowances.reserve(request, cost, at: now)
  }

  /// Counts a claim as held, but for its room and power: so no rule can keep its preemptor from
  /// starting.
  public mutating func anticipate(_ claim: Claim, _ request: JobRequest, at now: Instant) {
    enter(claim.allocation, request, sign: 1, at: now, draws: false)
    arrays.add(request.array, 1)
  }

  /// What was kept for a claim is free again.
  public mutating func letGo(of claim: Claim, for request: JobRequest) {
    settle(
      request, reserved: cost(of: claim.allocation, request), spent: 0, reservedAt: claim.made)
  }

  /// What was set aside before is set aside again, whatever is left.
  mutating func resume(_ request: JobRequest, _ cost: Int64, reservedAt: Instant) {
    book.resumeBudget(of: request.account, cost: cost, reservedAt: reservedAt)
    allowances.resume(request, cost, reservedAt: reservedAt)
  }

  mutating func settle(
    _ request: JobRequest, reserved: Int64, spent: Int64, reservedAt: Instant
  ) {
    book.settleBudget(
      of: request.account, reserved: reserved, spent: spent, reservedAt: reservedAt)
    allowances.settle(request, reserved: reserved, spent: spent, reservedAt: reservedAt)
  }

  /// Enters in every book what a gang holds, or takes it out.
  mutating func enter(
    _ allocation: Allocation, _ request: JobRequest, sign: Int, at now: Instant, jobs: Int = 1,
    draws: Bool = true
  ) {
    let mode = mode(of: request)
    var milli = 0
    for amount in charging.amounts(of: allocation, on: topology) {
      let hold = AccountBook.Hold(
        account: request.account, model: amount.model, milli: amount.milli,
        chargeMilli: mode.chargeMilli, alwaysBorrowed: mode.borrowing == .always)
      if sign > 0 { book.hold(hold, at: now) } else { book.release(hold, at: now) }
      milli += amount.milli
    }
    var account: AccountID? = request.account
    while let at = account {
      modeUse.add(at, request.mode, jobs: sign, milli: sign * milli)
      account = policy.accounts[at].parent
    }
    if draws { power.add(power.draw(of: allocation, on: topology), sign: sign) }
  }

  /// What a run costs if it takes all its time: accelerator-milliseconds at a charge rate of one.
  public func cost(of allocation: Allocation, _ request: JobRequest) -> Int64 {
    let rate = charging.amounts(of: allocation, on: topology).reduce(Int128(0)) {
      $0 + Int128($1.milli) * Int128(charging.rates[$1.model])
    }
    return Self.cost(rate: rate, mode(of: request), request.timeLimit)
  }

  /// What a run costs at most, whichever of the models that it may have it gets.
  public func largestCost(of request: JobRequest) -> Int64 {
    let rate = charging.models(of: request.shape).reduce(0) { max($0, charging.rates[$1]) }
    let milli = Int128(charging.milli(of: request.shape))
    return Self.cost(rate: milli * Int128(rate), mode(of: request), request.timeLimit)
  }

  /// - Parameter rate: thousandths of accelerators times thousandths of the charge rate.
  private static func cost(rate: Int128, _ mode: AccessMode, _ limit: TimeSpan) -> Int64 {
    Int64(clamping: rate * Int128(mode.chargeMilli) * Int128(limit.milliseconds) / 1_000_000_000)
  }

  /// Nodes came into service, or left it. O(nodes named), and O(accounts) where that matters
  mutating func setConditions(
    _ conditions: some Sequence<(NodeID, NodeCondition)>, at now: Instant
  ) {
    var inService = book.inServiceMilli
    for (node, condition) in conditions {
      let before = occupancy.condition(of: node)
      occupancy.setCondition(condition, of: node)
      guard before.mayBeHeld != condition.mayBeHeld else { continue }
      let (model, milli) = charging.capacity(
        of: topology.nodes[topology.index(of: node)], on: topology)
      inService[model] += condition.mayBeHeld ? milli : -milli
    }
    book.setInService(inService, at: now)
  }
}
