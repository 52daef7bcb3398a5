import Foundation
import Glibc
import Synchronization

/// A controller that gives canned answers on a Unix socket, for as long as this object lives.
public final class FakeController: Sendable {
  private struct State {
    var requests: [Asked] = []
    var connections: [Int32] = []
    var isClosed = false
  }

  /// Where it listens.
  public let path: String
  private let listener: Int32
  private let world: World

  /// Listens, and answers each request as `answer` says.
  public init(_ answer: @escaping @Sendable (Asked) -> Answer) {
    // A socket's path has at most 107 bytes.
    path = "/tmp/muster-fake-\(getpid())-\(UUID().uuidString.prefix(8)).sock"
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    precondition(listener >= 0 && bindSocket(listener, to: path) && listen(listener, 64) == 0)
    world = World(answer)
    let (listener, world) = (listener, world)
    Thread.detachNewThread {
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        let number = world.opened(connection)
        Thread.detachNewThread { world.serve(connection, number) }
      }
    }
  }

  /// Answers by route: the first pair whose prefix is that of `METHOD path`; else a refusal.
  public convenience init(routes: [(String, Answer)]) {
    self.init { request in
      let line = "\(request.method) \(request.path)"
      return routes.first { line.hasPrefix($0.0) }?.1
        ?? .refusal(
          404, #"{"code":"no-route","what":"there is no \#(line)","fix":"ask for another"}"#)
    }
  }

  deinit {
    world.close()
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
    _ = unsafe unlink(path)
  }

  /// What was asked so far, in order.
  public var requests: [Asked] { world.requests }

  /// Waits until so many requests have come, on a thread of its own: tasks have few.
  public func waitForRequests(_ count: Int) async {
    let world = world
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        world.wait(for: count)
        continuation.resume()
      }
    }
  }

  private final class World: Sendable {
    private let state = Mutex(State())
    private let arrived = NSCondition()
    private let answer: @Sendable (Asked) -> Answer

    init(_ answer: @escaping @Sendable (Asked) -> Answer) { self.answer = answer }

    var requests: [Asked] { state.withLock { $0.requests } }

    func opened(_ connection: Int32) -> Int {
      state.withLock {
        $0.connections.append(connection)
        return $0.connections.count
      }
    }

    func close() {
      state.withLock { for one in $0.connections { shutdown(one, Int32(SHUT_RDWR)) } }
    }

    func wait(for count: Int) {
      arrived.lock()
      while requests.count < count { arrived.wait() }
      arrived.unlock()
    }

    func serve(_ connection: Int32, _ number: Int) {
      var reader = RequestReader(connection)
      while var request = reader.next() {
        request.connection = number
        state.withLock { $0.requests.append(request) }
        arrived.lock()
        arrived.broadcast()
        arrived.unlock()
        let answer = answer(request)
        if answer.ending == .silent { continue }
        guard write(answer.bytes, to: connection), answer.ending == .kept else { break }
      }
      shutdown(connection, Int32(SHUT_RDWR))
    }

    private func write(_ bytes: [UInt8], to connection: Int32) -> Bool {
      var sent = 0
      while sent < bytes.count {
        let count = unsafe bytes[sent...].withUnsafeBytes {
          unsafe send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { return false }
        sent += count
      }
      return true
    }
  }
}

private func bindSocket(_ descriptor: Int32, to path: String) -> Bool {
  var address = sockaddr_un()
  address.sun_family = sa_family_t(AF_UNIX)
  unsafe withUnsafeMutableBytes(of: &address.sun_path) { bytes in
    unsafe bytes.copyBytes(from: path.utf8)
  }
  return unsafe withUnsafePointer(to: &address) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
    }
  }
}

/// Reads requests off a connection, one after the other.
private struct RequestReader {
  private let connection: Int32
  private var bytes: [UInt8] = []

  init(_ connection: Int32) { self.connection = connection }

  /// The next request; nil once the client has gone.
  mutating func next() -> Asked? {
    let blank = Array("\r\n\r\n".utf8)
    while true {
      if let end = bytes.firstRange(of: blank) {
        let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        bytes.removeSubrange(..<end.upperBound)
        return finish(head)
      }
      guard fill() else { return nil }
    }
  }

  private mutating func finish(_ head: String) -> Asked? {
    var request = Asked()
    let lines = head.split(separator: "\r\n")
    let words = lines.first?.split(separator: " ") ?? []
    guard words.count == 3 else { return nil }
    request.method = String(words[0])
    request.path = String(words[1])
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      request.headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    let length = request.headers["content-length"].flatMap { Int($0) } ?? 0
    while bytes.count < length { guard fill() else { return nil } }
    request.body = String(decoding: bytes[..<length], as: UTF8.self)
    bytes.removeSubrange(..<length)
    return request
  }

  private mutating func fill() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = unsafe buffer.withUnsafeMutableBytes {
      unsafe recv(connection, $0.baseAddress, $0.count, 0)
    }
    guard count > 0 else { return false }
    bytes.append(contentsOf: buffer[..<count])
    return true
  }
}
