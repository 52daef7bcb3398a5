import Cluster
import Control
import Policy
import Units

/// All rules that hold in a run, checked after every input.
///
/// A value: what is not durable when the controller dies never happened, and the checkers go back
/// with it.
struct SwarmCheckers: Sendable {
  private var invariants = InvariantChecker(isStrict: false)
  private var ledger = LedgerChecker()
  private var evictions = EvictionChecker()
  private var budgets = BudgetChecker()
  private var limits = ModeLimitChecker()
  private var power = PowerChecker()
  private var windows = WindowChecker()
  private var undisturbed = UndisturbedChecker()
  private var rights = RightChecker()
  private var requeues: RequeueChecker
  private var promises = PromiseChecker()
  private var guarantees = GuaranteeChecker()

  /// Whether the rules stay as they are.
  private let isSteady: Bool
  /// Whether tasks end when they are told, and messages come at once.
  private let isPrompt: Bool
  /// Whether any node serves any job.
  private let isPlain: Bool

  init(_ setting: SwarmSetting) {
    isSteady = !setting.features.contains(.changes)
    isPrompt = setting.temper != .rough
    isPlain = setting.isPlain
    requeues = RequeueChecker(hoursPerEviction: setting.world.policy.weights.hoursPerEviction)
  }

  mutating func received(_ input: Input, at now: Instant) {
    invariants.received(input, at: now)
    evictions.received(input, at: now)
    promises.received(input, at: now)
    guarantees.received(input, at: now)
  }

  mutating func performed(_ effect: Effect, at now: Instant) {
    invariants.performed(effect, at: now)
    evictions.performed(effect, at: now)
    rights.performed(effect, at: now)
    guard isSteady else { return }
    budgets.performed(effect, at: now)
    undisturbed.performed(effect, at: now)
    windows.performed(effect, at: now)
    guard isPrompt else { return }
    requeues.performed(effect, at: now)
    promises.performed(effect, at: now)
    guarantees.performed(effect, at: now)
  }

  mutating func settled(_ machine: ControlMachine, at now: Instant) {
    invariants.settled(machine, at: now)
    evictions.settled(machine, at: now)
    ledger.settled(machine, at: now)
    rights.settled(machine, at: now)
    guard isSteady else { return }
    budgets.settled(machine, at: now)
    limits.settled(machine, at: now)
    undisturbed.settled(machine, at: now)
    windows.settled(machine, at: now)
    guard isPrompt else { return }
    power.settled(machine, at: now)
    promises.settled(machine, at: now)
    if isPlain { guarantees.settled(machine, at: now) }
  }

  /// Nothing happens any more: whoever had a claim must have started.
  mutating func rested(at now: Instant) { evictions.rested(at: now) }

  /// The first rule that was broken.
  var failure: SwarmFailure? {
    let kinds: [(String, [RuleViolation])] = [
      ("successor", invariants.violations), ("ledger", ledger.violations),
      ("eviction", evictions.violations), ("right", rights.violations),
      ("budget", budgets.violations),
      ("limit", limits.violations), ("power", power.violations), ("window", windows.violations),
      ("undisturbed", undisturbed.violations), ("requeue", requeues.violations),
      ("promise", promises.violations), ("guarantee", guarantees.violations),
    ]
    for (rule, violations) in kinds {
      if let first = violations.first {
        return SwarmFailure(rule, at: first.instant, first.what)
      }
    }
    return nil
  }
}
