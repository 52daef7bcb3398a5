import Synchronization

/// Gives up a request that another thread is in the middle of.
public final class Cancellation: Sendable {
  private struct State {
    var isCancelled = false
    var giveUp: (@Sendable () -> Void)?
  }

  private let state = Mutex(State())

  /// Nothing is given up yet.
  public init() {}

  /// Whether the request is to be given up.
  public var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// Gives up the request under way, and all that are begun with this value from now on.
  public func cancel() {
    let giveUp = state.withLock { state in
      state.isCancelled = true
      return state.giveUp
    }
    giveUp?()
  }

  /// From now on, `cancel` calls this, from any thread; nil: there is nothing to give up.
  func attach(_ giveUp: (@Sendable () -> Void)?) { state.withLock { $0.giveUp = giveUp } }
}
