import Cluster
import Control
import Fleet
import Jobs
import Policy
import Units

/// The agents of all nodes, played by an agenda of when each gang's tasks end.
///
/// A gang's work is members × time. What an eviction leaves of it is what its last checkpoint kept:
/// one by its cadence, or the one it made when it was told to go. Where there is none it begins
/// anew; where there is, it first takes its restart time to be there again. An elastic gang with
/// half of its members takes twice the time for what is left.
struct SimulatedAgents: Sendable {
  struct TaskEnd: Comparable, Sendable {
    var instant: Instant
    /// At one instant, tasks end in the order in which they were put on the agenda.
    var sequence: UInt32
    var job: JobID
    var attempt: AttemptNumber
    var exit: TaskExit

    static func < (a: TaskEnd, b: TaskEnd) -> Bool {
      (a.instant, a.sequence) < (b.instant, b.sequence)
    }
  }

  /// A job as its tasks know it.
  private struct Work: Sendable {
    /// All there is to do, in member-milliseconds.
    var total: Int64
    /// What checkpoints of earlier attempts have kept.
    var kept: Int64 = 0
    var checkpoints: Checkpoints?
    /// How its tasks end by themselves.
    var exit = TaskExit.finished
    /// From when on what is done counts in the attempt that runs: after its restart.
    var begun = Instant.distantPast
    /// What was done in the attempt until `since`, with other numbers of members.
    var done: Int64 = 0
    var since = Instant.distantPast
    var members: Int64 = 0
    /// How many times as long as at the best place the attempt takes, in millionths.
    var slowdown = Int64(NetworkModel.one)
    /// What the last checkpoint of the attempt kept of `done`, if it has said that it made one.
    var signalled: Int64?
    /// The end that is on the agenda for it; one that is older is void.
    var end: UInt32 = 0
  }

  /// A thousand years: no slowdown makes a run longer.
  private static let longest: Int64 = 31_536_000_000_000

  private var agenda = BinaryHeap<TaskEnd>()
  private var sequence: UInt32 = 0

  /// The work of those that lived when the agents were taken over, then each accepted job's.
  private var works: [Work] = []

  /// The numbers of those that lived then, in order.
  private let resumed: [UInt32]

  /// The number of the first job that may be accepted.
  private let first: UInt32

  /// How long a job takes to be where its checkpoint was, where it doesn't say.
  private let restart: TimeSpan

  /// Whether who goes keeps all of its work, and goes on at once when it is back.
  private let keepsAll: Bool

  init(policy: ClusterPolicy) {
    restart = policy.preemption?.restart ?? .zero
    keepsAll = policy.preemptsFreely
    resumed = []
    first = 1
  }

  /// The agents of a cluster in which jobs live already. O(live jobs)
  ///
  /// - Parameter work: what a job's tasks have to do in all, and what of that is done.
  init(
    resuming state: ClusterState, at now: Instant,
    work: (JobID, Job) -> ForeseenWork
  ) {
    restart = state.policy.preemption?.restart ?? .zero
    keepsAll = state.policy.preemptsFreely
    resumed = state.jobs.all.map(\.id.number)
    first = state.nextJob.number
    works.reserveCapacity(resumed.count)
    var ends: [(turn: Int, job: JobID, attempt: AttemptNumber, isEnding: Bool)] = []
    for (id, job) in state.jobs.all {
      let foreseen = work(id, job)
      let run = job.lifecycle.run
      var work = Work(total: foreseen.total, kept: foreseen.kept)
      work.checkpoints = job.request.terms?.checkpoints
      if let run {
        work.begun = run.started + delay(of: work)
        work.since = max(now, work.begun)
        work.members = Int64(run.allocation.slices.count)
        work.done = foreseen.done
        work.total = max(work.total, work.kept + work.done)
        work.signalled = foreseen.reported
        // Who has been told to make a checkpoint and has not said so yet makes one now.
        if let signal = job.lifecycle.eviction?.signal, signal <= now,
          run.checkpoint ?? .distantPast < signal
        {
          work.signalled = work.done
        }
      }
      works.append(work)
      guard let run else { continue }
      let isEnding =
        job.isCancelled || (job.deadline ?? .distantFuture) < now
        || (job.lifecycle.eviction?.end ?? .distantFuture) <= now
      ends.append((foreseen.turn, id, run.attempt, isEnding))
    }
    // Who was put on the agenda first ends first, of those that end at one instant.
    ends.sort { ($0.turn, $0.job) < ($1.turn, $1.job) }
    for end in ends {
      if end.isEnding {
        terminate(end.job, end.attempt, at: now)
      } else {
        putEnd(of: end.job, end.attempt, at: now)
      }
    }
  }

  private func index(_ job: JobID) -> Int {
    guard job.number < first else { return resumed.count + Int(job.number - first) }
    let place = resumed.partitioningIndex { $0 >= job.number }
    precondition(place < resumed.count && resumed[place] == job.number, "job \(job.number) is over")
    return place
  }

  /// How long an attempt takes until it is where the checkpoint was.
  private func delay(of work: Work) -> TimeSpan {
    work.kept > 0 && !keepsAll ? work.checkpoints?.restart ?? restart : .zero
  }

  /// When the next gang's tasks end, or nil while none run.
  var nextEnd: Instant? { agenda.first?.instant }

  mutating func expect(_ job: JobID, _ simulated: SimulatedJob) {
    precondition(index(job) == works.count, "job \(job.number) out of turn")
    let members = Int64(simulated.request.shape.nodeCount)
    works.append(
      Work(
        total: simulated.runTime.milliseconds * members,
        checkpoints: simulated.request.terms?.checkpoints, exit: simulated.exit))
  }

  mutating func launch(
    _ job: JobID, _ attempt: AttemptNumber, _ allocation: Allocation, slowdown: Int64?,
    at now: Instant
  ) {
    let index = index(job)
    works[index].slowdown = slowdown ?? Int64(NetworkModel.one)
    let delay = delay(of: works[index])
    works[index].begun = now + delay
    works[index].since = now + delay
    works[index].done = 0
    works[index].signalled = nil
    works[index].members = Int64(allocation.slices.count)
    putEnd(of: job, attempt, at: now)
  }

  /// The gang makes a checkpoint, if it knows how to; whether it does.
  mutating func signal(_ job: JobID, at now: Instant) -> Bool {
    let index = index(job)
    guard works[index].checkpoints != nil else { return false }
    works[index].signalled = done(index, at: now)
    return true
  }

  /// The gang goes on with other members.
  mutating func resize(
    _ job: JobID, _ attempt: AttemptNumber, _ allocation: Allocation, at now: Instant
  ) {
    let index = index(job)
    works[index].done = done(index, at: now)
    works[index].since = max(now, works[index].begun)
    works[index].members = Int64(allocation.slices.count)
    putEnd(of: job, attempt, at: now)
  }

  /// The end that was on the agenda is void, or stays there; the machine takes it for late news.
  mutating func terminate(_ job: JobID, _ attempt: AttemptNumber, at now: Instant) {
    keepWork(of: job, at: now)
    add(job, attempt, .terminated, at: now)
  }

  /// The gang's tasks are gone with a node; the end that was on the agenda is void.
  mutating func lose(_ job: JobID, at now: Instant) {
    keepWork(of: job, at: now)
    works[index(job)].end = .max
  }

  mutating func takeNextEnd() -> TaskEnd? {
    guard let end = agenda.popFirst() else { return nil }
    return end
  }

  /// Whether an end that was on the agenda is void, because its gang has changed its size.
  func isVoid(_ end: TaskEnd) -> Bool {
    end.exit != .terminated && works[index(end.job)].end != end.sequence
  }

  private func done(_ index: Int, at now: Instant) -> Int64 {
    let work = works[index]
    guard now > work.since else { return work.done }
    let spent = Int128((now - work.since).milliseconds * work.members)
    return work.done + Int64(spent * Int128(NetworkModel.one) / Int128(work.slowdown))
  }

  /// What the attempt's last checkpoint has kept is not to be done again.
  private mutating func keepWork(of job: JobID, at now: Instant) {
    let index = index(job)
    guard !keepsAll else {
      works[index].kept = min(works[index].kept + done(index, at: now), works[index].total)
      return
    }
    guard let checkpoints = works[index].checkpoints else { return }
    if let signalled = works[index].signalled {
      works[index].kept += signalled
    } else if checkpoints.every > .zero, now > works[index].begun {
      // By its cadence, as the scheduler reckons: from the start of the attempt's tasks on.
      let span = (now - works[index].begun).milliseconds
      let since = span % checkpoints.every.milliseconds
      let lost = Int64(
        Int128(since * works[index].members) * Int128(NetworkModel.one)
          / Int128(works[index].slowdown))
      works[index].kept += max(0, done(index, at: now) - lost)
    }
    works[index].kept = min(works[index].kept, works[index].total)
  }

  private mutating func putEnd(of job: JobID, _ attempt: AttemptNumber, at now: Instant) {
    let index = index(job)
    let work = works[index]
    let left = max(0, work.total - work.kept - work.done)
    let least = (left + work.members - 1) / max(1, work.members)
    let span = Int64(
      clamping: Int128(least) * Int128(work.slowdown) / Int128(NetworkModel.one))
    works[index].end = sequence
    add(
      job, attempt, work.exit,
      at: max(now, work.since) + TimeSpan(milliseconds: min(span, Self.longest)))
  }

  private mutating func add(
    _ job: JobID, _ attempt: AttemptNumber, _ exit: TaskExit, at instant: Instant
  ) {
    agenda.insert(
      TaskEnd(instant: instant, sequence: sequence, job: job, attempt: attempt, exit: exit))
    sequence += 1
  }
}

/// What is foreseen of a job that lives, and what of that is done already, in member-milliseconds.
public struct ForeseenWork: Hashable, Sendable {
  /// What its tasks have to do in all, over all attempts.
  public var total: Int64
  /// What checkpoints of earlier attempts have kept.
  public var kept: Int64 = 0
  /// What the attempt that runs has done.
  public var done: Int64 = 0
  /// What of that it has reported to have kept; nil: it has reported nothing.
  public var reported: Int64?
  /// Of two that end at one instant, the one with the lower number ends first.
  public var turn: Int

  /// The work of a job that has done nothing yet.
  public init(total: Int64, turn: Int) {
    (self.total, self.turn) = (total, turn)
  }
}
