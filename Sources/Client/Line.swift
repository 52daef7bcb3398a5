import Foundation
import NIOCore
import NIOHTTP1

/// A connection to the controller that is open, with at most one request under way.
///
/// Its state is touched on the channel's event loop alone.
final class Line: ChannelInboundHandler, @unchecked Sendable {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  private let channel: any Channel
  private let connection: Connection
  private var answer: Answer?
  /// What went wrong while no answer was waited for, as in the handshake.
  private var fault: (any Error)?

  init(_ channel: any Channel, _ connection: Connection) {
    self.channel = channel
    self.connection = connection
  }

  /// From any thread: whether it could carry a request, as far as is known.
  var isOpen: Bool { channel.isActive }

  /// From any thread.
  func close() { channel.close(promise: nil) }

  /// From any thread: sends a request; what comes back goes to the answer.
  func begin(_ request: Request, for answer: Answer) {
    channel.eventLoop.execute { [self] in
      guard channel.isActive, fault == nil else {
        return answer.fail(fault ?? TransportFault.closedBefore)
      }
      guard answer.expect(on: self) else { return close() }
      self.answer = answer
      write(request)
    }
  }

  private func write(_ request: Request) {
    var headers: HTTPHeaders = [
      "Host": connection.address.authority, "User-Agent": "muster", "Accept": "application/json",
    ]
    if let token = connection.token { headers.add(name: "Authorization", value: "Bearer \(token)") }
    if let body = request.body {
      headers.add(name: "Content-Type", value: request.contentType)
      headers.add(name: "Content-Length", value: "\(body.count)")
    }
    let method: HTTPMethod = request.body == nil ? .GET : .POST
    let head = HTTPRequestHead(
      version: .http1_1, method: method, uri: request.path, headers: headers)
    channel.write(HTTPClientRequestPart.head(head), promise: nil)
    if let body = request.body, !body.isEmpty {
      let buffer = ByteBuffer(bytes: body)
      channel.write(HTTPClientRequestPart.body(.byteBuffer(buffer)), promise: nil)
    }
    // What can't be written shows itself as an error of the channel, or as its end.
    channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): answer?.head(head)
    case .body(let buffer): answer?.body(buffer)
    case .end:
      let answer = answer
      self.answer = nil
      answer?.end()
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    answer?.fail(TransportFault.goneInTheMiddle)
    answer = nil
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    fault = error
    answer?.fail(error)
    answer = nil
    context.close(promise: nil)
  }
}
