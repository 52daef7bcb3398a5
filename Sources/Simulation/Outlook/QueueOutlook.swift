import Cluster
public import Control
import Fleet
import Jobs
public import Policy
public import Units

/// What becomes of the jobs that live now, if nothing else comes.
///
/// Those that run end when it is foreseen, and those that wait start when it is their turn.
public struct QueueOutlook: Sendable {
  /// What becomes of one job.
  public struct Fate: Hashable, Sendable {
    /// Which.
    public var job: JobID
    /// Who pays.
    public var account: AccountID
    /// Under which mode.
    public var mode: ModeID
    /// The accelerators that it asks for, or cores where there are none.
    public var size: Int
    /// When it was submitted.
    public var submitted: Instant
    /// Whether it runs now.
    public var isRunning: Bool
    /// When it starts, of those that wait, or starts anew; nil: not before the end of the outlook.
    public var start: Instant?
    /// What it is promised right after the first plan; nil: nothing.
    public var promise: Instant?
    /// When it was decided that it must go, the first time; nil: never.
    public var evicted: Instant?
    /// Whether it may not start any more, as the rules stand.
    public var isBarred = false
  }

  /// Why there is no outlook: the rules can't be changed so.
  public struct Refused: Error, CustomStringConvertible, Sendable {
    /// What stands in the way.
    public let description: String
  }

  /// When it is made.
  public let now: Instant

  /// How far it looks.
  public let horizon: Instant

  /// The live jobs, in the order of their numbers.
  public private(set) var fates: [Fate]

  /// Looks on from a state.
  ///
  /// - Parameters:
  ///   - change: the rules that are to take the place of those in force, now; nil: they stay.
  ///   - span: how far to look.
  /// - Throws: `Refused` where the rules can't be changed so.
  public init(
    _ history: RecordedHistory, changingTo change: ClusterPolicy?,
    span: TimeSpan = .seconds(30 * 86_400)
  ) throws(Refused) {
    let (now, state) = (history.end, history.state)
    self.now = now
    horizon = now + span
    var cluster = VirtualCluster(
      resuming: state, plannedAt: history.lastPlan, at: now
    ) { id, job in
      guard let work = history.works[id] else { preconditionFailure("job \(id.number) is unknown") }
      return work.foreseen(job.request, at: now, by: history.runTimes)
    }
    cluster.incidents.insert(Incident(at: now, change.map { .policyChanged($0) } ?? .tick), at: 0)
    var watch = Watch()
    let countsCores = state.topology.acceleratorCount == 0
    fates = state.jobs.all.map { id, job in
      let shape = job.request.shape
      let isRunning = job.lifecycle.run != nil
      if !isRunning { watch.waiting.insert(id) }
      return Fate(
        job: id, account: job.request.account, mode: job.request.mode,
        size: countsCores ? shape.milliCores / 1000 : shape.acceleratorCount,
        submitted: job.submitted, isRunning: isRunning)
    }
    var nobody = Nobody()
    cluster.run(&nobody, until: now, observer: &watch)
    if let refusal = watch.refusal { throw Refused(description: refusal) }
    for index in fates.indices {
      guard let job = cluster.machine.state.jobs[fates[index].job] else { continue }
      fates[index].promise = job.lifecycle.promise.flatMap {
        $0.start == .distantFuture ? nil : $0.start
      }
      fates[index].isBarred = job.isBarred
    }
    cluster.run(&nobody, until: horizon, observer: &watch)
    for index in fates.indices {
      fates[index].start = watch.starts[fates[index].job]
      fates[index].evicted = watch.evictions[fates[index].job]
    }
  }

  /// When a waiting job starts, if nothing else comes; nil: not within a span.
  ///
  /// - Parameter reader: has taken all that happened: by it is foreseen how long the jobs run that
  ///   live now, and it knows what of that is done.
  public static func start(
    of job: JobID, in machine: ControlMachine, at now: Instant, by reader: HistoryReader,
    within span: TimeSpan
  ) -> Instant? {
    let runTimes = reader.runTimes
    var cluster = VirtualCluster(
      resuming: machine.state, plannedAt: machine.lastPlan, at: now
    ) { id, job in
      guard let work = reader.works[id] else { preconditionFailure("job \(id.number) is unknown") }
      return work.foreseen(job.request, at: now, by: runTimes)
    }
    cluster.incidents.insert(Incident(at: now, .tick), at: 0)
    var watch = Watch()
    watch.sought = job
    var nobody = Nobody()
    cluster.run(&nobody, until: now + span, observer: &watch)
    return watch.starts[job]
  }

  /// Those of whom it was decided at once that they must go.
  public var evictedAtOnce: [Fate] { fates.filter { $0.evicted == now } }
}

/// Nobody comes any more.
private struct Nobody: SimulatedUsers {
  var nextSubmission: Instant? { nil }
  mutating func submit() -> SimulatedJob { preconditionFailure("nobody submits anything") }
  mutating func learn(_ effect: Effect, at now: Instant) {}
}

/// Watches until all that wait have started, and all that were evicted have started again.
private struct Watch: ReplayObserver {
  /// Who has not started yet.
  var waiting: Set<JobID> = []
  var starts: [JobID: Instant] = [:]
  var evictions: [JobID: Instant] = [:]
  var refusal: String?

  /// The only one whose start is of interest; nil: all are.
  var sought: JobID?

  var isContent: Bool {
    if let sought { return starts[sought] != nil }
    return waiting.isEmpty && hasLooked || refusal != nil
  }

  private var hasLooked = false

  mutating func settled(_ machine: ControlMachine, at now: Instant) { hasLooked = true }

  mutating func performed(_ effect: Effect, at now: Instant) {
    switch effect {
    case .refused(let why): refusal = "\(why)"
    case .append(let event): happened(event, at: now)
    default: break
    }
  }

  private mutating func happened(_ event: Event, at now: Instant) {
    switch event {
    case .started(let id, _, _, let at):
      if waiting.remove(id) != nil || id == sought, starts[id] == nil { starts[id] = at }
    case .claimed(let claim, let at):
      for victim in claim.victims {
        evictions[victim.job] = evictions[victim.job] ?? at
      }
    case .evicted(let id, _):
      if starts[id] == nil { waiting.insert(id) }
    case .cancelled(let id, _), .ended(let id, _, _): waiting.remove(id)
    default: break
    }
  }
}
