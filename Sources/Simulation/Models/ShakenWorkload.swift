public import Traces
public import Units

/// A recorded workload as it might have been: the same jobs, a little earlier or later, with
/// estimates a little better or worse.
///
/// What a policy does to one recorded order of arrivals is partly luck; over several shaken ones
/// luck averages out. Run times and sizes stay as they are.
public struct ShakenWorkload: Sendable {
  /// How far a submission moves at most, either way.
  public var arrivalShift = TimeSpan(milliseconds: 600_000)
  /// By how much an estimate is multiplied, or divided, at most, in percent.
  public var estimatePercent = 125

  /// Shaken a little.
  public init() {}

  /// The jobs, in the order of their new submissions.
  ///
  /// - Parameters:
  ///   - jobs: in order of submission; none comes earlier than the first of them did.
  ///   - seed: what the draws follow from; 0: the jobs as they were recorded.
  public func jobs(_ jobs: [TraceJob], seed: UInt64) -> [TraceJob] {
    guard seed > 0, let first = jobs.first else { return jobs }
    // Far from the seeds that workloads themselves are drawn from.
    var draws = SeededGenerator(seed: seed ^ 0x5348_414B_454E)
    let shift = Int(arrivalShift.milliseconds)
    var shaken = jobs
    for index in shaken.indices {
      let moved =
        shaken[index].submitted
        + TimeSpan(milliseconds: Int64(draws.below(2 * shift + 1) - shift))
      shaken[index].submitted = max(first.submitted, moved)
      guard let asked = shaken[index].requestedTime else { continue }
      shaken[index].requestedTime = estimate(asked, of: shaken[index], &draws)
    }
    // Jobs that now come at one instant stay in the order in which they were recorded.
    return shaken.enumerated()
      .sorted { ($0.element.submitted, $0.offset) < ($1.element.submitted, $1.offset) }
      .map(\.element)
  }

  /// Another estimate; who had asked for enough still does, who had not still has not.
  private func estimate(
    _ asked: TimeSpan, of job: TraceJob, _ draws: inout SeededGenerator
  ) -> TimeSpan {
    let percent = Int64(100 + draws.below(estimatePercent - 100 + 1))
    let milliseconds =
      draws.below(2) == 0
      ? asked.milliseconds * percent / 100 : asked.milliseconds * 100 / percent
    let other = TimeSpan(milliseconds: max(1, milliseconds))
    return (asked >= job.runTime) == (other >= job.runTime) ? other : asked
  }
}
