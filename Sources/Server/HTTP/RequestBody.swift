import NIOCore
import Synchronization

/// The body of a request, as far as it has come.
///
/// Until somebody wants it no more is read than fits a small buffer; from then on, no more than is
/// allowed. What nobody wants any more is read and forgotten, so that the next request is found.
final class RequestBody: Sendable {
  /// Why there is no body.
  enum Fault: Error {
    case tooLong
    case brokenOff
  }

  private struct State: Sendable {
    var bytes = ByteBuffer()
    /// How many bytes may lie here.
    var room = RequestBody.unasked
    var end: Result<Void, Fault>?
    var isDropped = false
    var reader: CheckedContinuation<Void, Never>?

    /// Whether it is known what becomes of it.
    var isRead: Bool { end != nil || bytes.readableBytes > room }

    mutating func wakeReader() -> CheckedContinuation<Void, Never>? {
      defer { reader = nil }
      return reader
    }
  }

  /// How many bytes are read that nobody has asked for.
  private static let unasked = 64 << 10

  private let state = Mutex(State())
  private let goOn: @Sendable () -> Void

  /// - Parameter goOn: called once more may come than before.
  init(goOn: @escaping @Sendable () -> Void) { self.goOn = goOn }

  // MARK: By the connection

  /// Whether there is room for more.
  var isWanted: Bool {
    state.withLock { $0.isDropped || $0.end != nil || $0.bytes.readableBytes <= $0.room }
  }

  func append(_ part: ByteBuffer) {
    let reader = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard !state.isDropped else { return nil }
      if state.bytes.readableBytes == 0 {
        state.bytes = part
      } else {
        state.bytes.writeImmutableBuffer(part)
      }
      return state.bytes.readableBytes > state.room ? state.wakeReader() : nil
    }
    reader?.resume()
  }

  /// Nothing more will come.
  func end(_ end: Result<Void, Fault>) {
    let reader = state.withLock { state in
      state.end = state.end ?? end
      return state.wakeReader()
    }
    reader?.resume()
  }

  /// Nobody wants it any more.
  func drop() {
    state.withLock { state in
      state.bytes = ByteBuffer()
      state.isDropped = true
    }
    goOn()
  }

  // MARK: By whoever answers

  /// All of it, once it is there.
  func whole(upTo most: Int) async throws(Fault) -> ByteBuffer {
    let isRead = state.withLock { state in
      state.room = most
      return state.isRead
    }
    if !isRead {
      goOn()
      await withCheckedContinuation { reader in
        let isRead = state.withLock { state in
          if !state.isRead { state.reader = reader }
          return state.isRead
        }
        if isRead { reader.resume() }
      }
    }
    let (bytes, end) = state.withLock { ($0.bytes, $0.end) }
    guard bytes.readableBytes <= most else { throw .tooLong }
    guard case .success = end else { throw .brokenOff }
    return bytes
  }
}
