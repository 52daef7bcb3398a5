import Accounts
public import Cluster
public import Control
import Fleet
public import Jobs
import Policy
import Scheduling
public import Units

/// A promise is never put off without one of four causes.
///
/// They are a node's fault, a claim that is void, a guarantee that takes back what would be
/// borrowed, and a rule that its own account's work has used up.
public struct PromiseChecker: RuleChecker {
  /// What was found wrong, a sentence each.
  public private(set) var violations: [RuleViolation] = []

  /// By job, what it has been promised; nil: nothing, or nothing any more.
  private var promised: [Instant?] = [nil]
  /// By job, where it was promised that last.
  private var places: [JobID: Allocation] = [:]
  private var claims: [(ClaimID, preemptor: JobID)] = []
  private var isExcused = false

  /// Whose claim was dissolved by the last event, and whether there was an excuse before: a plan
  /// that does so to start the job elsewhere puts nobody off.
  private var dissolved: (preemptor: JobID, wasExcused: Bool)?
  private var drops: [JobID] = []

  /// A checker of a cluster that is still idle.
  public init() {}

  /// Looks whether somebody holds the job itself back.
  public mutating func received(_ input: Input, at now: Instant) {
    isExcused = false
    if case .hold(let id, true, _) = input, Int(id.number) < promised.count {
      promised[Int(id.number)] = nil
    }
  }

  /// Follows promises and starts.
  public mutating func performed(_ effect: Effect, at now: Instant) {
    if case .record(.start(_, _, .guarantee)) = effect { isExcused = true }
    guard case .append(let event) = effect else { return }
    if case .started(let id, _, _, _) = event, let dissolved, dissolved.preemptor == id {
      isExcused = dissolved.wasExcused
    }
    dissolved = nil
    switch event {
    case .submitted(_, _, let count, _): promised += repeatElement(nil, count: count)
    case .conditionChanged, .agentsChanged, .restored: isExcused = true
    case .policyChanged, .fleetChanged:
      isExcused = true
      promised = Array(repeating: nil, count: promised.count)
    case .dissolved(let claim, _):
      for (id, preemptor) in claims where id == claim {
        dissolved = (preemptor, isExcused)
        promised[Int(preemptor.number)] = nil
      }
      isExcused = true
    case .claimed(let claim, _):
      claims.append((claim.id, claim.preemptor))
      promised[Int(claim.preemptor.number)] = claim.deadline
      if claim.ground == .guarantee { isExcused = true }
    case .promised(let id, let reservation):
      let index = Int(id.number)
      drops.removeAll { $0 == id }
      if let old = promised[index], reservation.start > old, !isExcused {
        violations.append(
          RuleViolation(
            now,
            "job \(id.number) was promised \(old.milliseconds), "
              + "now \(reservation.start.milliseconds)"
          ))
      }
      promised[index] = reservation.start
      places[id] = reservation.allocation
    case .promiseDropped(let id):
      if isExcused {
        promised[Int(id.number)] = nil
      } else if promised[Int(id.number)] != nil {
        drops.append(id)
      }
    case .started(let id, _, _, let at):
      drops.removeAll { $0 == id }
      if let old = promised[Int(id.number)], at > old {
        violations.append(
          RuleViolation(now, "job \(id.number) starts after \(old.milliseconds) ms"))
      }
      promised[Int(id.number)] = nil
    case .heldBack, .cancelled, .cancelRequested, .checkpointed, .resized, .letGo, .ended, .evicted,
      .memberEnded, .noted, .lost:
      break
    }
  }

  /// Looks for a rule that keeps those from starting who lost their promises.
  public mutating func settled(_ machine: ControlMachine, at now: Instant) {
    defer { drops.removeAll(keepingCapacity: true) }
    if isExcused { for id in drops { promised[Int(id.number)] = nil } }
    guard !drops.isEmpty, !isExcused else { return }
    var holdings = machine.state.holdings
    for claim in machine.state.claims {
      guard let job = machine.state.jobs[claim.preemptor] else { continue }
      holdings.anticipate(claim, job.request, at: now)
    }
    for id in drops {
      guard let job = machine.state.jobs[id], job.lifecycle.isPending else { continue }
      promised[Int(id.number)] = nil
      let place = places.removeValue(forKey: id)
      guard !holdings.hasRule(against: job.request, at: now),
        place.map({ !holdings.isRefused($0, to: job.request) }) ?? true
      else { continue }
      violations.append(RuleViolation(now, "job \(id.number) lost its promise to nobody"))
    }
  }
}

extension Holdings {
  /// The models, by their places, of which a job may hold all that it asks for.
  func lentModels(to request: JobRequest) -> [Int] {
    let (borrowing, account) = (borrowing(of: request), request.account)
    let milli = charging.milli(of: request.shape)
    return charging.models(of: request.shape).filter { model in
      milli == 0
        || (borrowing == .never
          ? book.roomWithinEntitlement(account, model: model)
          : book.roomWithBorrowing(
            account, model: model, alwaysBorrowed: borrowing == .always
          ).milli) >= milli
    }
  }

  /// Whether a job is not lent all that it would hold on an allocation.
  fileprivate func isRefused(_ allocation: Allocation, to request: JobRequest) -> Bool {
    let borrowing = borrowing(of: request)
    guard borrowing != .never else { return false }
    return charging.amounts(of: allocation, on: topology).contains { amount in
      book.roomWithBorrowing(
        request.account, model: amount.model, alwaysBorrowed: borrowing == .always
      ).milli < amount.milli
    }
  }

  /// The limits of a request's mode, and whom they are about: its user, then its project.
  func modeLimits(
    on request: JobRequest
  ) -> [(limits: AccessMode.Limits, account: AccountID)] {
    let (mode, account) = (mode(of: request), request.account)
    return [(mode.perUser, account), (mode.perProject, policy.accounts.project(of: account))]
  }

  /// Whether any rule but room and power keeps a job from starting.
  public func hasRule(against request: JobRequest, at now: Instant) -> Bool {
    let (account, milli) = (request.account, charging.milli(of: request.shape))
    if let deadline = request.terms?.deadline, now + request.timeLimit > deadline { return true }
    if let most = request.terms?.throttle, let array = request.array,
      arrays.running(array) >= most
    {
      return true
    }
    for (limits, account) in modeLimits(on: request) {
      if let most = limits.jobs, modeUse.jobs(account, request.mode) >= most { return true }
      if let most = limits.accelerators,
        modeUse.milli(account, request.mode) + milli > most * 1000
      {
        return true
      }
    }
    let hasShare = !lentModels(to: request).isEmpty
    let cost = largestCost(of: request)
    return !hasShare && policy.accounts.count > 1
      || book.budgetObstacle(of: account, cost: cost, at: now) != nil
      || allowances.obstacle(to: request, cost: cost, at: now) != nil
  }
}
