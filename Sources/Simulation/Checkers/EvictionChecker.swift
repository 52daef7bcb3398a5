import Cluster
public import Control
import Fleet
import Jobs
public import Units

/// Nobody goes in vain: every preemptor starts on exactly the room that was claimed for it.
///
/// Unless it was cancelled, held back, or hit by a fault or a change of the rules or the fleet; or
/// victims that went late would have it run into a window. A preemptor that starts elsewhere does
/// so before anybody was told to go for it; by the rules as they were when it claimed its room.
public struct EvictionChecker: RuleChecker {
  private struct Open: Sendable {
    var claim: Claim
    /// Who of its victims runs no more.
    var gone: [JobID] = []
    /// Whether the rules have changed since.
    var isOfOldRules = false

    /// Whether anybody was told to go for it, as far as its own rules say.
    func isTold(at now: Instant) -> Bool {
      claim.victims.contains { victim in
        victim.eviction.signal <= now && !(isOfOldRules && gone.contains(victim.job))
      } || claim.shrinks.contains { $0.end <= now }
    }
  }

  /// What was found wrong, a sentence each.
  public private(set) var violations: [RuleViolation] = []

  /// How many jobs were evicted.
  public private(set) var evictions = 0

  /// How many elastic gangs were told to shrink.
  public private(set) var shrinks = 0

  /// How many claims were dissolved by a cancel, a hold or a fault.
  public private(set) var dissolved = 0

  /// How many were dissolved as their preemptors started elsewhere before anybody was told.
  public private(set) var started = 0

  private var open: [Open] = []
  private var input: Input?
  /// Victims of claims that were dissolved after they had been told.
  private var told: [JobID] = []
  /// Claims that were dissolved after they were due, and are to be told from those without a cause.
  private var late: [Claim] = []
  /// Claims that were dissolved before anybody was told: their preemptors are to start at once.
  private var spared: [Claim] = []

  /// A checker of a cluster that is still idle.
  public init() {}

  /// Remembers what the machine deals with.
  public mutating func received(_ input: Input, at now: Instant) { self.input = input }

  /// Follows each claim from its making to the start of its preemptor.
  public mutating func performed(_ effect: Effect, at now: Instant) {
    guard case .append(let event) = effect else { return }
    switch event {
    case .claimed(let claim, _):
      open.append(Open(claim: claim))
      shrinks += claim.shrinks.count
    case .evicted(let id, _):
      evictions += 1
      left(id)
      let isVictim = open.contains { $0.claim.victims.contains { $0.job == id } }
      guard !isVictim, !told.contains(id) else { return }
      violations.append(RuleViolation(now, "job \(id.number) went without any claim"))
    case .started(let id, _, let allocation, _):
      told.removeAll { $0 == id }
      if let index = spared.firstIndex(where: { $0.preemptor == id }) {
        spared.remove(at: index)
        dissolved -= 1
        started += 1
      }
      guard let index = open.firstIndex(where: { $0.claim.preemptor == id }) else { return }
      let claim = open.remove(at: index).claim
      guard claim.allocation != allocation else { return }
      violations.append(RuleViolation(now, "job \(id.number) started beside its claim"))
    case .dissolved(let id, _):
      guard let index = open.firstIndex(where: { $0.claim.id == id }) else { return }
      dissolve(open.remove(at: index), at: now)
    case .ended(let id, _, _), .lost(let id, _): left(id)
    case .policyChanged:
      for index in open.indices { open[index].isOfOldRules = true }
    case .submitted, .heldBack, .cancelled, .cancelRequested, .promised, .promiseDropped,
      .checkpointed, .resized, .memberEnded, .letGo, .conditionChanged, .agentsChanged, .noted,
      .restored, .fleetChanged:
      break
    }
  }

  private mutating func left(_ victim: JobID) {
    for index in open.indices { open[index].gone.append(victim) }
  }

  private mutating func dissolve(_ entry: Open, at now: Instant) {
    told += entry.claim.victims.filter { $0.eviction.signal <= now }.map(\.job)
    dissolved += 1
    switch input {
    case .cancel(let id) where id == entry.claim.preemptor: return
    case .hold(let id, true, _) where id == entry.claim.preemptor: return
    case .noted, .agentsChanged, .restored, .policyChanged, .fleetChanged: return
    case .submit, .submitArray, .cancel, .hold, .checkpointed, .resized, .tasksGone, .memberEnded,
      .tick, .resumed, nil:
      guard now <= entry.claim.deadline else { return late.append(entry.claim) }
      guard !entry.isTold(at: now) else { return note(entry.claim, at: now) }
      spared.append(entry.claim)
    }
  }

  /// Looks at what claims were dissolved as their victims went late, or nobody need go.
  public mutating func settled(_ machine: ControlMachine, at now: Instant) {
    for claim in spared { note(claim, at: now) }
    spared.removeAll(keepingCapacity: true)
    for claim in late {
      guard let job = machine.state.jobs[claim.preemptor] else { continue }
      let windows = machine.state.windows(
        keeping: claim.allocation, from: now, to: now + job.request.timeLimit)
      if windows.isEmpty { note(claim, at: now) }
    }
    late.removeAll(keepingCapacity: true)
  }

  private mutating func note(_ claim: Claim, at now: Instant) {
    violations.append(
      RuleViolation(now, "claim \(claim.id.number) was dissolved without a cause"))
  }

  /// Notes that a cluster is at rest: whoever had a claim must have started.
  public mutating func rested(at now: Instant) {
    for entry in open {
      violations.append(
        RuleViolation(now, "job \(entry.claim.preemptor.number) never started on its claim"))
    }
  }
}
