import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import ServiceLifecycle
import Synchronization

/// Serves HTTP at one address until it is told to stop; what was asked by then is answered.
struct HTTPListener: Service {
  let address: ListenAddress
  let settings: HTTPConnection.Settings

  /// What is shown and believed over TLS; nil: it is not spoken.
  let security: NIOSSLContext?

  /// Told the address once it is served, with the port that it has.
  let whenServing: @Sendable (ListenAddress) -> Void

  private let open = OpenConnections()

  init(
    at address: ListenAddress, _ settings: HTTPConnection.Settings, _ security: NIOSSLContext?,
    whenServing: @escaping @Sendable (ListenAddress) -> Void
  ) {
    self.address = address
    self.settings = settings
    self.security = security
    self.whenServing = whenServing
  }

  func run() async throws {
    let channel = try await bind()
    whenServing(address.served(by: channel))
    await withTaskCancellationOrGracefulShutdownHandler {
      try? await channel.closeFuture.get()
      await open.wait()
    } onCancelOrGracefulShutdown: {
      channel.close(promise: nil)
      open.close()
    }
  }

  private func bind() async throws -> any Channel {
    // On one loop all that comes over a socket is answered by the thread that reads it.
    let all = MultiThreadedEventLoopGroup.singleton
    let bootstrap = ServerBootstrap(group: address.isLocal ? all.next() : all)
      .serverChannelOption(.backlog, value: 4096)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try prepare(channel) }
      }
    switch address {
    case .unix(let path): return try await bootstrap.bind(unixDomainSocketPath: path).get()
    case .https(let host, let port):
      let bare = host.trimmingPrefix("[")
      return try await bootstrap.bind(
        host: String(bare.last == "]" ? bare.dropLast() : bare), port: port
      ).get()
    }
  }

  private func prepare(_ channel: any Channel) throws {
    let pipeline = channel.pipeline.syncOperations
    if let security { try pipeline.addHandler(NIOSSLServerHandler(context: security)) }
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderListSize = limits.maxHeaderFieldSize
    try pipeline.configureHTTPServerPipeline(
      withOutboundHeaderValidation: false, withEncoderConfiguration: .init(),
      withDecoderLimitConfiguration: limits)
    try pipeline.addHandler(HTTPConnection(settings, on: channel.eventLoop))
    open.add(channel)
  }
}

extension ListenAddress {
  fileprivate func served(by channel: any Channel) -> ListenAddress {
    switch self {
    case .unix: self
    case .https(let host, let port):
      .https(host: host, port: channel.localAddress?.port ?? port)
    }
  }
}

/// The connections of a listener that are open.
private final class OpenConnections: Sendable {
  private struct State: Sendable {
    var channels: [ObjectIdentifier: any Channel] = [:]
    var isClosing = false
  }

  private let state = Mutex(State())
  private let empty = Gate()

  /// Remembers a channel until it is closed.
  func add(_ channel: any Channel) {
    let isLate = state.withLock { state in
      state.channels[ObjectIdentifier(channel)] = channel
      return state.isClosing
    }
    channel.closeFuture.whenComplete { [self] _ in remove(channel) }
    if isLate { channel.close(promise: nil) }
  }

  private func remove(_ channel: any Channel) {
    let isLast = state.withLock { state in
      state.channels[ObjectIdentifier(channel)] = nil
      return state.isClosing && state.channels.isEmpty
    }
    if isLast { empty.open() }
  }

  /// Has all close that wait for a request, and the others once they have answered theirs.
  func close() {
    let channels = state.withLock { state in
      defer { state.isClosing = true }
      return state.isClosing ? [] : Array(state.channels.values)
    }
    for channel in channels {
      channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }
    if state.withLock({ $0.channels.isEmpty }) { empty.open() }
  }

  /// Waits until all are closed, after `close`.
  func wait() async { await empty.wait(atMost: nil) }
}
