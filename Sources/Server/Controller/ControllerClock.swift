public import Units

/// What the controller knows of time: an instant, and being woken at one.
public protocol ControllerClock: Sendable {
  /// The time; it never runs backwards.
  func now() -> Instant

  /// Calls once it is an instant, or soon after; whoever asked before is not called any more.
  func wake(at instant: Instant, _ call: @escaping @Sendable () -> Void)
}
