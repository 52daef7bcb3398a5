import Synchronization

/// Gives up a request that another thread is in the middle of.
public final class Cancellation: Sendable {
  private struct State {
    var isCancelled = false
    var waker: Waker?
  }

  private let state = Mutex(State())

  /// Nothing is given up yet.
  public init() {}

  /// Whether the request is to be given up.
  public var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// Gives up the request under way, and all that are begun with this value from now on.
  public func cancel() {
    let waker = state.withLock { state in
      state.isCancelled = true
      return state.waker
    }
    waker?.wake()
  }

  /// From now on, `cancel` wakes this transfer; nil: there is none.
  func attach(_ waker: Waker?) { state.withLock { $0.waker = waker } }
}
