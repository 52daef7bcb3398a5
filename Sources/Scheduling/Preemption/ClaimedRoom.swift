import Cluster
import Fleet
import Jobs
import Units

/// What claims keep on the timeline: all that they are about from when their victims are gone, and
/// before that what of it is free already.
struct ClaimedRoom: Sendable {
  private struct Held: Sendable {
    var claim: Claim
    var request: JobRequest
    /// What of it is free, or will be as victims come to their own ends, and is kept from then on
    /// until the claim's victims are gone; in order.
    var free: [(from: Instant, allocation: Allocation)] = []

    /// Until when the whole claim is marked, from its deadline on.
    var end: Instant { claim.deadline + request.timeLimit }

    /// What is kept when, before the claim's deadline.
    var steps: [(from: Instant, until: Instant, allocation: Allocation)] {
      free.indices.compactMap { index in
        let until = index + 1 < free.count ? free[index + 1].from : claim.deadline
        guard free[index].from < until, !free[index].allocation.slices.isEmpty else { return nil }
        return (free[index].from, until, free[index].allocation)
      }
    }
  }

  private var held: [Held] = [] { didSet { change += 1 } }

  /// Another number whenever another claim stands.
  private(set) var change = 0

  /// The claims that stand, without the victims that are gone.
  var claims: [Claim] { held.map(\.claim) }

  var isEmpty: Bool { held.isEmpty }

  /// When the next of them is due after an instant; `distantFuture` where none is.
  func nextDeadline(after now: Instant) -> Instant {
    var next = Instant.distantFuture
    for index in held.indices where held[index].claim.deadline > now {
      next = min(next, held[index].claim.deadline)
    }
    return next
  }

  func hasPreemptor(_ id: JobID) -> Bool { held.contains { $0.claim.preemptor == id } }

  /// When a victim's tasks are ended, or fewer, and what it keeps then; nil where a job is none.
  func end(ofVictim id: JobID) -> (end: Instant, keeps: Allocation?)? {
    for entry in held {
      if let victim = entry.claim.victims.first(where: { $0.job == id }) {
        return (victim.eviction.end, nil)
      }
      if let shrink = entry.claim.shrinks.first(where: { $0.job == id }) {
        return (shrink.end, shrink.keeps)
      }
    }
    return nil
  }

  /// Takes up a claim whose victims' holds end when they are gone.
  mutating func add(
    _ claim: Claim, _ request: JobRequest, _ draft: PlanDraft, _ forecast: inout Forecast
  ) {
    let free = Self.free(of: claim, draft.state, at: draft.now)
    let entry = Held(claim: claim, request: request, free: free)
    held.append(entry)
    forecast.hold(
      request.shape, as: Reservation(start: claim.deadline, allocation: claim.allocation),
      for: request.timeLimit)
    keepFree(entry, &forecast)
  }

  /// A claim that stood already when this planner was made; `hold(in:)` marks it.
  mutating func found(_ claim: Claim, _ request: JobRequest) {
    held.append(Held(claim: claim, request: request))
    held.sort { $0.claim.id.number < $1.claim.id.number }
  }

  /// Marks all claims on a timeline that knows of none: what is overdue, for as long as is left,
  /// as whoever was promised room behind it counts on that.
  mutating func hold(
    in forecast: inout Forecast, _ state: ClusterState, at now: Instant
  ) {
    for index in held.indices {
      held[index].free = Self.free(of: held[index].claim, state, at: now)
      let entry = held[index]
      let start = max(now, entry.claim.deadline)
      if start < entry.end {
        forecast.hold(
          entry.request.shape,
          as: Reservation(start: start, allocation: entry.claim.allocation),
          for: entry.end - start)
      }
      keepFree(entry, &forecast)
    }
  }

  /// A victim is gone: more of its claim is free.
  mutating func victimLeft(
    _ id: JobID, _ state: ClusterState, at now: Instant, _ forecast: inout Forecast
  ) {
    for index in held.indices where held[index].claim.concerns(id) {
      letGoFree(held[index], at: now, &forecast)
      held[index].claim.forget(id)
      held[index].free = Self.free(of: held[index].claim, state, at: now)
      keepFree(held[index], &forecast)
    }
  }

  /// A victim is gone, and `hold(in:)` is to mark all claims anew.
  mutating func victimLeft(_ id: JobID) {
    for index in held.indices where held[index].claim.concerns(id) {
      held[index].claim.forget(id)
    }
  }

  /// Forgets a claim: its preemptor, which it gives, starts or never will.
  @discardableResult
  mutating func remove(
    _ id: ClaimID, at now: Instant, _ forecast: inout Forecast
  ) -> JobID {
    guard let index = held.firstIndex(where: { $0.claim.id == id }) else {
      preconditionFailure("there is no claim \(id.number)")
    }
    let entry = held.remove(at: index)
    letGoFree(entry, at: now, &forecast)
    if now < entry.end {
      forecast.release(
        entry.request.shape,
        as: Reservation(start: entry.claim.deadline, allocation: entry.claim.allocation),
        for: entry.request.timeLimit, from: now)
    }
    return entry.claim.preemptor
  }

  /// What of a claim its victims don't hold now, nor will once some come to their limits before
  /// they have to go: so much of it was free when it was made, and was kept since.
  ///
  /// Not all that is free of what it names: of a shared node other claims wait for their parts.
  private static func free(
    of claim: Claim, _ state: ClusterState, at now: Instant
  ) -> [(from: Instant, allocation: Allocation)] {
    var holders: [(until: Instant, holder: Allocation.Holder)] = []
    func note(_ id: JobID, keeps: Allocation?) {
      guard let job = state.jobs[id], let run = job.lifecycle.run else { return }
      holders.append(
        (
          run.started + job.request.timeLimit,
          Allocation.Holder(holds: run.allocation, keeps: keeps)
        ))
    }
    for victim in claim.victims { note(victim.job, keeps: nil) }
    for shrink in claim.shrinks { note(shrink.job, keeps: shrink.keeps) }
    let limits = holders.map(\.until).filter { $0 > now && $0 < claim.deadline }.sorted()
    return ([now] + limits).map { instant in
      let holding = holders.filter { $0.until > instant }.map(\.holder)
      return (instant, claim.allocation.remainder(besides: holding, on: state.topology))
    }
  }

  private func keepFree(_ entry: Held, _ forecast: inout Forecast) {
    for (start, end, allocation) in entry.steps {
      forecast.hold(
        entry.request.shape, as: Reservation(start: start, allocation: allocation),
        for: end - start)
    }
  }

  private func letGoFree(_ entry: Held, at now: Instant, _ forecast: inout Forecast) {
    for (start, end, allocation) in entry.steps where now < end {
      forecast.release(
        entry.request.shape, as: Reservation(start: start, allocation: allocation),
        for: end - start, from: now)
    }
  }
}

extension Claim {
  /// Whether a job has to go or to shrink for it.
  fileprivate func concerns(_ id: JobID) -> Bool {
    victims.contains { $0.job == id } || shrinks.contains { $0.job == id }
  }

  /// A job that had to go or to shrink for it is gone, or has.
  fileprivate mutating func forget(_ id: JobID) {
    victims.removeAll { $0.job == id }
    shrinks.removeAll { $0.job == id }
  }
}
