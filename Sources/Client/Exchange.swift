import Foundation
import NIOCore
import NIOPosix

/// A request as it goes over the wire.
struct Request: Sendable {
  /// The route, with its query escaped.
  var path: String
  /// What is posted; nil: nothing, it is a `GET`.
  var body: Data?
  /// What the body is.
  var contentType = "application/json"
  /// How long it may take from its beginning to its end, in milliseconds; 0: for ever.
  var limitMs = 0
}

/// What came back: all of it, unless it was handed on as it came.
struct Response: Sendable {
  var status = 0
  /// The names in lower case.
  var headers: [String: String] = [:]
  var body = Data()
}

/// What reads a successful body as it comes; false: it wants no more.
typealias BodyReader = (Data) -> Bool

/// One request at a time, on a connection that is kept for the next.
///
/// It belongs to one thread, which waits here; bytes come and go on a thread of its own.
final class Exchange {
  private let connection: Connection
  private let dialer: Dialer
  /// One thread, started with the first request: most commands that are made up ask for nothing.
  private var loops: MultiThreadedEventLoopGroup?
  private var line: Line?

  init(_ connection: Connection) {
    self.connection = connection
    dialer = Dialer(connection)
  }

  deinit {
    line?.close()
    loops?.shutdownGracefully { _ in }
  }

  /// Sends a request and waits for what comes back.
  ///
  /// - Parameter reader: What gets a successful body piece by piece, on another thread while this
  ///   one waits; nil: it is collected.
  /// - Throws: `ClientError.unreachable`, `.badCredential` and `.cancelled`; what came back is not
  ///   judged here.
  func perform(
    _ request: Request, cancellation: Cancellation?, reader: BodyReader? = nil
  ) throws(ClientError) -> Response {
    let loop = eventLoop()
    do {
      if let kept = line, kept.isOpen {
        line = nil
        let answer = Answer(on: loop, reader: reader)
        do {
          return try wait(for: answer, to: request, cancellation) {
            kept.begin(request, for: answer)
          }
        } catch TransportFault.goneInTheMiddle where request.body == nil && !answer.hasBegun {
          // It was closed while it was idle, and what was asked for harms nobody if asked twice.
        }
      }
      let dialled = try dialer.dial(on: loop)
      let answer = Answer(on: loop, reader: reader)
      return try wait(for: answer, to: request, cancellation) {
        dialled.whenComplete { result in
          switch result {
          case .success(let line): line.begin(request, for: answer)
          case .failure(let error): answer.fail(error)
          }
        }
      }
    } catch let error as ClientError {
      throw error
    } catch {
      throw ClientError(transport: error, connection)
    }
  }

  private func eventLoop() -> any EventLoop {
    let group = loops ?? MultiThreadedEventLoopGroup(numberOfThreads: 1)
    loops = group
    return group.next()
  }

  /// Starts an exchange, and waits until the answer is there, is given up, or takes too long.
  private func wait(
    for answer: Answer, to request: Request, _ cancellation: Cancellation?, start: () -> Void
  ) throws -> Response {
    let loop = answer.future.eventLoop
    cancellation?.attach { answer.giveUp(ClientError.cancelled) }
    defer { cancellation?.attach(nil) }
    // Whatever was cancelled before this is given up here, and by the closure from now on.
    if cancellation?.isCancelled ?? false { answer.giveUp(ClientError.cancelled) }
    let limit = TimeAmount.milliseconds(Int64(request.limitMs))
    let alarm =
      request.limitMs == 0
      ? nil : loop.scheduleTask(in: limit) { answer.fail(TransportFault.timedOut) }
    defer { alarm?.cancel() }
    start()
    let response = try answer.future.wait()
    line = answer.keptLine
    return response
  }
}
