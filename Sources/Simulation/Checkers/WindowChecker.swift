import Accounts
import Cluster
public import Control
import Fleet
import Jobs
import Policy
public import Units

/// Nobody runs where a window keeps nodes, but those whom it is kept for, and those inside it.
public struct WindowChecker: RuleChecker {
  /// What was found wrong, a sentence each.
  public private(set) var violations: [RuleViolation] = []

  private var started: [JobID] = []

  /// A checker of a cluster that is still idle.
  public init() {}

  /// Notes who starts.
  public mutating func performed(_ effect: Effect, at now: Instant) {
    guard case .append(.started(let id, _, _, _)) = effect else { return }
    started.append(id)
  }

  /// Looks at whose time limit reaches into a window.
  public mutating func settled(_ machine: ControlMachine, at now: Instant) {
    let state = machine.state
    for id in started {
      guard let job = state.jobs[id], let run = job.lifecycle.run else { continue }
      let end = run.started + job.request.timeLimit
      let isInside = state.policy.windows.contains { window in
        guard window.name == job.request.terms?.window else { return false }
        let occurrences = window.occurrences(from: run.started, to: end)
        return occurrences.contains { $0.from <= run.started && end <= $0.until }
          && window.accounts.contains { state.policy.accounts.isAtOrAbove($0, job.request.account) }
      }
      if job.request.terms?.window != nil, !isInside {
        violations.append(RuleViolation(now, "job \(id.number) runs outside of its window"))
      }
      for window in state.windows(keeping: run.allocation, from: run.started, to: end)
      where window.name != job.request.terms?.window {
        violations.append(
          RuleViolation(now, "job \(id.number) runs into window \(window.name)"))
      }
    }
    started.removeAll(keepingCapacity: true)
  }
}

extension ClusterState {
  /// The windows that keep any node of an allocation at some time between two instants.
  func windows(
    keeping allocation: Allocation, from start: Instant, to end: Instant
  ) -> [CapacityWindow] {
    guard start < end else { return [] }
    return policy.windows.filter { window in
      topology.everything(on: topology.nodes(named: window.places)).overlaps(allocation)
        && !window.occurrences(from: start, to: end).isEmpty
    }
  }
}

extension CapacityWindow {
  /// The times it comes that overlap a span.
  fileprivate func occurrences(
    from start: Instant, to end: Instant
  ) -> [(from: Instant, until: Instant)] {
    var found: [(from: Instant, until: Instant)] = []
    var (from, until) = (from, until)
    while from < end {
      if until > start { found.append((from, until)) }
      guard let every else { break }
      (from, until) = (from + every, until + every)
    }
    return found
  }
}
