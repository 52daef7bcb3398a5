import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// Opens connections to one controller.
final class Dialer: Sendable {
  private let connection: Connection
  /// What TLS needs, made for the first connection: to read the machine's certificates takes time.
  private let security = Mutex<NIOSSLContext?>(nil)

  init(_ connection: Connection) { self.connection = connection }

  /// Opens a connection; a request may be written to it while its handshake goes on.
  ///
  /// - Throws: `ClientError.badCredential` where the connection's files are of no use.
  func dial(on loop: any EventLoop) throws(ClientError) -> EventLoopFuture<Line> {
    let bootstrap = ClientBootstrap(group: loop)
      .connectTimeout(.milliseconds(Int64(connection.connectLimitMs)))
      .channelOption(ChannelOptions.socketOption(.so_keepalive), value: 1)
    switch connection.address.way {
    case .unix(let path):
      return opened(by: bootstrap, securedFor: nil) { $0.connect(unixDomainSocketPath: path) }
    case .network(let host, let port, let isSecured):
      let secured = isSecured ? (try context(), host) : nil
      return opened(by: bootstrap, securedFor: secured) { $0.connect(host: host, port: port) }
    }
  }

  private func opened(
    by bootstrap: ClientBootstrap, securedFor secured: (NIOSSLContext, host: String)?,
    connect: (ClientBootstrap) -> EventLoopFuture<any Channel>
  ) -> EventLoopFuture<Line> {
    let channel = connect(
      bootstrap.channelInitializer { [connection] channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          if let (context, host) = secured {
            // A certificate for an address names it as such; only names are told to the server.
            let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
            let name = isAddress ? nil : host
            try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: name))
          }
          try pipeline.addHTTPClientHandlers()
          try pipeline.addHandler(Line(channel, connection))
        }
      })
    return channel.flatMapThrowing { try $0.pipeline.syncOperations.handler(type: Line.self) }
  }

  private func context() throws(ClientError) -> NIOSSLContext {
    try security.withLock { (security) throws(ClientError) in
      if let security { return security }
      let context = try connection.securityContext()
      security = context
      return context
    }
  }
}

extension Connection {
  /// Whom to trust, and what to show.
  fileprivate func securityContext() throws(ClientError) -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv12
    if let authorityFile {
      let roots = try read(authorityFile, "a certificate authority") {
        try NIOSSLCertificate.fromPEMFile($0)
      }
      configuration.trustRoots = .certificates(roots)
    }
    if let identity {
      let chain = try read(identity.certificateFile, "a certificate") {
        try NIOSSLCertificate.fromPEMFile($0)
      }
      configuration.certificateChain = chain.map { .certificate($0) }
      configuration.privateKey = .privateKey(
        try read(identity.keyFile, "a private key") { try NIOSSLPrivateKey(file: $0, format: .pem) }
      )
    }
    do {
      return try NIOSSLContext(configuration: configuration)
    } catch {
      throw .badCredential(
        identity?.certificateFile ?? authorityFile ?? "the machine's certificates",
        why: "can't be used for TLS (\(error)); does the key belong to the certificate?")
    }
  }

  private func read<Value>(
    _ path: String, _ what: String, _ read: (String) throws -> Value
  ) throws(ClientError) -> Value {
    do {
      return try read(path)
    } catch {
      throw .badCredential(path, why: "\(what) in PEM form can't be read from it")
    }
  }
}
