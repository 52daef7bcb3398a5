import Accounts
import Fleet
import Jobs
import Policy
import Units

extension ClusterState {
  /// Compares what is kept as it changes with what the running jobs and the claims come to.
  ///
  /// - what each account holds, what runs under each mode and of each array, what sites draw;
  /// - what is set aside in budgets: what was set aside for each run and each claim.
  func checkHoldings() {
    holdings.book.checkInvariants()
    var rebuilt = Holdings(
      topology: topology, policy: policy, models: holdings.book.models, at: holdings.book.start)
    for (_, job) in jobs.all {
      guard let run = job.lifecycle.run else { continue }
      rebuilt.enter(run.allocation, job.request, sign: 1, at: holdings.book.start)
      rebuilt.arrays.add(job.request.array, 1)
      rebuilt.book.resumeBudget(
        of: job.request.account, cost: run.reserved, reservedAt: run.reservedAt)
    }
    for claim in claims {
      guard let job = jobs[claim.preemptor] else { preconditionFailure("nobody claims") }
      rebuilt.book.resumeBudget(
        of: job.request.account, cost: holdings.cost(of: claim.allocation, job.request),
        reservedAt: claim.made)
    }
    precondition(rebuilt.modeUse == holdings.modeUse, "more or less runs under a mode")
    precondition(rebuilt.arrays == holdings.arrays, "more or less runs of an array")
    precondition(rebuilt.power.drawn == holdings.power.drawn, "the sites draw something else")
    for number in 0..<policy.accounts.count {
      let account = AccountID(UInt16(number))
      for model in holdings.book.models.indices {
        precondition(
          rebuilt.book.heldMilli(account, model: model)
            == holdings.book.heldMilli(account, model: model),
          "account \(number) holds something else of model \(model)")
      }
      precondition(
        rebuilt.book.purses(of: account).map(\.reserved)
          == holdings.book.purses(of: account).map(\.reserved),
        "account \(number) has set aside something else")
    }
  }

  /// Each claim has a waiting preemptor and victims that run and are to go; claims lie apart.
  func checkClaims() {
    guard !claims.isEmpty else { return }
    var idle = Occupancy(topology: topology)
    for (place, claim) in claims.enumerated() {
      precondition(
        jobs[claim.preemptor]?.lifecycle.isPending == true,
        "claim \(claim.id.number) of no waiting job")
      precondition(
        idle.isFree(claim.allocation), "claim \(claim.id.number) is about what another has")
      idle.take(claim.allocation)
      for victim in claim.victims {
        precondition(
          jobs[victim.job]?.lifecycle.eviction == victim.eviction,
          "job \(victim.job.number) is not on its way out")
      }
      for shrink in claim.shrinks {
        precondition(
          jobs[shrink.job]?.lifecycle.run != nil, "job \(shrink.job.number) has nothing to give")
      }
      let concerned = claim.going
      for other in claims[..<place] {
        precondition(
          !other.going.contains(where: concerned.contains),
          "claims \(other.id.number) and \(claim.id.number) share a victim")
      }
    }
  }
}
