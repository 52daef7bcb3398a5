import Cluster
public import Control
import Fleet
import Jobs
import Policy
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
    case .ended:
      break
    }
  }

  /// Checks the state, compares with the successor, and appoints the next one.
  public mutating func settled(_ machine: ControlMachine, at now: Instant) {
    machine.state.checkInvariants()
    if successor != nil {
      // Only the alarm may differ: the successor does not know of the one that stands.
      let done = performed.filter { !$0.isWake }
      let would = expected.filter { !$0.isWake }
      precondition(done == would, "did \(done), its successor would do \(would)")
    }
    successor = ControlMachine(resuming: machine.state, policy: machine.policy)
  }
}

extension Effect {
  fileprivate var isWake: Bool {
    if case .wake = self { true } else { false }
  }
}
