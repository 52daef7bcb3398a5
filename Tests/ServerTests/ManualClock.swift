import Server
import Synchronization
import Units

/// A clock that stands until a test moves it on.
final class ManualClock: ControllerClock {
  private struct Hands: Sendable {
    var instant: Instant
    var wake: (at: Instant, call: @Sendable () -> Void)?
  }

  private let hands: Mutex<Hands>

  init(_ instant: Instant = Instant(milliseconds: 1_772_000_000_000)) {
    hands = Mutex(Hands(instant: instant))
  }

  func now() -> Instant { hands.withLock { $0.instant } }

  func wake(at instant: Instant, _ call: @escaping @Sendable () -> Void) {
    let isDue = hands.withLock { hands in
      hands.wake = (instant, call)
      return instant <= hands.instant
    }
    if isDue { ring() }
  }

  /// Lets time pass, and wakes whoever asked to be woken meanwhile.
  func advance(seconds: Int64) {
    hands.withLock { $0.instant = $0.instant + .seconds(seconds) }
    ring()
  }

  private func ring() {
    let call = hands.withLock { hands -> (@Sendable () -> Void)? in
      guard let wake = hands.wake, wake.at <= hands.instant else { return nil }
      hands.wake = nil
      return wake.call
    }
    call?()
  }
}
