public import Cluster
import Codec
public import Control
public import Fleet
public import Jobs
public import Policy
public import Units

/// What a daemon's journal tells of a period, as a workload.
///
/// Who asked for what and when, how long it ran, who was taken back or held, which nodes were out
/// of service.
/// What the machine decided is left out: that is what a replay is to find.
public struct RecordedHistory: Sendable {
  /// A job of the period.
  public struct Job: Sendable {
    /// Its number in the journal.
    public var id: JobID
    /// What it asked for, in the numbers of the journal's accounts and modes.
    public var request: JobRequest
    /// When it was submitted; of jobs from before, the period's beginning.
    public var submitted: Instant
    /// For how long its tasks run, or are foreseen to.
    public var runTime: TimeSpan
    /// How they end.
    public var exit = TaskExit.finished
    /// What became of it; nil where it was not over at the end, or taken back.
    public var outcome: JobOutcome?
    /// How the journal knows that.
    public var source = Source.recorded
  }

  /// How it is known for how long a job runs.
  public enum Source: Hashable, Sendable {
    /// It has ended.
    case recorded
    /// Jobs like it have.
    case byHistory
    /// It has a time limit.
    case byLimit
  }

  /// Something that somebody did.
  public enum Deed: Sendable {
    /// A job is submitted, by its place among the jobs.
    case submit(Int)
    /// A waiting job is taken back.
    case cancel(Int)
    /// A waiting job is held back or released.
    case hold(Int, Bool, byOperator: Bool)
    /// The machine hears of nodes.
    case tell(Input)
  }

  /// When the period begins.
  public internal(set) var begin: Instant

  /// From when on it was asked for; the period begins later where the journal does not reach back
  /// so far.
  public internal(set) var asked: Instant

  /// The last entry of the journal.
  public internal(set) var end: Instant

  /// All jobs, in order of submission.
  public internal(set) var jobs: [Job] = []

  /// All that somebody did, in order.
  public internal(set) var deeds: [(instant: Instant, deed: Deed)] = []

  /// The state after the last entry.
  public internal(set) var state: ClusterState

  /// When the machine had made its last plan.
  public internal(set) var lastPlan: Instant

  /// The last entry's number.
  public internal(set) var sequence: UInt64

  /// How many jobs lived already when the period began.
  public internal(set) var carriedOver = 0

  /// How often the policy changed.
  public internal(set) var policyChanges = 0

  /// How often the fleet changed.
  public internal(set) var fleetChanges = 0

  /// By what it is foreseen how long jobs run that have not ended.
  public internal(set) var runTimes: RunTimeHistory

  /// Jobs that come to an idle cluster, each of which is known to run for so long; the period ends
  /// with the last that comes, and nothing lives then.
  ///
  /// - Parameter jobs: in order of submission, in the numbers of the policy's accounts and modes.
  public init(
    of jobs: some Sequence<SimulatedJob>, on topology: Topology, under policy: ClusterPolicy
  ) {
    for (place, job) in jobs.enumerated() {
      var recorded = Job(
        id: JobID(UInt32(place + 1)), request: job.request, submitted: job.submitted,
        runTime: job.runTime)
      recorded.exit = job.exit
      self.jobs.append(recorded)
      deeds.append((job.submitted, .submit(place)))
    }
    begin = self.jobs.first?.submitted ?? Instant(milliseconds: 0)
    asked = begin
    end = self.jobs.last?.submitted ?? begin
    state = ClusterState(topology: topology, policy: policy)
    lastPlan = .distantPast
    sequence = 0
    runTimes = RunTimeHistory(.limits)
  }

  init(after snapshot: Snapshot, since: Instant, estimate: EndEstimate) {
    asked = since
    begin = max(since, snapshot.instant)
    end = snapshot.instant
    state = snapshot.state
    lastPlan = snapshot.lastPlan ?? .distantPast
    sequence = snapshot.sequence
    runTimes = RunTimeHistory(estimate)
  }

  /// How far live jobs have come.
  var works: [JobID: RecordedWork] = [:]

  /// How many jobs were known to run for so long in such a way.
  public func count(_ source: Source) -> Int {
    jobs.reduce(0) { $0 + ($1.source == source ? 1 : 0) }
  }
}
