public import Cluster
public import Fleet
public import Jobs
public import Policy
public import Units

/// Who goes next: makes plans for a state, and remembers what it needs to make the next one fast.
///
/// What it remembers (the queue by shape, the timeline of ends, what was tried in vain) follows
/// from the state alone: a planner made afresh from the state that a plan left plans the same from
/// then on, which tests check after every input. `plan(for:at:)` takes for granted that its plan is
/// carried out; where it is not, make a new planner.
///
/// ```
///         jobSubmitted, runEnded            plan
/// machine ──────────────────────▶ Planner ───────▶ decisions ─▶ events ─▶ ClusterState
/// ```
public struct Planner: Sendable {
  // Just one of the two exists: optionals, because an enum's payload is copied to be changed.
  private var head: HeadDiscipline?
  private var promises: PromiseDiscipline?

  /// A planner for a state as a plan left it, whatever is queued and running there.
  public init(policy: ClusterPolicy, state: ClusterState) {
    switch policy.backfill {
    case .none, .easy, .beforeShadow:
      head = HeadDiscipline(policy: policy, occupancy: state.occupancy)
    case .conservative, .reserving:
      promises = PromiseDiscipline(policy: policy, occupancy: state.occupancy)
    }
    for (id, job) in state.jobs.all {
      if let run = job.lifecycle.run {
        head?.runFound(run.allocation, deadline: run.started + job.request.timeLimit)
        promises?.runFound(run, job.request)
      } else {
        head?.jobFound(id, job.request, promise: job.lifecycle.promise)
        promises?.jobFound(id, job.request, promise: job.lifecycle.promise)
      }
    }
    head?.allFound(state.occupancy)
  }

  /// A job was accepted.
  public mutating func jobSubmitted(_ job: JobID, _ request: JobRequest) {
    head?.jobSubmitted(job, request)
    promises?.jobSubmitted(job, request)
  }

  /// A run came to its end, in time or before.
  public mutating func runEnded(
    _ run: JobLifecycle.Run, of request: JobRequest, at now: Instant
  ) {
    head?.runEnded(run.allocation, deadline: run.started + request.timeLimit)
    promises?.runEnded(run, request, at: now)
  }

  /// A node came into service, or left it; the next plan is for a state that says so, too.
  public mutating func conditionChanged(_ condition: NodeCondition, of node: NodeID) {
    head?.conditionChanged(condition, of: node)
    promises?.conditionChanged()
  }

  /// What to do now. Pure but for what the planner remembers: no clock, no chance, no I/O.
  public mutating func plan(for state: ClusterState, at now: Instant) -> Plan {
    if let plan = head?.plan(for: state, at: now) { return plan }
    if let plan = promises?.plan(for: state, at: now) { return plan }
    preconditionFailure("a planner without a discipline")
  }
}
