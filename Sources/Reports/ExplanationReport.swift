public import Cluster
import Fleet
public import Foundation
import Jobs
public import Scheduling
public import Units

/// Why a job waits at a moment of a replay, for people and for programs.
public struct ExplanationReport: Sendable {
  /// What was replayed, as it was named.
  public var subject: (trace: String, fleet: String, policy: String)

  let explanation: Explanation
  let names: ExplanationWording
  let now: Instant
  private let policy: ExplanationDocument.Names

  /// An explanation of a controller's state.
  ///
  /// - Parameters:
  ///   - subject: what was replayed, as it was named.
  ///   - beginning: when the first job came; traces that count from zero are told in days since.
  public init(
    of subject: (trace: String, fleet: String, policy: String), _ explanation: Explanation,
    _ state: ClusterState, at now: Instant, since beginning: Instant
  ) {
    self.subject = subject
    self.explanation = explanation
    self.now = now
    let isDated = beginning.milliseconds >= Self.firstDate
    names = ExplanationWording(state, at: now) { isDated ? $0.utcText : Self.dayAndTime($0) }
    policy = ExplanationDocument.Names(state)
  }

  /// Before it, instants are counted from zero: no trace is of the seventies.
  private static let firstDate: Int64 = 10 * 365 * 86_400_000

  /// `day 3, 02:10:05`: so many days and hours from zero.
  static func dayAndTime(_ instant: Instant) -> String {
    let (day, second) = (instant.milliseconds / 1000).quotientAndRemainder(dividingBy: 86_400)
    let parts = [second / 3600, second / 60 % 60, second % 60]
    return "day \(day), " + parts.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
  }

  /// What was replayed, and the explanation in plain sentences.
  public func text() -> String {
    """
    \(subject.trace) on \(subject.fleet) under \(subject.policy), at \(names.clock(now))

    \(explanation.text(names))
    """
  }

  /// The explanation as JSON, keys sorted; see Documentation/Reference/ExplanationJSON.md.
  public func json() throws -> Data {
    try ReplayReport.json(ExplanationDocument(self, policy))
  }
}
