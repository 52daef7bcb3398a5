public import Cluster
public import Fleet
import Jobs
public import Policy
import Scheduling
public import Units

/// The whole controller as a deterministic state machine: inputs in, effects out.
///
/// The daemon and the simulator each own one and differ only in who performs its effects. It reads
/// no clock and performs nothing itself; the same inputs at the same instants give the same
/// effects, byte for byte.
///
/// ```
///          input, instant
///               │
///  admission ───┤ deadlines          one input:
///               ▼                     1. its own events
///        events ─▶ ClusterState       2. a plan, if anything changed
///               ▼                     3. the plan's events
///            Planner ─▶ Plan          4. the next alarm
///               │ checked against the state's version
///               ▼
///     effects: append, record, accepted, launch, terminate, wake
/// ```
public struct ControlMachine: Sendable {
  /// The truth, as far as this machine has decided it.
  public private(set) var state: ClusterState

  /// The rules in force.
  public let policy: ClusterPolicy

  private var planner: Planner
  private var deadlines = BinaryHeap<Deadline>()
  private var alarm = Instant.distantFuture

  /// What the fleet has room for when nothing runs: admission asks it.
  private let emptyFleet: Occupancy

  /// How many plans were made.
  public private(set) var planCount: UInt64 = 0

  /// When the last input came.
  private var lastInput = Instant.distantPast

  /// A controller of an idle fleet.
  public init(topology: Topology, policy: ClusterPolicy) {
    self.init(resuming: ClusterState(topology: topology), policy: policy)
  }

  /// A controller that takes over a state, as it was left after some input.
  ///
  /// From then on it does what the controller would have done that left it, but for two things:
  /// its first alarm may come earlier, and it terminates once more who is past the time limit, as
  /// nobody knows whether the agents have heard of it.
  public init(resuming state: ClusterState, policy: ClusterPolicy) {
    self.state = state
    self.policy = policy
    planner = Planner(policy: policy, state: state)
    emptyFleet = Occupancy(topology: state.topology)
    for (id, job) in state.jobs.all {
      guard let run = job.lifecycle.run, let deadline = job.deadline else { continue }
      deadlines.insert(Deadline(instant: deadline, job: id, attempt: run.attempt))
    }
  }

  /// Takes one input and appends what is to be done to `effects`.
  ///
  /// - Precondition: instants never run backwards.
  public mutating func handle(_ input: Input, at now: Instant, into effects: inout [Effect]) {
    precondition(now >= lastInput, "an input at \(now.milliseconds), before the last one")
    lastInput = now
    switch input {
    case .submit(let request):
      do throws(JobRejection) {
        try request.validate(on: emptyFleet)
      } catch {
        effects.append(.rejected(error))
        return
      }
      let job = state.nextJob
      happen(.submitted(job, request, at: now), &effects)
      effects.append(.accepted(job))
      planner.jobSubmitted(job, request)
      plan(at: now, &effects)
    case .tasksGone(let id, let attempt, let exit):
      // News of an attempt that is over already comes late or twice: agents repeat themselves
      // until they are acknowledged.
      guard let job = state.jobs[id], let run = job.lifecycle.run, run.attempt == attempt else {
        return
      }
      happen(.ended(id, JobOutcome(exit), at: now), &effects)
      planner.runEnded(run, of: job.request, at: now)
      plan(at: now, &effects)
    case .tick:
      alarm = .distantFuture
      endOverdue(at: now, &effects)
      plan(at: now, &effects)
    }
  }

  private mutating func happen(_ event: Event, _ effects: inout [Effect]) {
    state.apply(event)
    effects.append(.append(event))
  }

  // MARK: Plans

  private mutating func plan(at now: Instant, _ effects: inout [Effect]) {
    let plan = planner.plan(for: state, at: now)
    planCount += 1
    precondition(plan.version == state.version, "a plan for another version of the state")
    for decision in plan.decisions {
      effects.append(.record(decision))
      carryOut(decision, at: now, &effects)
    }
    arm(plan.nextPromise, &effects)
  }

  private mutating func carryOut(
    _ decision: Decision, at now: Instant, _ effects: inout [Effect]
  ) {
    switch decision {
    case .start(let id, let allocation, _):
      guard let job = state.jobs[id] else { preconditionFailure("starting no job") }
      let attempt = AttemptNumber(1)
      happen(.started(id, attempt, allocation, at: now), &effects)
      deadlines.insert(
        Deadline(instant: now + job.request.timeLimit, job: id, attempt: attempt))
      effects.append(.launch(id, attempt, allocation))
    case .reserve(let id, let reservation):
      happen(.promised(id, reservation), &effects)
    case .unreserve(let id, _):
      happen(.promiseDropped(id), &effects)
    case .hold:
      break
    }
  }

  // MARK: Alarms

  /// Ends whoever is past their time limit, and forgets the limits of those that are gone.
  private mutating func endOverdue(at now: Instant, _ effects: inout [Effect]) {
    while let deadline = deadlines.first {
      let isRunning = state.jobs[deadline.job]?.lifecycle.run?.attempt == deadline.attempt
      guard !isRunning || deadline.instant <= now else { return }
      _ = deadlines.popFirst()
      if isRunning { effects.append(.terminate(deadline.job, deadline.attempt)) }
    }
  }

  /// Asks to be woken at the next promise or deadline, unless an earlier alarm stands.
  ///
  /// The limit of a job that ended early stays in the heap until its alarm comes: taking it out at
  /// once would cost more than the alarm.
  private mutating func arm(_ promise: Instant?, _ effects: inout [Effect]) {
    let next = min(promise ?? .distantFuture, deadlines.first?.instant ?? .distantFuture)
    guard next < alarm else { return }
    alarm = next
    effects.append(.wake(at: next))
  }
}

/// When a run's time limit ends; earliest first, then by job.
private struct Deadline: Comparable, Sendable {
  var instant: Instant
  var job: JobID
  var attempt: AttemptNumber

  static func < (a: Deadline, b: Deadline) -> Bool {
    (a.instant, a.job) < (b.instant, b.job)
  }
}

extension JobOutcome {
  fileprivate init(_ exit: TaskExit) {
    switch exit {
    case .finished: self = .completed
    case .terminated: self = .timedOut
    }
  }
}
