import Dispatch
import Synchronization
import Wire

/// Waits for news of shims: for files renamed in their members' folders, and for their ends.
///
/// Events reach the host one after another, in the order in which they were seen.
final class ShimWatcher: Sendable {
  enum Event: Sendable {
    /// Files appeared in these members' folders.
    case changed([MemberName])
    /// A member's shim is gone.
    case gone(MemberName)
  }

  private struct Shim {
    var descriptor: Int32
    var end: any DispatchSourceRead
  }

  private struct Contents {
    var folders: [Int32: MemberName] = [:]
    var shims: [MemberName: Shim] = [:]
    var notices: (any DispatchSourceRead)?
  }

  private let contents = Mutex(Contents())
  private let notices: Int32
  private let queue = DispatchQueue(label: "muster.shims")
  private let events: AsyncStream<Event>
  private let continuation: AsyncStream<Event>.Continuation

  init() throws {
    notices = try Linux.openNotices()
    (events, continuation) = AsyncStream.makeStream()
  }

  /// Hands events on until it is stopped.
  func start(_ take: @escaping @Sendable (Event) async -> Void) {
    contents.withLock { contents in
      let source = DispatchSource.makeReadSource(fileDescriptor: notices, queue: queue)
      source.setEventHandler { [weak self] in self?.takeNotices() }
      source.setCancelHandler { [notices] in Linux.closeDescriptor(notices) }
      contents.notices = source
      source.activate()
    }
    let events = events
    Task { for await event in events { await take(event) } }
  }

  func stop() {
    continuation.finish()
    contents.withLock { contents in
      contents.notices?.cancel()
      for shim in contents.shims.values { shim.end.cancel() }
      contents = Contents()
    }
  }

  private func takeNotices() {
    let numbers = Linux.takeNotices(notices)
    let names = contents.withLock { contents in numbers.compactMap { contents.folders[$0] } }
    if !names.isEmpty { continuation.yield(.changed(names)) }
  }

  /// Watches a member's folder; its number among the watched, or nil where the system has no more.
  func watch(_ folder: String, _ name: MemberName) -> Int32? {
    contents.withLock { contents in
      guard let number = try? Linux.watch(notices, folder) else { return nil }
      contents.folders[number] = name
      return number
    }
  }

  func unwatch(_ number: Int32) {
    contents.withLock { contents in
      contents.folders[number] = nil
      Linux.unwatch(notices, number)
    }
  }

  /// Waits for a shim's end; the descriptor is the watcher's from now on.
  func await(_ shim: Int32, process: Int32, _ name: MemberName) {
    contents.withLock { contents in
      let source = DispatchSource.makeReadSource(fileDescriptor: shim, queue: queue)
      source.setEventHandler { [weak self] in self?.ended(process, name) }
      source.setCancelHandler { Linux.closeDescriptor(shim) }
      contents.shims[name] = Shim(descriptor: shim, end: source)
      source.activate()
    }
  }

  private func ended(_ process: Int32, _ name: MemberName) {
    // Taken out before its descriptor is closed, so that no signal goes to another's.
    contents.withLock { $0.shims.removeValue(forKey: name)?.end.cancel() }
    Linux.reap(process)
    continuation.yield(.gone(name))
  }

  /// Gives a member's shim an order, where it still lives.
  func order(_ name: MemberName, _ give: (Int32) throws -> Void) throws {
    try contents.withLock { contents in
      guard let shim = contents.shims[name] else { return }
      try give(shim.descriptor)
    }
  }
}
