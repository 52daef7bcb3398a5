import Accounts
import Cluster
public import Control
import Fleet
import Jobs
public import Policy
public import Units

/// A member under its guarantee with work that fits into it gets it within the bound.
///
/// That is the longest undisturbed run, notice and grace of any mode, and a cycle.
///
/// Holds where any node serves any job, and no window, power budget or fault keeps nodes away. Who
/// has claimed room by its tier has that instead, and a controller that is away grants nothing.
public struct GuaranteeChecker: RuleChecker {
  /// What was found wrong, a sentence each.
  public private(set) var violations: [RuleViolation] = []

  /// By account, since when it has had work that fits into its guarantee, and nothing of it
  /// started.
  private var since: [Instant?] = []
  private var started: [JobRequest] = []
  private var requests: [JobRequest?] = [nil]

  /// The longest that it took.
  public private(set) var longest = TimeSpan.zero

  /// A checker of a cluster that is still idle.
  public init() {}

  /// Whoever waits, waits anew where another controller takes over.
  public mutating func received(_ input: Input, at now: Instant) {
    guard input == .resumed else { return }
    for member in since.indices { since[member] = nil }
  }

  /// Notes whose work starts.
  public mutating func performed(_ effect: Effect, at now: Instant) {
    guard case .append(let event) = effect else { return }
    switch event {
    case .submitted(_, let request, let count, _):
      requests += Array(repeating: request, count: count)
    case .started(let id, _, _, _):
      if let request = requests[Int(id.number)] { started.append(request) }
    case .claimed, .heldBack, .cancelled, .cancelRequested, .promised, .promiseDropped,
      .checkpointed, .resized, .ended, .evicted, .memberEnded, .lost, .dissolved,
      .letGo, .conditionChanged, .agentsChanged, .noted, .restored,
      .policyChanged,
      .fleetChanged:
      break
    }
  }

  /// Looks who waits for what it is entitled to.
  public mutating func settled(_ machine: ControlMachine, at now: Instant) {
    let state = machine.state
    let tree = state.policy.accounts
    since += Array(repeating: nil, count: tree.count - since.count)
    var waits = Array(repeating: false, count: tree.count)
    let holdings = Self.anticipating(state, at: now)
    for (id, job) in state.jobs.all where Self.isDue(id, job, state, holdings, at: now) {
      waits[Int(tree.member(of: job.request.account).number)] = true
    }
    // What borrows in any case fills nobody's entitlement.
    for request in started where state.holdings.borrowing(of: request) != .always {
      since[Int(tree.member(of: request.account).number)] = nil
    }
    started.removeAll(keepingCapacity: true)
    let bound = Self.bound(state.policy)
    for member in waits.indices {
      guard waits[member] else {
        since[member] = nil
        continue
      }
      let start = since[member] ?? now
      since[member] = start
      longest = max(longest, now - start)
      guard now - start > bound else { continue }
      violations.append(
        RuleViolation(now, "member \(member) waits since \(start.milliseconds) ms"))
      since[member] = now
    }
  }

  /// The bound that holds under a policy: what it publishes, and a cycle.
  public static func bound(_ policy: ClusterPolicy) -> TimeSpan {
    TimeSpan(
      milliseconds: (policy.guaranteeDelay ?? .zero).milliseconds
        + policy.reserveAnew.milliseconds)
  }

  /// What is held, with what is claimed by tiers.
  private static func anticipating(_ state: ClusterState, at now: Instant) -> Holdings {
    var holdings = state.holdings.trial
    for claim in state.claims where claim.ground == .tier {
      guard let job = state.jobs[claim.preemptor] else { continue }
      holdings.anticipate(claim, job.request, at: now)
    }
    return holdings
  }

  /// Whether a job waits though nothing but room keeps it from starting within the guarantee.
  private static func isDue(
    _ id: JobID, _ job: Job, _ state: ClusterState, _ holdings: Holdings, at now: Instant
  ) -> Bool {
    let request = job.request
    guard job.lifecycle.isPending, job.mayBeConsidered, request.terms?.begin ?? now <= now,
      request.terms?.dependencies.isEmpty ?? true, request.terms?.window == nil,
      holdings.borrowing(of: request) != .always,
      state.claim(of: id)?.ground != .tier,
      !holdings.hasRule(against: request, at: now)
    else { return false }
    let milli = holdings.charging.milli(of: request.shape)
    return holdings.charging.models(of: request.shape).contains {
      holdings.book.roomWithinEntitlement(request.account, model: $0) >= milli
    }
  }
}
