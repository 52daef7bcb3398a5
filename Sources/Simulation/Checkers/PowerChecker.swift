import Cluster
public import Control
import Fleet
import Jobs
import Policy
public import Units

/// No site ever draws more than its budget, neither at an input nor at a step between two.
public struct PowerChecker: RuleChecker {
  /// What was found wrong, a sentence each.
  public private(set) var violations: [RuleViolation] = []

  private var drawn: [Int] = []
  private var since = Instant.distantPast

  /// A checker of a cluster that is still idle.
  public init() {}

  /// Does nothing: what runs says it all.
  public mutating func performed(_ effect: Effect, at now: Instant) {}

  /// Adds up what runs draw; what they drew until now must have kept to every step.
  public mutating func settled(_ machine: ControlMachine, at now: Instant) {
    let (state, meter) = (machine.state, machine.state.holdings.power)
    for site in drawn.indices where now > since {
      check(site, drawn[site], meter.least(ofSite: site, from: since, to: now), now)
    }
    drawn = Array(repeating: 0, count: meter.siteCount)
    for (_, job) in state.jobs.all {
      guard let run = job.lifecycle.run else { continue }
      let draw = meter.draw(of: run.allocation, on: state.topology)
      for site in draw.indices { drawn[site] += draw[site] }
    }
    since = now
    for site in drawn.indices {
      check(site, drawn[site], meter.limit(ofSite: site, at: now), now)
    }
  }

  private mutating func check(_ site: Int, _ drawn: Int, _ most: Int?, _ now: Instant) {
    guard let most, drawn > most else { return }
    violations.append(RuleViolation(now, "site \(site) draws \(drawn) mW of \(most)"))
  }
}
