import NIOCore
import NIOHTTP1

/// A client's connection: its requests are answered one after the other, on its event loop.
///
/// ```
///        head, and all that has come with it
/// idle ───────────────────────────────────────▶ answering ─── answer and request at an end ─▶ idle
///                                                  │ it is the last
///                                                  └────────────────▶ over
/// ```
///
/// A request is answered as soon as nothing more of it lies in the socket: what is small is there
/// as a whole, so that nobody waits for its body. NIO's own handlers before it hold back the
/// requests that a client sends before it has an answer.
final class HTTPConnection: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  /// What is the same for all connections of an address.
  struct Settings: Sendable {
    /// Answers a request.
    var respond: @Sendable (Request) async -> Response
    /// What stands in the head of each answer.
    var headers: @Sendable () -> HTTPHeaders
    /// For how long nothing may come while the client is to speak; nil: for ever.
    var idleLimit: TimeAmount?
  }

  /// A request that is being read or answered.
  private struct Exchange {
    let head: HTTPRequestHead
    let body: RequestBody
    /// Somebody sees to its answer.
    var isBegun = false
    /// Its end has come.
    var isRead = false
    /// Its answer is written.
    var isAnswered = false
  }

  private let settings: Settings
  private let executor: LoopExecutor
  private var exchange: Exchange?
  private var peer: Peer?
  /// No other request is taken.
  private var isOver = false
  /// Done once the kernel has all that was written.
  private var sent: EventLoopFuture<Void>?
  /// The client says nothing more.
  private var isInputOver = false
  /// A read waits until somebody wants what would come.
  private var isReadHeld = false
  private var alarm: Scheduled<Void>?
  private var lastNews = NIODeadline.now()

  init(_ settings: Settings, on loop: any EventLoop) {
    self.settings = settings
    executor = LoopExecutor(loop)
  }

  // MARK: Reading

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    lastNews = .now()
    switch unwrapInboundIn(data) {
    case .head(let head):
      guard !isOver else { return }
      let bound = bound(context)
      let body = RequestBody {
        bound.execute { connection, context in
          if connection.isReadHeld { connection.read(context: context) }
        }
      }
      exchange = Exchange(head: head, body: body)
    case .body(let part): exchange?.body.append(part)
    case .end:
      // Behind the last request of all there may be others, which nobody looks at.
      guard let exchange, !exchange.isRead else { return }
      self.exchange?.isRead = true
      exchange.body.end(.success(()))
      answer(context)
      settle(context)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    answer(context)
    context.fireChannelReadComplete()
  }

  func read(context: ChannelHandlerContext) {
    isReadHeld = exchange.map { !$0.body.isWanted } ?? false
    if !isReadHeld { context.read() }
  }

  // MARK: Answering

  private func answer(_ context: ChannelHandlerContext) {
    guard let exchange, !exchange.isBegun else { return }
    self.exchange?.isBegun = true
    let peer = self.peer ?? Peer(of: context.channel)
    self.peer = peer
    let request = Request(exchange.head, exchange.body, from: peer)
    let (bound, respond, channel) = (bound(context), settings.respond, context.channel)
    Task(executorPreference: executor) {
      let response = await respond(request)
      bound.run { $0.begin(response, $1) }
      guard case .stream(let write) = response.body else { return }
      do { try await write(ResponseWriter(channel)) } catch {
        // Whoever reads sees that the answer is not whole.
        return channel.close(promise: nil)
      }
      bound.run { $0.end($1) }
    }
  }

  /// Writes the head of an answer, and the rest as well where it is there.
  private func begin(_ response: Response, _ context: ChannelHandlerContext) {
    guard let request = exchange?.head else { return }
    var head = HTTPResponseHead(
      version: request.version, status: response.status, headers: response.headers)
    head.headers.add(contentsOf: settings.headers())
    if !isKept(request) { head.headers.add(name: "connection", value: "close") }
    guard case .whole(let bytes) = response.body else {
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      return
    }
    head.headers.add(name: "content-length", value: "\(bytes.readableBytes)")
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
    end(context)
  }

  /// Writes the end of an answer; behind it, the next request may come at once.
  private func end(_ context: ChannelHandlerContext) {
    guard let exchange else { return }
    lastNews = .now()
    exchange.body.drop()
    self.exchange?.isAnswered = true
    isOver = isOver || !isKept(exchange.head)
    watch(context)
    if !isOver, exchange.isRead { self.exchange = nil }
    let sent = context.eventLoop.makePromise(of: Void.self)
    self.sent = sent.futureResult
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: sent)
    guard isOver else { return }
    // Who still sends would be told of a broken connection, and lose the answer by it.
    if !exchange.isRead { close(context, mode: .output) }
    settle(context)
  }

  private func isKept(_ request: HTTPRequestHead) -> Bool { request.isKeepAlive && !isInputOver }

  // MARK: The end

  /// Once request and answer are at their ends the next may come, or the connection is closed.
  private func settle(_ context: ChannelHandlerContext) {
    guard let exchange, exchange.isAnswered, exchange.isRead || isInputOver else { return }
    if isOver || isInputOver { close(context) } else { self.exchange = nil }
  }

  /// Closes the connection once all that was written is sent.
  private func close(_ context: ChannelHandlerContext, mode: CloseMode = .all) {
    guard let sent else { return context.close(mode: mode, promise: nil) }
    let bound = bound(context)
    sent.whenComplete { _ in bound.run { $1.close(mode: mode, promise: nil) } }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case ChannelEvent.inputClosed = event else {
      return context.fireUserInboundEventTriggered(event)
    }
    isInputOver = true
    guard let exchange else { return close(context) }
    if !exchange.isRead { exchange.body.end(.failure(.brokenOff)) }
    settle(context)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    abandon()
    // What is no HTTP was answered by NIO's own handler; the answer before it may be on its way.
    if error is HTTPParserError { close(context) } else { context.close(promise: nil) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    abandon()
    context.fireChannelInactive()
  }

  private func abandon() {
    isOver = true
    alarm?.cancel()
    alarm = nil
    exchange?.body.end(.failure(.brokenOff))
    exchange = nil
  }

  // MARK: Silence

  func handlerAdded(context: ChannelHandlerContext) { watch(context) }

  /// Sees to it that who has nothing to say for long goes.
  private func watch(_ context: ChannelHandlerContext) {
    guard let limit = settings.idleLimit, alarm == nil else { return }
    let loop = context.eventLoop.assumeIsolated()
    alarm = loop.scheduleTask(deadline: lastNews + limit) { [self] in
      alarm = nil
      // While somebody sees to an answer it is not the client's turn.
      if let exchange, exchange.isRead, !exchange.isAnswered { return }
      guard lastNews + limit <= .now() else { return watch(context) }
      context.close(promise: nil)
    }
  }

  private func bound(_ context: ChannelHandlerContext) -> BoundConnection {
    BoundConnection(NIOLoopBound((self, context), eventLoop: context.eventLoop))
  }
}

/// A connection for whoever is not on its event loop, or can't prove it.
private struct BoundConnection: Sendable {
  private let bound: NIOLoopBound<(HTTPConnection, ChannelHandlerContext)>

  init(_ bound: NIOLoopBound<(HTTPConnection, ChannelHandlerContext)>) { self.bound = bound }

  /// - Precondition: this is its event loop.
  func run(_ body: (HTTPConnection, ChannelHandlerContext) -> Void) {
    body(bound.value.0, bound.value.1)
  }

  /// Does something on its event loop.
  func execute(_ body: @escaping @Sendable (HTTPConnection, ChannelHandlerContext) -> Void) {
    bound.eventLoop.execute { run(body) }
  }
}
