import Cluster
import Codec
import Control
public import Fleet
import Jobs
public import Policy
import Scheduling
import Traces
public import Units

/// One play of a fold: what became of its jobs, what they were told, and what was known at the cut.
public struct BacktestPlay: Sendable {
  /// Which of the waiting jobs are asked about, so that a play comes to an end.
  public struct Asking: Sendable {
    /// Every so many-th is told what `gwhy` says.
    public var every = 1
    /// Every so many-th of these is told what the outlook for the queue says, too.
    public var outlookEvery = 25

    /// All are told.
    public init() {}
  }

  /// A job of the fold, as far as it came.
  public struct Job: Sendable {
    /// When it was submitted.
    public var submitted: Instant
    /// The accelerators that it asks for.
    public var size: Int
    /// When it was told that it would start; nil: it wasn't, or nobody knew.
    public var told: Instant?
    /// When the outlook for the queue would have it start, if nothing else came.
    public var foreseen: Instant?
    /// When it started first.
    public var started: Instant?
    /// What it waited before its starts, as far as it came, in milliseconds.
    public var waited: Int64 = 0
    /// How long it ran, as the trace has it, in milliseconds.
    public var ran: Int64
    /// Whether it was taken in, and waits no more.
    public var isKnown = false
  }

  /// The jobs up to the fold's end, in order of submission; those that were refused, too.
  public let jobs: [Job]

  /// The weeks before the cut, as `gpolicy plan` would have taken them from the journal.
  public let history: RecordedHistory

  /// Why the change did not come into force; nil: it did, or there was none.
  public let refusal: String?

  /// Plays a fold.
  ///
  /// - Parameters:
  ///   - mapping: makes requests of the trace's jobs, to the policy's accounts.
  ///   - change: comes into force at the cut; nil: the policy stays.
  ///   - asking: who is asked about; nil: nobody.
  public init(
    _ fold: BacktestFold, on topology: Topology, under policy: ClusterPolicy,
    mapping: RequestMapping, changingTo change: ClusterPolicy?, asking: Asking?
  ) {
    var cluster = VirtualCluster(topology: topology, policy: policy)
    var observer = BacktestObserver(
      fold, Snapshot(after: 0, at: fold.begin, lastPlan: nil, cluster.machine.state), asking)
    if let change { cluster.incidents = [Incident(at: fold.cut, .policyChanged(change))] }
    var users = PunctualUsers(fold.jobs.lazy.map { mapping.job($0) })
    cluster.run(&users, observer: &observer)
    jobs = observer.jobs
    refusal = observer.refusal
    history = observer.history ?? observer.reader.finished(at: fold.cut)
  }

  /// What the jobs that came after the cut came to; percentiles by nearest rank. O(n log n)
  public func shown(_ fold: BacktestFold) -> [BlockBootstrap.Figure: Double] {
    let jobs = jobs.filter { $0.submitted >= fold.cut && $0.isKnown }
    guard !jobs.isEmpty else { return [:] }
    let waits = Distribution(milliseconds: jobs.map(\.waited))
    let slowdowns = jobs.map { ReplayMetrics.boundedSlowdown(waited: $0.waited, ran: $0.ran) }
    return [
      .meanWait: waits.mean, .medianWait: waits.p50, .p90Wait: waits.p90,
      .meanSlowdown: slowdowns.reduce(0, +) / Double(jobs.count),
    ]
  }
}

/// Keeps the journal, asks about jobs as they come, and looks on until all that came
/// before the end wait no more.
private struct BacktestObserver: ReplayObserver {
  private(set) var jobs: [BacktestPlay.Job] = []
  /// All that has happened; where nobody is asked about, up to the cut.
  private(set) var reader: HistoryReader
  /// What was known at the cut, once that has been reached.
  private(set) var history: RecordedHistory?
  private(set) var refusal: String?

  private let fold: BacktestFold
  private let asking: BacktestPlay.Asking?
  private var input = Input.tick
  private var events: [Event] = []
  private var sequence: UInt64 = 0
  /// By job, less one: its place.
  private var places: [Int32] = []
  /// By job, less one: since when it waits or runs.
  private var since: [Instant] = []
  /// Who has just been taken in.
  private var accepted: JobID?
  private var waiting = 0
  private var asked = 0
  private var now = Instant.distantPast

  init(_ fold: BacktestFold, _ snapshot: Snapshot, _ asking: BacktestPlay.Asking?) {
    self.fold = fold
    self.asking = asking
    reader = HistoryReader(beginning: snapshot, since: fold.begin, estimate: .history)
  }

  var isContent: Bool { now >= fold.end && waiting == 0 }

  mutating func received(_ input: Input, at now: Instant) {
    self.input = input
    self.now = now
    events.removeAll(keepingCapacity: true)
  }

  mutating func performed(_ effect: Effect, at now: Instant) {
    switch effect {
    case .accepted(let id): accepted = id
    case .refused(let why): refusal = "\(why)"
    case .rejected: if now < fold.end { add(at: now) }
    case .append(let event):
      events.append(event)
      happened(event)
    default: break
    }
  }

  mutating func settled(_ machine: ControlMachine, at now: Instant) {
    if history == nil, now >= fold.cut { history = reader.finished(at: fold.cut) }
    if history == nil || asking != nil { keep(machine, at: now) }
    guard let id = accepted else { return }
    accepted = nil
    ask(id, machine, at: now)
  }

  private mutating func keep(_ machine: ControlMachine, at now: Instant) {
    sequence += 1
    let lastPlan = machine.lastPlan == .distantPast ? nil : machine.lastPlan
    reader.take(
      JournalEntry(
        sequence: sequence, epoch: 1,
        JournalEntry.Draft(at: now, .told(input), events: events, lastPlan: lastPlan)))
  }

  /// What a user is told who submits a job and looks.
  private mutating func ask(_ id: JobID, _ machine: ControlMachine, at now: Instant) {
    let place = Int(places[Int(id.number) - 1])
    guard place >= 0, let asking, machine.state.jobs[id]?.lifecycle.run == nil else { return }
    asked += 1
    guard asked % asking.every == 0 else { return }
    jobs[place].told = machine.explain(id, at: now).estimate?.start(at: now)
    guard (asked / asking.every) % asking.outlookEvery == 0 else { return }
    jobs[place].foreseen = QueueOutlook.start(
      of: id, in: machine, at: now, by: reader, within: .seconds(30 * 86_400))
  }

  private mutating func happened(_ event: Event) {
    switch event {
    case .submitted(_, _, let count, let at): for _ in 0..<count { submitted(at: at) }
    case .started(let id, _, _, let at): passed(id, until: at, waits: false)
    case .evicted(let id, let at), .lost(let id, let at): passed(id, until: at, waits: true)
    case .cancelled(let id, let at): passed(id, until: at, waits: false)
    default: break
    }
  }

  private mutating func submitted(at now: Instant) {
    since.append(now)
    guard now < fold.end else {
      places.append(-1)
      return
    }
    places.append(Int32(jobs.count))
    waiting += 1
    add(at: now)
  }

  /// The next job of the trace has come.
  private mutating func add(at now: Instant) {
    let job = fold.jobs[fold.jobs.startIndex + jobs.count]
    jobs.append(
      BacktestPlay.Job(submitted: now, size: Int(job.size), ran: job.runTime.milliseconds))
  }

  /// A job no longer waits, or waits again.
  private mutating func passed(_ id: JobID, until now: Instant, waits: Bool) {
    let job = Int(id.number) - 1
    let span = (now - since[job]).milliseconds
    since[job] = now
    let place = Int(places[job])
    guard place >= 0 else { return }
    waiting += waits ? 1 : -1
    jobs[place].isKnown = !waits
    guard !waits else { return }
    jobs[place].waited += span
    jobs[place].started = jobs[place].started ?? now
  }
}
