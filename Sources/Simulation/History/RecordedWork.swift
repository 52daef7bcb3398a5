import Fleet
import Jobs
import Units

/// A job's run as far as a journal tells of it, in member-milliseconds.
///
/// What the simulator's agents know of a job (`SimulatedAgents`), gathered from what the machine
/// wrote down.
struct RecordedWork: Sendable {
  /// The job's place among those of the period.
  let job: Int

  /// What checkpoints of earlier attempts have kept.
  private(set) var kept: Int64 = 0

  /// What of that was done before the period.
  private var keptEarly: Int64 = 0

  /// By how many members it is reckoned how long the job runs: as many as it asks for, but of one
  /// that ran when the period began those that it had then.
  private var whole: Int64

  /// Which of all starts and changes of size its last one was: of two jobs that end at one instant
  /// the one ends first whose was first.
  private var turn = 0

  /// From when on what is done counts in the attempt that runs: after its restart.
  private var begun = Instant.distantPast

  /// What was done in the attempt until `since`.
  private var done: Int64 = 0
  private var since = Instant.distantPast
  private var members: Int64 = 0

  /// What of that was done before the period.
  private var early: Int64 = 0

  /// What was done when the attempt last reported a checkpoint.
  private var reported: Int64?

  /// A job that waits.
  init(job: Int, whole: Int) {
    self.job = job
    self.whole = Int64(max(1, whole))
  }

  /// It ran already when the period began.
  mutating func ranBefore(_ run: JobLifecycle.Run, _ now: Instant, turn: Int) {
    self.turn = turn
    members = Int64(run.allocation.slices.count)
    whole = max(1, members)
    (begun, since) = (run.started, now)
    done = max(0, (now - begun).milliseconds) * members
    early = done
    reported = run.checkpoint.map { max(0, ($0 - begun).milliseconds) * members }
  }

  /// An attempt starts, whose work begins once it is where its checkpoint was.
  mutating func started(asking nodes: Int, members: Int, at begin: Instant, turn: Int) {
    self.turn = turn
    whole = Int64(max(1, nodes))
    (begun, since) = (begin, begin)
    (done, early, reported) = (0, 0, nil)
    self.members = Int64(members)
  }

  /// It goes on with other members.
  mutating func resized(members: Int, at now: Instant, turn: Int) {
    self.turn = turn
    done = done(at: now)
    since = max(now, begun)
    self.members = Int64(members)
  }

  /// It has made a checkpoint.
  mutating func checkpointed(at now: Instant) { reported = done(at: now) }

  /// The attempt has come to nothing, but for what its last checkpoint has kept: the one that it
  /// reported, or else one by its cadence, which goes from the attempt's own beginning.
  ///
  /// - Parameters:
  ///   - cadence: nil: it makes none by itself.
  ///   - keepsAll: whether who goes loses nothing.
  mutating func stopped(at now: Instant, cadence: TimeSpan?, keepsAll: Bool) {
    let done = done(at: now)
    var kept: Int64 = 0
    if keepsAll {
      kept = done
    } else if let reported {
      kept = reported
    } else if let cadence, cadence > .zero, now > begun {
      let since = (now - begun).milliseconds % cadence.milliseconds
      kept = max(0, done - since * members)
    }
    self.kept += kept
    keptEarly += min(kept, early)
    (self.done, early, reported, members, since) = (0, 0, nil, 0, now)
  }

  /// What was done in the attempt by an instant.
  func done(at now: Instant) -> Int64 {
    members > 0 ? done + max(0, (now - since).milliseconds) * members : done
  }

  /// For how long it has run in all, as jobs are reckoned: over all attempts, less all lost.
  func having(at now: Instant) -> TimeSpan {
    TimeSpan(milliseconds: (kept + done(at: now)) / whole)
  }

  /// For how many milliseconds of that it ran before the period.
  var before: Int64 { (keptEarly + early) / whole }

  /// The same of the attempt that runs.
  var attemptBefore: Int64 { early / whole }

  /// What is foreseen of it.
  func foreseen(
    _ request: JobRequest, at now: Instant, by runTimes: RunTimeHistory
  ) -> ForeseenWork {
    let time = runTimes.runTime(of: request, having: having(at: now)).time
    var work = ForeseenWork(total: time.milliseconds * whole, turn: turn)
    (work.kept, work.done, work.reported) = (kept, done(at: now), reported)
    return work
  }
}
