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
    case .outOfMemory: happen(.ended(id, .outOfMemory, at: now), at: now, &effects)
    case .lost: lose(id, at: now, &effects)
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

  /// The end of one member: the last of them ends the attempt, and one that ends otherwise than
  /// well has the others ended too.
  mutating func memberEnded(
    _ id: JobID, _ attempt: AttemptNumber, on node: NodeID, _ exit: TaskExit, code: UInt8,
    at now: Instant, _ effects: inout [Effect]
  ) -> Bool {
    // What has shrunk meanwhile holds nothing on that node, and late news comes twice.
    guard let run = state.jobs[id]?.lifecycle.run, run.attempt == attempt,
      run.allocation.hasMember(on: node, state.topology), run.ends?.contains(node) != true
    else { return false }
    // Who was told to leave ends as the gang wants, however that comes about.
    let isLeaving = run.isLeaving(node)
    let (exit, code) = isLeaving ? (.finished, 0) : (exit, code)
    let wasWell = (run.ends?.exit ?? .finished) == .finished
    happen(.memberEnded(id, node, exit, code: code, at: now), at: now, &effects)
    guard let run = state.jobs[id]?.lifecycle.run, let ends = run.ends else {
      preconditionFailure("an end that is not noted")
    }
    if run.isOver {
      return tasksGone(id, attempt, ends.exit, at: now, &effects)
    }
    if wasWell, exit != .finished { effects.append(.terminate(id, attempt)) }
    return false
  }

  /// A gang's tasks are gone with a node: it waits again, unless it was to end with it.
  mutating func lose(_ id: JobID, at now: Instant, _ effects: inout [Effect]) {
    guard let job = state.jobs[id] else { preconditionFailure("losing no job") }
    if job.isCancelled {
      happen(.ended(id, .cancelled, at: now), at: now, &effects)
    } else if job.request.terms?.endsWithNode ?? false {
      happen(.ended(id, .nodeFailed, at: now), at: now, &effects)
    } else {
      happen(.lost(id, at: now), at: now, &effects)
    }
  }

  /// Agents are not heard of any more, or are again; claims to nodes that are not are void.
  mutating func agentsChanged(
    _ nodes: [NodeID], _ isHeardOf: Bool, at now: Instant, _ effects: inout [Effect]
  ) -> Bool {
    var changed: [NodeID] = []
    for node in nodes.sorted()
    where (state.silence[node] == nil) != isHeardOf && changed.last != node
      && state.topology.knownIndex(of: node) != nil
    {
      changed.append(node)
    }
    guard !changed.isEmpty else { return false }
    if !isHeardOf {
      dissolveClaims(to: changed, at: now, &effects)
      for node in changed { armFence(of: node, since: now) }
    }
    happen(.agentsChanged(changed, isHeardOf: isHeardOf, at: now), at: now, &effects)
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
    _ id: JobID, _ isHeldBack: Bool, _ byOperator: Bool, at now: Instant,
    _ effects: inout [Effect]
  ) -> Bool {
    guard let job = state.jobs[id], job.lifecycle.isPending, byOperator || !job.isHeldByOperator,
      job.isHeldBack != isHeldBack || job.isHeldByOperator != (isHeldBack && byOperator)
    else { return false }
    guard job.isHeldBack != isHeldBack else {
      happen(.heldBack(id, isHeldBack, byOperator: byOperator), at: now, &effects)
      return false
    }
    dissolveClaim(of: id, at: now, &effects)
    if job.lifecycle.promise != nil {
      happen(.promiseDropped(id), at: now, &effects)
    }
    happen(.heldBack(id, isHeldBack, byOperator: isHeldBack && byOperator), at: now, &effects)
    return true
  }

  /// An elastic gang has given up what it was told to.
  ///
  /// By late news, of a resize before the last, nothing is free.
  mutating func resized(
    _ id: JobID, _ attempt: AttemptNumber, _ number: UInt32, at now: Instant,
    _ effects: inout [Effect]
  ) -> Bool {
    guard let run = state.jobs[id]?.lifecycle.run, run.attempt == attempt,
      let members = run.members, members.resizes == number, let keeps = members.keeps
    else { return false }
    if state.jobs[id]?.lifecycle.eviction != nil {
      // All of it goes: what has left already is free with the rest.
      for slice in run.allocation.slices
      where run.isLeaving(slice.node) && run.ends?.contains(slice.node) != true {
        happen(.memberEnded(id, slice.node, .finished, code: 0, at: now), at: now, &effects)
      }
    } else {
      // Who counts on other members of it, once the claim that these left for was void.
      for claim in state.claims
      where claim.shrinks.contains(where: { $0.job == id && $0.keeps != keeps }) {
        happen(.dissolved(claim.id, at: now), at: now, &effects)
      }
      happen(.resized(id, keeps, at: now), at: now, &effects)
    }
    // Those that stay may all have ended while the others were still leaving.
    if let run = state.jobs[id]?.lifecycle.run, let ends = run.ends, run.isOver {
      _ = tasksGone(id, attempt, ends.exit, at: now, &effects)
    }
    return true
  }

  /// Somebody says something of nodes; claims to those that leave the service by it are void.
  mutating func noted(
    _ nodes: [NodeID], _ note: NodeNote, at now: Instant, _ effects: inout [Effect]
  ) -> Bool {
    if case .wanted(.silent, _) = note { return false }
    let version = state.version
    var changed: [NodeID] = []
    // A node that is gone from the fleet may still be heard of.
    for node in nodes.sorted()
    where changed.last != node && state.topology.knownIndex(of: node) != nil {
      if state.isNews(note, of: node) { changed.append(node) }
    }
    guard !changed.isEmpty else { return false }
    happen(.noted(changed, note, at: now), at: now, &effects)
    let moved = changed.filter { node in
      state.silence[node] == nil
        && state.occupancy.condition(of: node) != state.records[node].condition
    }
    dissolveClaims(to: moved, at: now, &effects)
    for node in moved {
      let condition = state.records[node].condition
      happen(.conditionChanged(node, condition, at: now), at: now, &effects)
    }
    return state.version > version + 1
  }

  private mutating func dissolveClaims(
    to nodes: [NodeID], at now: Instant, _ effects: inout [Effect]
  ) {
    for claim in state.claims
    where claim.allocation.slices.contains(where: { nodes.sortedContains($0.node) }) {
      happen(.dissolved(claim.id, at: now), at: now, &effects)
    }
  }

  private mutating func dissolveClaim(
    of id: JobID, at now: Instant, _ effects: inout [Effect]
  ) {
    guard let claim = state.claim(of: id) else { return }
    happen(.dissolved(claim.id, at: now), at: now, &effects)
  }
}

extension Allocation {
  /// Whether one of its slices is on a node. O(log members) where it is
  fileprivate func hasMember(on node: NodeID, _ topology: Topology) -> Bool {
    guard let index = topology.knownIndex(of: node) else { return false }
    let place = slices.partitioningIndex { topology.index(of: $0.node) >= index }
    if place < slices.count, slices[place].node == node { return true }
    // A fleet that has grown may have other nodes in between.
    return slices.contains { $0.node == node }
  }
}
