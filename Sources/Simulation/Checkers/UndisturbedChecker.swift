import Cluster
public import Control
import Fleet
import Jobs
import Policy
public import Units

/// Nobody is chosen to go, or to shrink, within the undisturbed run of its mode, nor goes before
/// its notice and grace are over.
public struct UndisturbedChecker: RuleChecker {
  /// What was found wrong, a sentence each.
  public private(set) var violations: [RuleViolation] = []

  private var claims: [Claim] = []
  /// By job, when its run started, and when it may go at the earliest.
  private var started: [Instant] = [.distantPast]
  private var modes: [ModeID] = [ModeID(0)]
  private var ends: [Instant?] = [nil]

  /// A checker of a cluster that is still idle.
  public init() {}

  /// Notes starts and claims.
  public mutating func performed(_ effect: Effect, at now: Instant) {
    guard case .append(let event) = effect else { return }
    switch event {
    case .submitted(_, let request, let count, _):
      started += repeatElement(.distantPast, count: count)
      modes += repeatElement(request.mode, count: count)
      ends += repeatElement(nil, count: count)
    case .started(let id, _, _, let at):
      started[Int(id.number)] = at
      ends[Int(id.number)] = nil
    case .claimed(let claim, _): claims.append(claim)
    case .evicted(let id, _):
      guard let end = ends[Int(id.number)], now >= end else {
        violations.append(RuleViolation(now, "job \(id.number) went before it had to"))
        return
      }
    case .heldBack, .cancelled, .cancelRequested, .promised, .promiseDropped, .checkpointed,
      .resized, .ended, .memberEnded, .lost, .dissolved, .letGo, .conditionChanged, .agentsChanged,
      .noted, .restored,
      .policyChanged,
      .fleetChanged:
      break
    }
    guard case .claimed(let claim, _) = event else { return }
    for victim in claim.victims { ends[Int(victim.job.number)] = victim.eviction.end }
  }

  /// Looks at the claims that were made.
  public mutating func settled(_ machine: ControlMachine, at now: Instant) {
    for claim in claims {
      for id in claim.going {
        let mode = machine.state.policy.modes[Int(modes[Int(id.number)].number)]
        let from = started[Int(id.number)] + mode.undisturbed
        if Self.signal(claim, id, mode) < from {
          violations.append(
            RuleViolation(now, "job \(id.number) is disturbed before \(from.milliseconds) ms"))
        }
        let lead = TimeSpan(milliseconds: mode.notice.milliseconds + mode.grace.milliseconds)
        if claim.deadline < now + lead {
          violations.append(RuleViolation(now, "job \(id.number) has less notice than its mode's"))
        }
      }
    }
    claims.removeAll(keepingCapacity: true)
  }

  /// When a victim is told, or what of it is left would be.
  private static func signal(_ claim: Claim, _ id: JobID, _ mode: AccessMode) -> Instant {
    claim.victims.first { $0.job == id }?.eviction.signal
      ?? claim.deadline + TimeSpan(milliseconds: -mode.grace.milliseconds)
  }
}
