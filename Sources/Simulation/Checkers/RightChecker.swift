import Accounts
import Cluster
public import Control
import Fleet
import Jobs
import Policy
public import Units

/// Nobody goes, or shrinks, for a guarantee who runs by right: within what its own member is
/// entitled to, with all that was there before it.
public struct RightChecker: RuleChecker {
  /// What was found wrong, a sentence each.
  public private(set) var violations: [RuleViolation] = []

  private var claims: [Claim] = []

  /// A checker of a cluster that is still idle.
  public init() {}

  /// Notes claims.
  public mutating func performed(_ effect: Effect, at now: Instant) {
    guard case .append(.claimed(let claim, _)) = effect, claim.ground == .guarantee else { return }
    claims.append(claim)
  }

  /// Looks at the claims that were made: who has to go runs still.
  public mutating func settled(_ machine: ControlMachine, at now: Instant) {
    for claim in claims {
      for id in claim.going where Self.isByRight(id, machine.state) {
        violations.append(RuleViolation(now, "job \(id.number) has to go, and runs by right"))
      }
    }
    claims.removeAll(keepingCapacity: true)
  }

  /// Whether a job and all that its member's other jobs held before it fit into what that is
  /// entitled to, of each model that it holds.
  private static func isByRight(_ id: JobID, _ state: ClusterState) -> Bool {
    let holdings = state.holdings
    guard let job = state.jobs[id], let run = job.lifecycle.run,
      holdings.borrowing(of: job.request) != .always
    else { return false }
    let tree = state.policy.accounts
    let member = tree.member(of: job.request.account)
    var held = holdings.book.models.indices.map { _ in 0 }
    for (other, theirs) in state.jobs.all {
      guard let before = theirs.lifecycle.run, (before.started, other) <= (run.started, id),
        tree.member(of: theirs.request.account) == member,
        holdings.borrowing(of: theirs.request) != .always
      else { continue }
      for amount in holdings.charging.amounts(of: before.allocation, on: state.topology) {
        held[amount.model] += amount.milli
      }
    }
    return holdings.charging.amounts(of: run.allocation, on: state.topology).allSatisfy {
      held[$0.model] <= holdings.book.entitledMilli(member, model: $0.model)
    }
  }
}
