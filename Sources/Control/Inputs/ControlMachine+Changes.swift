import Accounts
import Cluster
import Fleet
import Jobs
import Policy
import Units

extension ControlMachine {
  /// The rules are to be others from now on; refused, they stay as they are.
  mutating func change(
    to described: ClusterPolicy, at now: Instant, _ effects: inout [Effect]
  ) -> Bool {
    let next: ClusterPolicy
    do throws(ChangeRefusal) { next = try state.successor(by: described) } catch {
      effects.append(.refused(error))
      return false
    }
    guard next != state.policy else { return false }
    for claim in state.claims where !next.keeps(claim, state, at: now) {
      happen(.dissolved(claim.id, at: now), at: now, &effects)
    }
    happen(.policyChanged(next, at: now), at: now, &effects)
    policy = next
    // Fences stand for as long as the policy in force says.
    for silent in state.silence.nodes { armFence(of: silent.node, since: silent.since) }
    return true
  }

  /// The fleet is to be another from now on; refused, it stays as it is.
  mutating func change(
    to described: Topology, at now: Instant, _ effects: inout [Effect]
  ) -> Bool {
    let next: Topology
    do throws(ChangeRefusal) { next = try state.successor(by: described) } catch {
      effects.append(.refused(error))
      return false
    }
    guard next != state.topology else { return false }
    for claim in state.claims
    where claim.allocation.slices.contains(where: { next.knownIndex(of: $0.node) == nil }) {
      happen(.dissolved(claim.id, at: now), at: now, &effects)
    }
    happen(.fleetChanged(next, at: now), at: now, &effects)
    emptyFleet = Occupancy(topology: next)
    return true
  }
}

extension ClusterPolicy {
  /// Whether a claim still holds when these rules take the place of those under which it was made.
  ///
  /// Its preemptor may still be submitted, somebody may still be evicted, and whoever has not been
  /// told to go might have to. Whether its member still has room is not asked: who was told went
  /// for this start, so that it comes.
  fileprivate func keeps(_ claim: Claim, _ state: ClusterState, at now: Instant) -> Bool {
    guard backfill == .reserving, let preemption, let job = state.jobs[claim.preemptor] else {
      return false
    }
    do throws(JobRejection) { try admit(job.request, isNew: false) } catch { return false }
    switch claim.ground {
    case .guarantee: return preemption.reclaims && order == .fairShare && accounts.count > 1
    case .tier:
      let preempts = modes[Int(job.request.mode.number)].preempts
      return claim.victims.allSatisfy { victim in
        guard victim.eviction.signal > now, let victim = state.jobs[victim.job] else {
          return true
        }
        let mode = modes[Int(victim.request.mode.number)]
        return mode.isPreemptible && preempts.contains(mode.tier)
      }
    }
  }
}
