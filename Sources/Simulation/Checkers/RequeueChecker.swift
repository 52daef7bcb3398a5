import Cluster
public import Control
import Jobs
public import Units

/// A requeued victim keeps its place: no later job just like it starts before it.
///
/// But for those that had a promise or a claim when it was evicted, or when it lost a promise of
/// its own since: what is promised is kept; and for those that count as older, as they were evicted
/// more often.
public struct RequeueChecker: RuleChecker {
  private struct Entry: Sendable {
    var request: JobRequest
    /// When it was evicted last, while it waits since then.
    var evicted: Instant?
    /// When it counts as submitted.
    var since: Instant
    /// Since when it has had a promise or a claim.
    var promised: Instant?
    /// When it had its last promise no more.
    var dropped = Instant.distantPast
  }

  /// What was found wrong, a sentence each.
  public private(set) var violations: [RuleViolation] = []

  private var entries: [Entry?] = [nil]
  private let credit: TimeSpan

  /// A checker of a cluster that is still idle.
  ///
  /// - Parameter hoursPerEviction: by how much whoever is evicted counts as older.
  public init(hoursPerEviction: Int) {
    credit = TimeSpan(milliseconds: Int64(hoursPerEviction) * -3_600_000)
  }

  /// Follows who waits since an eviction.
  public mutating func performed(_ effect: Effect, at now: Instant) {
    guard case .append(let event) = effect, let id = event.job else { return }
    let index = Int(id.number)
    switch event {
    case .submitted(_, let request, let count, _):
      entries += Array(repeating: Entry(request: request, since: now), count: count)
    case .evicted:
      entries[index]?.evicted = now
      if let since = entries[index]?.since { entries[index]?.since = since + credit }
    case .promised: if entries[index]?.promised == nil { entries[index]?.promised = now }
    case .claimed(let claim, _):
      if entries[index]?.promised == nil { entries[index]?.promised = now }
      check(claim.preemptor, at: now)
    case .promiseDropped:
      entries[index]?.promised = nil
      entries[index]?.dropped = now
    case .started:
      check(id, at: now)
      entries[index]?.evicted = nil
      entries[index]?.promised = nil
    case .ended, .cancelled: entries[index] = nil
    case .heldBack: entries[index]?.evicted = nil
    case .cancelRequested, .checkpointed, .resized, .lost, .memberEnded, .dissolved,
      .letGo, .conditionChanged, .agentsChanged, .noted, .restored,
      .policyChanged,
      .fleetChanged:
      break
    }
  }

  private mutating func check(_ id: JobID, at now: Instant) {
    guard let entry = entries[Int(id.number)] else { return }
    for number in entries.indices where number < Int(id.number) {
      guard let victim = entries[number], let evicted = victim.evicted,
        victim.request == entry.request, victim.promised == nil,
        entry.since >= victim.since
      else { continue }
      if let promised = entry.promised, promised <= max(evicted, victim.dropped) { continue }
      violations.append(
        RuleViolation(now, "job \(id.number) passes job \(number), which was evicted"))
    }
  }
}
