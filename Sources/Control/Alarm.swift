import Cluster
import Fleet
import Jobs
import Units

/// When something is to be done to a run; earliest first, then by job.
struct Alarm: Comparable, Sendable {
  enum Purpose: UInt8, Sendable {
    /// Its time limit is over.
    case limit
    /// It is told that it has to go.
    case signal
    /// It goes, because another job has a claim.
    case eviction
    /// It gives up members for a claim.
    case shrink
  }

  var instant: Instant
  var job: JobID
  var attempt: AttemptNumber
  var purpose: Purpose

  static func < (a: Alarm, b: Alarm) -> Bool {
    (a.instant, a.job, a.purpose.rawValue) < (b.instant, b.job, b.purpose.rawValue)
  }
}

extension ControlMachine {
  /// Does what is due, and forgets what was about runs that are over.
  mutating func giveAlarms(at now: Instant, _ effects: inout [Effect]) {
    while let alarm = alarms.first {
      let job = state.jobs[alarm.job]
      let isRunning = job?.lifecycle.run?.attempt == alarm.attempt
      guard !isRunning || alarm.instant <= now else { return }
      // Who was spared and is chosen again may have the same alarm twice.
      while alarms.first == alarm { _ = alarms.popFirst() }
      guard isRunning, let job else { continue }
      switch alarm.purpose {
      case .limit:
        effects.append(.terminate(alarm.job, alarm.attempt))
      case .signal:
        // Who was spared and is chosen again has other alarms.
        guard job.lifecycle.eviction?.signal == alarm.instant else { continue }
        effects.append(.signal(alarm.job, alarm.attempt))
      case .eviction:
        guard job.lifecycle.eviction?.end == alarm.instant else { continue }
        effects.append(.terminate(alarm.job, alarm.attempt))
      case .shrink:
        guard let shrink = state.shrink(of: alarm.job), shrink.end == alarm.instant else {
          continue
        }
        letGo(shrink, alarm.attempt, at: now, &effects)
      }
    }
  }

  /// A gang is told to be smaller, for good: it is though the claim dissolves meanwhile.
  ///
  /// Where members are leaving already for a claim that has dissolved, they leave first.
  private mutating func letGo(
    _ shrink: Claim.Shrink, _ attempt: AttemptNumber, at now: Instant, _ effects: inout [Effect]
  ) {
    guard state.jobs[shrink.job]?.lifecycle.run?.members?.keeps == nil else { return }
    happen(.letGo(shrink.job, keeps: shrink.keeps, at: now), at: now, &effects)
    guard let members = state.jobs[shrink.job]?.lifecycle.run?.members else { return }
    effects.append(.resize(shrink.job, attempt, shrink.keeps, number: members.resizes))
  }

  mutating func arm(
    _ eviction: JobLifecycle.Eviction, _ job: JobID, _ attempt: AttemptNumber
  ) {
    alarms.insert(
      Alarm(instant: eviction.signal, job: job, attempt: attempt, purpose: .signal))
    alarms.insert(
      Alarm(instant: eviction.end, job: job, attempt: attempt, purpose: .eviction))
  }

  mutating func arm(_ shrinks: [Claim.Shrink]) {
    for shrink in shrinks {
      guard let run = state.jobs[shrink.job]?.lifecycle.run else { continue }
      alarms.insert(
        Alarm(instant: shrink.end, job: shrink.job, attempt: run.attempt, purpose: .shrink))
    }
  }
}
