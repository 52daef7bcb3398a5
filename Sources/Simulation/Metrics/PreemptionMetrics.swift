import Cluster
import Fleet
import Jobs
import Policy
import Scheduling
import Units

/// Measures what preemption costs, and whether it was of any use.
public struct PreemptionMetrics: Sendable {
  /// How many jobs had to go for others.
  public private(set) var evictions = 0

  /// How many elastic gangs gave up members for others.
  public private(set) var shrinks = 0

  /// How many claims were made.
  public private(set) var claims = 0

  /// Evictions for jobs that then did not start on the room, for no reason of their own.
  public private(set) var useless = 0

  /// Evictions for jobs that were taken back or held, or hit by a fault, before they could start.
  public private(set) var dissolved = 0

  /// Victims that were chosen within their undisturbed time.
  public private(set) var tooEarly = 0

  private var lostAcceleratorMilliseconds = Int128(0)

  private struct Made: Sendable {
    var claim: Claim
    var evictions = 0
    var fate: Fate = .open
  }

  private enum Fate: Sendable {
    case open, useful, useless, dissolved
  }

  private var made: [ClaimID: Made] = [:]
  private var claimOf: [JobID: ClaimID] = [:]
  private var voided: [ClaimID] = []
  private var sawFaultOrCancel = false

  private let modes: [AccessMode]
  private let restart: TimeSpan

  /// Whether who goes loses nothing.
  private let keepsAll: Bool

  init(policy: ClusterPolicy) {
    modes = policy.modes
    restart = policy.preemption?.restart ?? .zero
    keepsAll = policy.preemptsFreely
  }

  /// The work that was lost to evictions, with the time that restarts take, in accelerator-hours.
  public var lostHours: Double { Double(lostAcceleratorMilliseconds) / 3_600_000 }

  /// Takes note of an event; `victim` finds a job that runs.
  mutating func happened(_ event: Event, _ jobs: LiveJobs) {
    switch event {
    case .claimed(let claim, _):
      claims += 1
      made[claim.id] = Made(claim: claim)
      for id in claim.going {
        claimOf[id] = claim.id
        guard let job = jobs[id], let run = job.run else { continue }
        let mode = modes[Int(job.request.mode.number)]
        let grace = TimeSpan(milliseconds: -mode.grace.milliseconds)
        if claim.deadline + grace < run.started + mode.undisturbed { tooEarly += 1 }
      }
    case .evicted(let id, let at):
      evictions += 1
      if !keepsAll, let job = jobs[id], let run = job.run { lost(job.request, run, at: at) }
      note(id)
    case .resized(let id, let allocation, _):
      guard let before = jobs[id]?.run?.allocation,
        allocation.slices.count < before.slices.count
      else { return }
      shrinks += 1
      note(id)
    case .started(let id, _, let allocation, _):
      // A fault may dissolve its claim and leave it room elsewhere, by one input.
      for (number, entry) in made
      where entry.claim.preemptor == id && entry.fate == .open && !voided.contains(number) {
        close(number, allocation == entry.claim.allocation ? .useful : .useless)
      }
    case .dissolved(let id, let at):
      // Where nobody was told yet nobody goes, so there is nothing to judge.
      guard made[id]?.claim.isUntold(at: at) != true else {
        made[id] = nil
        return
      }
      voided.append(id)
      // Its victims went late, as their agents were away or their tasks took their time.
      if let deadline = made[id]?.claim.deadline, at > deadline { sawFaultOrCancel = true }
    case .cancelled, .heldBack, .lost, .letGo, .conditionChanged, .agentsChanged, .noted, .restored,
      .policyChanged,
      .fleetChanged:
      sawFaultOrCancel = true
    default: break
    }
  }

  /// An input has been dealt with: why a claim was dissolved is known.
  mutating func settle() {
    for id in voided { close(id, sawFaultOrCancel ? .dissolved : .useless) }
    voided.removeAll(keepingCapacity: true)
    sawFaultOrCancel = false
  }

  private mutating func lost(_ request: JobRequest, _ run: LiveJob.Run, at now: Instant) {
    let checkpoints = request.terms?.checkpoints
    let work = LostWork(
      started: run.started,
      milliAccelerators: run.allocation.milliAccelerators(of: request.shape.member.share),
      checkpoints: checkpoints.map { .every($0.every) } ?? .never,
      restart: checkpoints?.restart ?? restart, reported: run.checkpoint)
    lostAcceleratorMilliseconds += Int128(work.loss(at: now))
  }

  /// A job went, or shrank, for a claim.
  private mutating func note(_ id: JobID) {
    guard let number = claimOf.removeValue(forKey: id), var entry = made[number] else { return }
    entry.evictions += 1
    made[number] = entry
    count(1, entry.fate)
  }

  private mutating func close(_ number: ClaimID, _ fate: Fate) {
    guard var entry = made[number], entry.fate == .open else { return }
    entry.fate = fate
    count(entry.evictions, fate)
    // Who was told before a claim was void goes all the same, later.
    made[number] = fate == .useful ? nil : entry
  }

  private mutating func count(_ evictions: Int, _ fate: Fate) {
    switch fate {
    case .open, .useful: break
    case .useless: useless += evictions
    case .dissolved: dissolved += evictions
    }
  }
}
