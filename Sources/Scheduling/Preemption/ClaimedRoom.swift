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
    /// What of it is free, and kept until the victims are gone.
    var free: Allocation
    /// Since when that is kept.
    var since: Instant
    /// From when on the whole claim is marked.
    var start: Instant
  }

  private var held: [Held] = []

  /// The claims that stand, without the victims that are gone.
  var claims: [Claim] { held.map(\.claim) }

  var isEmpty: Bool { held.isEmpty }

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
    _ claim: Claim, _ request: JobRequest, _ occupancy: Occupancy, at now: Instant,
    _ profile: inout CapacityProfile
  ) {
    held.append(
      Held(
        claim: claim, request: request, free: occupancy.free(of: claim.allocation), since: now,
        start: claim.deadline))
    let entry = held[held.count - 1]
    profile.hold(
      request.shape, as: Reservation(start: claim.deadline, allocation: claim.allocation),
      for: request.timeLimit)
    keepFree(entry, &profile)
  }

  /// A claim that stood already when this planner was made; `hold(in:)` marks it.
  mutating func found(_ claim: Claim, _ request: JobRequest) {
    held.append(
      Held(
        claim: claim, request: request, free: Allocation(slices: []), since: claim.deadline,
        start: claim.deadline))
    held.sort { $0.claim.id.number < $1.claim.id.number }
  }

  /// Marks all claims on a timeline that knows of none.
  mutating func hold(
    in profile: inout CapacityProfile, _ occupancy: Occupancy, at now: Instant
  ) {
    for index in held.indices {
      held[index].free = occupancy.free(of: held[index].claim.allocation)
      held[index].since = now
      held[index].start = max(now, held[index].claim.deadline)
      let entry = held[index]
      profile.hold(
        entry.request.shape,
        as: Reservation(start: entry.start, allocation: entry.claim.allocation),
        for: entry.request.timeLimit)
      keepFree(entry, &profile)
    }
  }

  /// A victim is gone: more of its claim is free.
  mutating func victimLeft(
    _ id: JobID, _ occupancy: Occupancy, at now: Instant, _ profile: inout CapacityProfile
  ) {
    for index in held.indices where held[index].claim.concerns(id) {
      letGoFree(held[index], at: now, &profile)
      held[index].claim.victims.removeAll { $0.job == id }
      held[index].claim.shrinks.removeAll { $0.job == id }
      held[index].free = occupancy.free(of: held[index].claim.allocation)
      held[index].since = now
      keepFree(held[index], &profile)
    }
  }

  /// Forgets a claim: its preemptor, which it gives, starts or never will.
  @discardableResult
  mutating func remove(
    _ id: ClaimID, at now: Instant, _ profile: inout CapacityProfile
  ) -> JobID {
    guard let index = held.firstIndex(where: { $0.claim.id == id }) else {
      preconditionFailure("there is no claim \(id.number)")
    }
    let entry = held.remove(at: index)
    letGoFree(entry, at: now, &profile)
    profile.release(
      entry.request.shape,
      as: Reservation(start: entry.start, allocation: entry.claim.allocation),
      for: entry.request.timeLimit, from: now)
    return entry.claim.preemptor
  }

  private func keepFree(_ entry: Held, _ profile: inout CapacityProfile) {
    guard entry.since < entry.claim.deadline, !entry.free.slices.isEmpty else { return }
    profile.hold(
      entry.request.shape, as: Reservation(start: entry.since, allocation: entry.free),
      for: entry.claim.deadline - entry.since)
  }

  private func letGoFree(_ entry: Held, at now: Instant, _ profile: inout CapacityProfile) {
    guard entry.since < entry.claim.deadline, !entry.free.slices.isEmpty else { return }
    profile.release(
      entry.request.shape, as: Reservation(start: entry.since, allocation: entry.free),
      for: entry.claim.deadline - entry.since, from: now)
  }
}

extension Claim {
  /// Whether a job has to go or to shrink for it.
  fileprivate func concerns(_ id: JobID) -> Bool {
    victims.contains { $0.job == id } || shrinks.contains { $0.job == id }
  }
}
