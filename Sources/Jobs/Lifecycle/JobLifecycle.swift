public import Fleet
public import Units

/// How a job came to its end.
public enum JobOutcome: UInt8, Hashable, Sendable {
  /// Its tasks ended by themselves.
  case completed
  /// It was ended at its time limit.
  case timedOut
}

/// Where a job stands in its life.
///
/// ```
///            started              ended
/// pending ────────────▶ running ────────▶ ended
///    ▲ │
///    └─┘ promised, promiseDropped
/// ```
public struct JobLifecycle: Hashable, Sendable {
  /// What exists while a job runs.
  public struct Run: Hashable, Sendable {
    /// Which try this is.
    public var attempt: AttemptNumber
    /// Since when.
    public var started: Instant
    /// What it holds.
    public var allocation: Allocation
  }

  private enum State: Hashable, Sendable {
    /// The queue holds it; it may hold a promise of a start.
    case pending(promise: Reservation?)
    /// The agents hold its tasks; it holds an allocation.
    case running(Run)
    /// Nobody holds anything any more.
    case ended(JobOutcome)
  }

  private var state = State.pending(promise: nil)

  /// A job that has just been accepted.
  public init() {}

  /// Whether it waits for a start.
  public var isPending: Bool {
    switch state {
    case .pending: true
    case .running, .ended: false
    }
  }

  /// What it was promised, while it waits.
  public var promise: Reservation? {
    switch state {
    case .pending(let promise): promise
    case .running, .ended: nil
    }
  }

  /// What it holds and since when, while it runs.
  public var run: Run? {
    switch state {
    case .running(let run): run
    case .pending, .ended: nil
    }
  }

  /// The planner promised a start, or moved the one it had promised.
  public mutating func promised(_ reservation: Reservation) {
    guard case .pending = state else { preconditionFailure("promised while \(state)") }
    state = .pending(promise: reservation)
  }

  /// Another job is ahead now and has the promise instead.
  public mutating func promiseDropped() {
    guard case .pending = state else { preconditionFailure("promise dropped while \(state)") }
    state = .pending(promise: nil)
  }

  /// The gang was started, whole.
  public mutating func started(_ run: Run) {
    guard case .pending = state else { preconditionFailure("started while \(state)") }
    state = .running(run)
  }

  /// The gang's tasks are gone; returns what it held.
  public mutating func ended(_ outcome: JobOutcome) -> Run {
    guard case .running(let run) = state else { preconditionFailure("ended while \(state)") }
    state = .ended(outcome)
    return run
  }
}

extension JobLifecycle.Run {
  /// What exists while a job runs.
  public init(_ attempt: AttemptNumber, from started: Instant, on allocation: Allocation) {
    self.init(attempt: attempt, started: started, allocation: allocation)
  }
}
