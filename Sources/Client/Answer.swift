import Foundation
import NIOCore
import NIOHTTP1

/// What comes back for one request.
///
/// All of it happens on the event loop, up to the moment at which `future` is done; from then on
/// it belongs to the thread that waited for it. So does what its reader touches.
final class Answer: @unchecked Sendable {
  private let promise: EventLoopPromise<Response>
  private let reader: BodyReader?
  private var response = Response()
  private var isKept = false
  private var isOver = false
  private weak var line: Line?

  /// Whether the request went out, so that the controller may have done what it asks for.
  private(set) var isSent = false

  /// Whether anything came back.
  private(set) var hasBegun = false

  init(on loop: any EventLoop, reader: BodyReader?) {
    promise = loop.makePromise()
    self.reader = reader
  }

  /// The whole answer.
  var future: EventLoopFuture<Response> { promise.futureResult }

  /// The connection that it came on, where it can carry the next request.
  private(set) var keptLine: Line?

  /// The request is about to be sent on a connection; false: nobody waits for it any more.
  func expect(on line: Line) -> Bool {
    guard !isOver else { return false }
    self.line = line
    isSent = true
    return true
  }

  func head(_ head: HTTPResponseHead) {
    guard !isOver else { return }
    hasBegun = true
    response.status = Int(head.status.code)
    isKept = head.isKeepAlive
    for (name, value) in head.headers { response.headers[name.lowercased()] = value }
  }

  func body(_ buffer: ByteBuffer) {
    guard !isOver else { return }
    let bytes = Data(buffer.readableBytesView)
    if let reader, (200..<300).contains(response.status) {
      if !reader(bytes) { finish(keeping: false) }
    } else {
      response.body.append(bytes)
    }
  }

  func end() { finish(keeping: isKept) }

  /// From the event loop: it came to nothing.
  func fail(_ error: any Error) {
    guard !isOver else { return }
    isOver = true
    line?.close()
    promise.fail(error)
  }

  /// From any thread: nobody waits for it any more.
  func giveUp(_ error: any Error) {
    promise.futureResult.eventLoop.execute { self.fail(error) }
  }

  private func finish(keeping isKept: Bool) {
    guard !isOver else { return }
    isOver = true
    if isKept { keptLine = line } else { line?.close() }
    promise.succeed(response)
  }
}
