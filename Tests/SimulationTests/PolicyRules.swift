import Cluster
import Control
import Fleet
import Jobs
import Policy
import Simulation
import Units

/// What a world's run has shown.
struct PolicyWorldReport: Sendable {
  var seed: UInt64
  var successors: [RuleViolation]
  var budgets: [RuleViolation]
  var limits: [RuleViolation]
  var power: [RuleViolation]
  var ledger: [RuleViolation]
  var evictions: [RuleViolation]
  var undisturbed: [RuleViolation]
  var rights: [RuleViolation]
  var requeues: [RuleViolation]
  var windows: [RuleViolation]
  var promises: [RuleViolation]
  var guarantees: [RuleViolation]
  /// Jobs that are left though nothing runs and no rule keeps them from starting.
  var stuck: [String]
  var evictionCount: Int
  var dissolvedCount: Int
  var sparedCount: Int
  var shrinkCount: Int
}

/// All rules' checkers at once.
struct PolicyWorldRun: ReplayObserver {
  private var invariants = InvariantChecker(isStrict: false)
  private var budgets = BudgetChecker()
  private var limits = ModeLimitChecker()
  private var power = PowerChecker()
  private var ledger = LedgerChecker()
  private var evictions = EvictionChecker()
  private var undisturbed = UndisturbedChecker()
  private var rights = RightChecker()
  private var requeues: RequeueChecker
  private var windows = WindowChecker()
  private var promises = PromiseChecker()
  private var guarantees = GuaranteeChecker()
  private var last = Instant(milliseconds: 0)

  private init(_ world: PolicyWorld) {
    requeues = RequeueChecker(hoursPerEviction: world.policy.weights.hoursPerEviction)
  }

  static func report(on world: PolicyWorld, seed: UInt64) -> PolicyWorldReport {
    var run = PolicyWorldRun(world)
    var cluster = VirtualCluster(topology: world.topology, policy: world.policy)
    cluster.incidents = world.incidents
    cluster.run(world.jobs, observer: &run)
    run.evictions.rested(at: run.last)
    return PolicyWorldReport(
      seed: seed, successors: run.invariants.violations, budgets: run.budgets.violations,
      limits: run.limits.violations,
      power: run.power.violations, ledger: run.ledger.violations,
      evictions: run.evictions.violations, undisturbed: run.undisturbed.violations,
      rights: run.rights.violations,
      requeues: run.requeues.violations, windows: run.windows.violations,
      promises: run.promises.violations, guarantees: run.guarantees.violations,
      stuck: stuck(in: cluster.machine.state, at: run.last),
      evictionCount: run.evictions.evictions, dissolvedCount: run.evictions.dissolved,
      sparedCount: run.evictions.started,
      shrinkCount: run.evictions.shrinks)
  }

  /// Who is left though the fleet is empty, and nothing but the clock could help.
  private static func stuck(in state: ClusterState, at now: Instant) -> [String] {
    state.jobs.all.compactMap { id, job in
      guard job.lifecycle.isPending else { return "job \(id.number) runs for ever" }
      guard state.waitsForNothing(id, job, at: now) else { return nil }
      return "job \(id.number) waits for nothing: \(job.request)"
    }
  }

  mutating func received(_ input: Input, at now: Instant) {
    last = now
    invariants.received(input, at: now)
    evictions.received(input, at: now)
    promises.received(input, at: now)
    guarantees.received(input, at: now)
  }

  mutating func performed(_ effect: Effect, at now: Instant) {
    invariants.performed(effect, at: now)
    budgets.performed(effect, at: now)
    evictions.performed(effect, at: now)
    undisturbed.performed(effect, at: now)
    rights.performed(effect, at: now)
    requeues.performed(effect, at: now)
    windows.performed(effect, at: now)
    promises.performed(effect, at: now)
    guarantees.performed(effect, at: now)
  }

  mutating func settled(_ machine: ControlMachine, at now: Instant) {
    invariants.settled(machine, at: now)
    evictions.settled(machine, at: now)
    budgets.settled(machine, at: now)
    limits.settled(machine, at: now)
    power.settled(machine, at: now)
    ledger.settled(machine, at: now)
    undisturbed.settled(machine, at: now)
    rights.settled(machine, at: now)
    windows.settled(machine, at: now)
    promises.settled(machine, at: now)
    guarantees.settled(machine, at: now)
  }
}
