import Cluster
import Fleet
import Jobs
import Policy
import Units

extension ReservingDiscipline {
  /// Starts whoever has a claim of which all victims are gone.
  mutating func startClaims(_ draft: inout PlanDraft) {
    for claim in claims.claims where claim.victims.isEmpty && claim.shrinks.isEmpty {
      guard let job = draft.state.jobs[claim.preemptor],
        draft.state.occupancy.isFree(claim.allocation)
      else { continue }
      claims.remove(claim.id, at: draft.now, &profile)
      start(claim.preemptor, job.request, claim.allocation, .claim, &draft)
    }
  }

  mutating func preempt(_ draft: inout PlanDraft) {}

  mutating func grow(_ draft: inout PlanDraft) {}

  /// Notes when a window ends, or a site may draw more: then all may be tried again.
  mutating func watchTheClock(_ draft: PlanDraft) {
    guard queue.count > 0 else { return }
    for boundary in windows.boundaries(after: draft.now) { wake = min(wake, boundary) }
    for budget in policy.power {
      wake = min(wake, budget.nextStep(after: draft.now) ?? .distantFuture)
    }
  }
}
