public import Fleet
public import Policy
public import Units

extension Occupancy {
  /// The room that a gang gets, and the victims that a policy's rules choose for it; nil where even
  /// all candidates together don't make room.
  ///
  /// See `clearing(for:among:by:afterWaiting:)` in Fleet: this is its name for those who hold
  /// rules.
  public func clearing(
    for shape: GangShape, among candidates: [ClearingCandidate], by rule: PreemptionRules.Choice,
    afterWaiting wait: TimeSpan = .zero
  ) -> Clearing? {
    let aim: ClearingAim =
      switch rule {
      case .leastLostWork: .leastLoss
      case .youngestFirst: .youngestFirst
      case .fewestVictims: .fewestVictims
      }
    var candidates = candidates
    if rule == .fewestVictims {
      // Of equally few, those that started last.
      let last = candidates.reduce(Instant.distantPast) { max($0, $1.started) }
      for index in candidates.indices {
        candidates[index].loss = (last - candidates[index].started).milliseconds
      }
    }
    return clearing(for: shape, among: candidates, by: aim, afterWaiting: wait)
  }
}
