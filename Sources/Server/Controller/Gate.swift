import Dispatch
import Synchronization

/// Something to wait at until somebody opens it, or for so long; nobody's thread is held.
final class Gate: Sendable {
  private struct Latch: Sendable {
    var isOpen = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let latch = Mutex(Latch())

  /// Lets all through who wait, and whoever comes later.
  func open() {
    let waiting = latch.withLock { latch in
      latch.isOpen = true
      defer { latch.waiting = [] }
      return latch.waiting
    }
    for one in waiting { one.resume() }
  }

  /// Waits until it is opened, or for so many milliseconds: then it is open for all.
  func wait(atMost milliseconds: Int?) async {
    if let milliseconds {
      DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds)) {
        [weak self] in self?.open()
      }
    }
    await withCheckedContinuation { continuation in
      let isOpen = latch.withLock { latch in
        if !latch.isOpen { latch.waiting.append(continuation) }
        return latch.isOpen
      }
      if isOpen { continuation.resume() }
    }
  }
}
