import Cluster
import Fleet
import Jobs
import Units

extension ControlMachine {
  /// Ends of tasks: a job is over, or waits again because another had a claim.
  ///
  /// News of an attempt that is over already comes late or twice: agents repeat themselves until
  /// they are acknowledged.
  mutating func tasksGone(
    _ id: JobID, _ attempt: AttemptNumber, _ exit: TaskExit, at now: Instant,
    _ effects: inout [Effect]
  ) -> Bool {
    guard let job = state.jobs[id], let run = job.lifecycle.run, run.attempt == attempt else {
      return false
    }
    switch exit {
    case .finished: happen(.ended(id, .completed, at: now), at: now, &effects)
    case .failed: happen(.ended(id, .failed, at: now), at: now, &effects)
    case .terminated:
      if job.isCancelled {
        happen(.ended(id, .cancelled, at: now), at: now, &effects)
      } else if let deadline = job.deadline, now >= deadline {
        happen(.ended(id, .timedOut, at: now), at: now, &effects)
      } else if job.lifecycle.eviction != nil {
        happen(.evicted(id, at: now), at: now, &effects)
      } else {
        // Somebody else has ended them: the machine asked for nothing.
        happen(.ended(id, .failed, at: now), at: now, &effects)
      }
    }
    return true
  }

  /// Somebody takes a job back; a job that is over already is nobody's any more.
  mutating func cancel(
    _ id: JobID, at now: Instant, _ effects: inout [Effect]
  ) -> Bool {
    guard let job = state.jobs[id], !job.isCancelled else { return false }
    guard let run = job.lifecycle.run else {
      dissolveClaim(of: id, at: now, &effects)
      happen(.cancelled(id, at: now), at: now, &effects)
      return true
    }
    happen(.cancelRequested(id), at: now, &effects)
    effects.append(.terminate(id, run.attempt))
    return false
  }

  /// Somebody holds a waiting job back, or releases it; a running job is left alone.
  mutating func hold(
    _ id: JobID, _ isHeldBack: Bool, at now: Instant, _ effects: inout [Effect]
  ) -> Bool {
    guard let job = state.jobs[id], job.lifecycle.isPending, job.isHeldBack != isHeldBack else {
      return false
    }
    dissolveClaim(of: id, at: now, &effects)
    if job.lifecycle.promise != nil {
      happen(.promiseDropped(id), at: now, &effects)
    }
    happen(.heldBack(id, isHeldBack), at: now, &effects)
    return true
  }

  /// An elastic gang has given up what it was told to.
  mutating func resized(
    _ id: JobID, _ attempt: AttemptNumber, at now: Instant, _ effects: inout [Effect]
  ) -> Bool {
    guard state.jobs[id]?.lifecycle.run?.attempt == attempt,
      let keeps = state.shrink(of: id)?.keeps
    else { return false }
    happen(.resized(id, keeps, at: now), at: now, &effects)
    return true
  }

  /// A node came or went: claims to it are void, as nobody can start there.
  mutating func nodeChanged(
    _ node: NodeID, _ condition: NodeCondition, at now: Instant, _ effects: inout [Effect]
  ) -> Bool {
    // A node that is gone from the fleet may still be heard of.
    guard state.topology.knownIndex(of: node) != nil,
      state.occupancy.condition(of: node) != condition
    else { return false }
    for claim in state.claims
    where claim.allocation.slices.contains(where: { $0.node == node }) {
      happen(.dissolved(claim.id, at: now), at: now, &effects)
    }
    happen(.conditionChanged(node, condition, at: now), at: now, &effects)
    return true
  }

  private mutating func dissolveClaim(
    of id: JobID, at now: Instant, _ effects: inout [Effect]
  ) {
    guard let claim = state.claim(of: id) else { return }
    happen(.dissolved(claim.id, at: now), at: now, &effects)
  }
}
