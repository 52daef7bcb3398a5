import Cluster
import Fleet
import Jobs
import Units

extension Closeness {
  /// From when on a gang takes any place that it doesn't rule out; nil where it has no preference
  /// that ends.
  func relaxes(waitingSince submitted: Instant) -> Instant? {
    guard preferred != nil, longestWait > .zero else { return nil }
    return submitted + longestWait
  }
}

extension Forecast {
  /// The earliest window in which a gang fits and is fed: one as close together as it prefers while
  /// its longest wait lasts, and any from then on.
  func earliestFit(
    of shape: GangShape, waitingSince submitted: Instant, for span: TimeSpan, from now: Instant,
    before bound: Instant = .distantFuture
  ) -> Reservation? {
    guard let relaxes = shape.closeness.relaxes(waitingSince: submitted) else {
      return earliestFit(of: shape, for: span, from: now, before: bound)
    }
    let preferred =
      now < relaxes
      ? earliestFit(of: shape, for: span, from: now, before: min(bound, relaxes)) : nil
    if let preferred { return preferred }
    var closeness = shape.closeness
    closeness.preferred = nil
    return earliestFit(
      of: shape.with(closeness), for: span, from: max(now, relaxes), before: bound)
  }
}

extension ReservingDiscipline {
  /// When the next of those that wait takes any place: nothing else may happen then.
  func nextRelaxation(_ draft: PlanDraft) -> Instant {
    var next = Instant.distantFuture
    func consider(_ closeness: Closeness, _ submitted: Instant) {
      guard let relaxes = closeness.relaxes(waitingSince: submitted), relaxes > draft.now else {
        return
      }
      next = min(next, relaxes)
    }
    for index in promises.indices {
      consider(promises[index].request.shape.closeness, promises[index].submitted)
    }
    for lane in queue.preferringLanes {
      for (_, slot) in queue.lanes[lane].slots {
        guard let job = draft.state.jobs[queue.marks[slot].first.job] else { continue }
        consider(queue.lanes[lane].shape.closeness, job.submitted)
      }
    }
    return next
  }
}
