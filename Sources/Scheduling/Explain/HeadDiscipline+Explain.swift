import Fleet
import Policy
import Units

/// Which kind of cause holds each lane's jobs, as last told.
struct StandingVerdicts: Hashable, Sendable {
  /// The kind of a verdict, without its numbers.
  enum Cause: UInt8, Hashable, Sendable {
    /// Nobody of the lane waits behind the head.
    case none
    case noRoom
    case behind
    case wouldDelay
  }

  private(set) var byLane: [Cause] = []

  subscript(lane: Int) -> Cause {
    get { lane < byLane.count ? byLane[lane] : .none }
    set {
      while byLane.count <= lane { byLane.append(.none) }
      byLane[lane] = newValue
    }
  }
}

extension HeadDiscipline {
  /// Says why who waits waits, where that has changed: for whole lanes, and for new arrivals.
  ///
  /// The cause is a function of the state: jobs of a lane that has no room wait for room; a lane
  /// that has room and still waits would delay the head, or may not pass it.
  mutating func explain(everything: Bool, _ draft: inout Draft) {
    guard everything else {
      for (index, entry) in arrivals.enumerated()
      where !arrivals[..<index].contains(where: { $0.lane == entry.lane }) {
        explain(lane: entry.lane, &draft)
      }
      return
    }
    for lane in queue.occupied { explain(lane: lane, &draft) }
  }

  /// Sets the standing verdicts to what they must have been when the state was left.
  mutating func recallVerdicts(_ occupancy: Occupancy) {
    guard let head else { return }
    for lane in queue.occupied {
      let waiting = queue.lanes[lane].count - (head.entry.lane == lane ? 1 : 0)
      standing[lane] = waiting > 0 ? cause(ofLane: lane, occupancy) : .none
    }
  }

  private mutating func explain(lane: Int, _ draft: inout Draft) {
    guard let head else { return }
    let waiting = queue.lanes[lane].count - (head.entry.lane == lane ? 1 : 0)
    guard waiting > 0 else {
      standing[lane] = .none
      return
    }
    let cause = cause(ofLane: lane, draft.occupancy)
    if cause != standing[lane] {
      standing[lane] = cause
      guard let first = queue.lanes[lane].earliest(besides: head.entry.job) else { return }
      let verdict = verdict(cause, onLane: lane, behind: head, draft.occupancy)
      draft.decisions.append(.hold(first, jobs: waiting, verdict))
    } else {
      for entry in arrivals where entry.lane == lane && entry != head.entry {
        guard isStillWaiting(entry, draft) else { continue }
        let verdict = verdict(cause, onLane: lane, behind: head, draft.occupancy)
        draft.decisions.append(.hold(entry.job, jobs: 1, verdict))
      }
    }
  }

  private func isStillWaiting(_ entry: PendingQueue.Entry, _ draft: Draft) -> Bool {
    !draft.decisions.contains {
      if case .start(entry.job, _, _) = $0 { true } else { false }
    }
  }

  private func cause(ofLane lane: Int, _ occupancy: Occupancy) -> StandingVerdicts.Cause {
    if policy.backfill == .none { return .behind }
    return occupancy.fits(queue.lanes[lane].shape) ? .wouldDelay : .noRoom
  }

  private func verdict(
    _ cause: StandingVerdicts.Cause, onLane lane: Int, behind head: Head, _ occupancy: Occupancy
  ) -> Verdict {
    switch cause {
    case .none, .behind:
      return .behind(head.entry.job)
    case .wouldDelay:
      return .wouldDelay(head.entry.job, start: head.start)
    case .noRoom:
      guard let shortage = occupancy.shortage(of: queue.lanes[lane].shape) else {
        preconditionFailure("lane \(lane) has room after all")
      }
      return .noRoom(shortage)
    }
  }
}
