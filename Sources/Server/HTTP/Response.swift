import NIOCore
import NIOHTTP1

/// What is answered.
struct Response: Sendable {
  enum Body: Sendable {
    /// All of it.
    case whole(ByteBuffer)
    /// Written as it is made.
    case stream(@Sendable (ResponseWriter) async throws -> Void)
  }

  var status: HTTPResponseStatus
  var headers: HTTPHeaders
  var body: Body

  init(_ status: HTTPResponseStatus, _ headers: HTTPHeaders, _ body: Body) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}

/// Writes an answer piece by piece.
struct ResponseWriter: Sendable {
  private let channel: any Channel

  init(_ channel: any Channel) { self.channel = channel }

  /// Writes a piece, and waits until the connection has taken it.
  func write(_ bytes: [UInt8]) async throws {
    let part = HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: bytes)))
    try await channel.writeAndFlush(part).get()
  }
}
