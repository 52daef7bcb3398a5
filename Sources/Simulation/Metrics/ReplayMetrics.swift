import Cluster
public import Control
public import Fleet
public import Jobs
public import Units

/// Measures a replay: waits, slowdowns, completion times, and how much was allocated.
public struct ReplayMetrics: ReplayObserver, Sendable {
  /// How many jobs came how far.
  public struct Counts: Hashable, Sendable {
    /// Everything that users asked for.
    public var submitted = 0
    /// Jobs that got to run.
    public var started = 0
    /// Jobs whose tasks ended by themselves.
    public var completed = 0
    /// Jobs that were ended at their time limit.
    public var timedOut = 0
    /// Jobs whose tasks ended by themselves, and not well.
    public var failed = 0
    /// Jobs that were taken back.
    public var cancelled = 0
    /// Jobs that were refused: they could never run.
    public var rejected = 0
    /// Why the first of them was.
    public var firstRejection: JobRejection?

    /// Jobs that came to no end: refused, or still there when nothing happened any more.
    public var unfinished: Int { submitted - completed - timedOut - failed - cancelled }

    /// No job yet.
    public init() {}
  }

  /// How many jobs came how far.
  public private(set) var counts = Counts()

  /// How many events the machine appended.
  public private(set) var events = 0

  /// From submission to start, in milliseconds, by the order of ends; after evictions too.
  public private(set) var waits: [Int64] = []

  /// From submission to end, in milliseconds, by the order of ends.
  public private(set) var completions: [Int64] = []

  /// Of each job, by the order of ends.
  public private(set) var boundedSlowdowns: [Double] = []

  private struct Live: Sendable {
    var submitted: Instant
    /// Since when it waits, or holds what it holds.
    var since: Instant
    /// Milliseconds that it has waited before its starts.
    var waited: Int64 = 0
    /// What it asks of each accelerator.
    var share: DeviceShare
    var hasStarted = false
    /// What it holds, in thousandths of accelerators, or of cores where there are none.
    var milli: Int64 = 0
  }

  private let countsCores: Bool
  private let fleetMilli: Int
  private var live: [Live] = []
  private var firstSubmission: Instant?
  private var lastEnd: Instant?
  /// What was held, in thousandths times milliseconds.
  private var heldMilli = Int128(0)

  /// Nothing measured yet; in a fleet without accelerators it is cores that are counted.
  public init(topology: Topology) {
    countsCores = topology.acceleratorCount == 0
    fleetMilli = countsCores ? topology.milliCores : topology.acceleratorCount * 1000
  }

  /// Takes note of what the machine did.
  public mutating func performed(_ effect: Effect, at now: Instant) {
    switch effect {
    case .append(let event):
      events += 1
      happened(event)
    case .rejected(let rejection):
      counts.firstRejection = counts.firstRejection ?? rejection
      counts.submitted += 1
      counts.rejected += 1
    case .record, .accepted, .acceptedArray, .refused, .launch, .signal, .resize, .terminate, .wake:
      break
    }
  }

  private mutating func happened(_ event: Event) {
    switch event {
    case .submitted(_, let request, let count, let at):
      counts.submitted += count
      if firstSubmission == nil { firstSubmission = at }
      let job = Live(submitted: at, since: at, share: request.shape.member.share)
      live += repeatElement(job, count: count)
    case .started(let id, _, let allocation, let at):
      let index = Int(id.number) - 1
      if !live[index].hasStarted { counts.started += 1 }
      live[index].hasStarted = true
      live[index].waited += (at - live[index].since).milliseconds
      live[index].since = at
      hold(allocation, index)
    case .evicted(let id, let at), .lost(let id, let at):
      held(Int(id.number) - 1, until: at)
    case .resized(let id, let allocation, let at):
      held(Int(id.number) - 1, until: at)
      hold(allocation, Int(id.number) - 1)
    case .ended(let id, let outcome, let at):
      switch outcome {
      case .completed: counts.completed += 1
      case .timedOut: counts.timedOut += 1
      case .failed, .nodeFailed, .outOfMemory: counts.failed += 1
      case .cancelled: counts.cancelled += 1
      }
      held(Int(id.number) - 1, until: at)
      ended(live[Int(id.number) - 1], at: at)
    case .cancelled:
      counts.cancelled += 1
    case .heldBack, .cancelRequested, .promised, .promiseDropped, .checkpointed, .claimed,
      .memberEnded, .dissolved, .letGo, .conditionChanged, .agentsChanged, .noted, .restored,
      .policyChanged,
      .fleetChanged:
      break
    }
  }

  private mutating func hold(_ allocation: Allocation, _ index: Int) {
    live[index].milli = Int64(
      countsCores
        ? allocation.milliCores : allocation.milliAccelerators(of: live[index].share))
  }

  private mutating func held(_ index: Int, until now: Instant) {
    let span = (now - live[index].since).milliseconds
    heldMilli += Int128(span) * Int128(live[index].milli)
    live[index].since = now
  }

  private mutating func ended(_ job: Live, at end: Instant) {
    let wait = job.waited
    let run = (end - job.submitted).milliseconds - wait
    waits.append(wait)
    completions.append(wait + run)
    boundedSlowdowns.append(Self.boundedSlowdown(waited: wait, ran: run))
    lastEnd = max(lastEnd ?? end, end)
  }

  /// max(1, completion ÷ max(time run, 10 s)), of milliseconds. (Feitelson et al. 1997)
  static func boundedSlowdown(waited: Int64, ran: Int64) -> Double {
    max(1, Double(waited + ran) / Double(max(ran, 10_000)))
  }

  /// From the first submission to the last end.
  public var makespan: TimeSpan {
    guard let firstSubmission, let lastEnd else { return .zero }
    return lastEnd - firstSubmission
  }

  /// The part of the fleet that was held, averaged over the makespan.
  public var allocatedFraction: Double {
    guard makespan > .zero else { return 0 }
    return Double(heldMilli) / Double(fleetMilli) / Double(makespan.milliseconds)
  }
}
