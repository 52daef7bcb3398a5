import Accounts
import Cluster
public import Control
import Fleet
import Jobs
import Policy
public import Units

/// Nobody ever has more jobs or accelerators at once than the mode allows, nor an array more jobs
/// than its throttle.
public struct ModeLimitChecker: RuleChecker {
  /// What was found wrong, a sentence each.
  public private(set) var violations: [RuleViolation] = []

  /// A checker of a cluster that is still idle.
  public init() {}

  /// Does nothing: what runs says it all.
  public mutating func performed(_ effect: Effect, at now: Instant) {}

  /// Counts what runs.
  public mutating func settled(_ machine: ControlMachine, at now: Instant) {
    let state = machine.state
    let running = state.jobs.all.filter { $0.job.lifecycle.run != nil }
    for (number, mode) in state.policy.modes.enumerated() {
      let jobs = running.filter { Int($0.job.request.mode.number) == number }
      for (_, job) in jobs {
        let user = job.request.account
        check(mode.perUser, jobs.filter { $0.job.request.account == user }.map(\.job), state, now)
        let project = state.policy.accounts.project(of: user)
        check(
          mode.perProject,
          jobs.filter { state.policy.accounts.isAtOrAbove(project, $0.job.request.account) }
            .map(\.job), state, now)
      }
    }
    for (_, job) in running {
      guard let array = job.request.array, let most = job.request.terms?.throttle else { continue }
      let count = running.filter { $0.job.request.array == array }.count
      guard count > most else { continue }
      violations.append(RuleViolation(now, "\(count) jobs of array \(array.number), not \(most)"))
    }
  }

  private mutating func check(
    _ limits: AccessMode.Limits, _ jobs: [Job], _ state: ClusterState, _ now: Instant
  ) {
    if let most = limits.jobs, jobs.count > most {
      violations.append(RuleViolation(now, "\(jobs.count) jobs at once, not \(most)"))
    }
    guard let most = limits.accelerators else { return }
    // Parts of accelerators count as what they are, and cores where there is nothing else.
    let held = jobs.compactMap(\.lifecycle.run?.allocation).reduce(0) { sum, allocation in
      state.holdings.charging.amounts(of: allocation, on: state.topology)
        .reduce(sum) { $0 + $1.milli }
    }
    if held > most * 1000 {
      violations.append(
        RuleViolation(now, "\(held) thousandths of accelerators at once, not \(most * 1000)"))
    }
  }
}
