import Cluster
public import Control
import Fleet
import Jobs
import Scheduling
public import Units

/// Checks after every input what must always hold, and stops the program where it does not.
///
/// - the state's own invariants: nobody holds an accelerator twice, a gang is whole or none;
/// - a promise moves only forward, and a promised job starts no later than promised;
/// - a controller that takes over the state does, at the next input, what this one does.
public struct InvariantChecker: ReplayObserver, Sendable {
  private var promises: [Instant?] = []
  private var successor: ControlMachine?
  private var expected: [Effect] = []
  private var performed: [Effect] = []

  /// A checker of a cluster that is still idle.
  public init() {}

  /// Lets the successor deal with the same input.
  public mutating func received(_ input: Input, at now: Instant) {
    performed.removeAll(keepingCapacity: true)
    expected.removeAll(keepingCapacity: true)
    successor?.handle(input, at: now, into: &expected)
  }

  /// Follows promises and starts.
  public mutating func performed(_ effect: Effect, at now: Instant) {
    performed.append(effect)
    guard case .append(let event) = effect else { return }
    switch event {
    case .submitted:
      promises.append(nil)
    case .promised(let id, let reservation):
      if let old = promises[Int(id.number) - 1] {
        precondition(reservation.start <= old, "the promise of job \(id.number) moved back")
      }
      promises[Int(id.number) - 1] = reservation.start
    case .promiseDropped(let id):
      promises[Int(id.number) - 1] = nil
    case .started(let id, _, _, let at):
      if let promised = promises[Int(id.number) - 1] {
        precondition(at <= promised, "job \(id.number) started after it was promised to")
      }
    case .heldBack, .cancelled, .cancelRequested, .checkpointed, .resized, .ended, .claimed,
      .evicted, .dissolved, .conditionChanged:
      break
    }
  }

  /// Checks the state, compares with the successor, and appoints the next one.
  public mutating func settled(_ machine: ControlMachine, at now: Instant) {
    machine.state.checkInvariants()
    if successor != nil {
      // Only the alarm may differ, of which the successor does not know, and what is told of those
      // who wait: it tells it once more.
      let done = performed.filter { !$0.isOnlyTold }
      let would = expected.filter { !$0.isOnlyTold }
      if let index = (0..<max(done.count, would.count)).first(where: { index in
        index >= done.count || index >= would.count || done[index] != would[index]
      }) {
        let (did, other) = (done.dropFirst(index).first, would.dropFirst(index).first)
        preconditionFailure(
          "at \(now.milliseconds) ms: did \(did, default: "no more") as step \(index), "
            + "its successor would do \(other, default: "no more")")
      }
    }
    successor = ControlMachine(resuming: machine.state, plannedAt: machine.lastPlan)
  }
}

extension Effect {
  fileprivate var isOnlyTold: Bool {
    switch self {
    case .wake, .record(.hold): true
    case .append, .record, .accepted, .rejected, .launch, .signal, .resize, .terminate: false
    }
  }
}
