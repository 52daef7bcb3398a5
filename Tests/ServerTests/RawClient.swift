import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Server
import Wire

/// Asks over a Unix socket or TLS, a connection a question, in the plainest HTTP.
struct RawClient: Sendable {
  /// Where the daemon is.
  enum Place: Sendable {
    case socket(String)
    case port(Int, trusting: NIOSSLContext)
  }

  var place: Place

  /// What stands behind `Authorization`.
  var authorization: String?

  /// The same client, showing a token.
  func bearing(_ token: String) -> RawClient {
    var other = self
    other.authorization = "Bearer \(token)"
    return other
  }

  struct Answer: Sendable {
    var status: Int
    var body: String

    /// The body's lines.
    var lines: [String] { body.split(separator: "\n").map(String.init) }

    /// The refusal's code, where it is one.
    var code: String? {
      let found = body.split(separator: "\"code\":\"").dropFirst().first
      return found.map { String($0.prefix { $0 != "\"" }) }
    }
  }

  func get(_ path: String) async throws -> Answer { try await ask("GET", path) }

  func post(_ path: String, _ body: String) async throws -> Answer {
    try await ask("POST", path, body)
  }

  func ask(_ method: String, _ path: String, _ body: String = "") async throws -> Answer {
    let proof = authorization.map { "Authorization: \($0)\r\n" } ?? ""
    let text = try await say(
      "\(method) \(path) HTTP/1.1\r\nHost: muster\r\nConnection: close\r\n\(proof)"
        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    return Self.answer(text)
  }

  /// Says something over a connection of its own, and takes what comes back until its end.
  ///
  /// - Parameters:
  ///   - isLast: whether the daemon is told that no more will come.
  ///   - meanwhile: called once the daemon has read it; what is said then.
  func say(
    _ text: String, isLast: Bool = false, meanwhile: (() async throws -> String)? = nil
  ) async throws -> String {
    let channel = try await connect()
    return try await channel.executeThenClose { inbound, outbound in
      try await outbound.write(ByteBuffer(string: text))
      if let meanwhile {
        // The daemon's one loop has read the first part when it answers what was asked after it.
        _ = try await get(Route.ping)
        let more = try await meanwhile()
        if !more.isEmpty { try await outbound.write(ByteBuffer(string: more)) }
      }
      if isLast { outbound.finish() }
      var all = ByteBuffer()
      do {
        for try await part in inbound { all.writeImmutableBuffer(part) }
      } catch  where all.readableBytes > 0 {
        // The daemon hangs up on what it did not want to read.
      }
      return String(buffer: all)
    }
  }

  private func connect() async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
    let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.allowRemoteHalfClosure, value: true)
    @Sendable func wrapped(
      _ channel: any Channel
    ) throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
      try NIOAsyncChannel(
        wrappingChannelSynchronously: channel,
        configuration: .init(isOutboundHalfClosureEnabled: true))
    }
    switch place {
    case .socket(let path):
      return try await bootstrap.connect(unixDomainSocketPath: path) { channel in
        channel.eventLoop.makeCompletedFuture { try wrapped(channel) }
      }
    case .port(let port, let context):
      return try await bootstrap.connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            NIOSSLClientHandler(context: context, serverHostname: "localhost"))
          return try wrapped(channel)
        }
      }
    }
  }

  private static func answer(_ text: String) -> Answer {
    let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
    let status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    let body = parts.count > 1 ? String(parts[1]) : ""
    let isChunked = parts[0].lowercased().contains("transfer-encoding: chunked")
    return Answer(status: status, body: isChunked ? unchunked(body) : body)
  }

  private static func unchunked(_ text: String) -> String {
    var rest = Substring(text)
    var body = ""
    while let end = rest.range(of: "\r\n") {
      guard let size = Int(rest[..<end.lowerBound], radix: 16), size > 0 else { break }
      let chunk = rest[end.upperBound...].utf8.prefix(size)
      body += String(decoding: chunk, as: UTF8.self)
      rest = Substring(
        String(decoding: rest[end.upperBound...].utf8.dropFirst(size + 2), as: UTF8.self))
    }
    return body
  }
}

/// A daemon that serves at a Unix socket as long as this object lives, and over TLS if told to.
final class Service {
  let station: Station
  let client: RawClient

  /// Where it is reached over TLS.
  private(set) var port: Int?
  private let task: Task<Void, any Error>

  init(
    _ certificate: ServerCertificate? = nil, in folder: TemporaryFolder? = nil,
    jobsPerUser: Int = Daemon.jobsPerUser
  ) async throws {
    let folder = try folder ?? TemporaryFolder()
    let station = try Station(in: folder, jobsPerUser: jobsPerUser)
    let socket = folder.url.path + "/s"
    var addresses = [ListenAddress.unix(socket)]
    if certificate != nil { addresses.append(.https(host: "127.0.0.1", port: 0)) }
    let (serving, isServing) = AsyncStream.makeStream(of: ListenAddress.self)
    task = Task { [addresses] in
      defer { isServing.finish() }
      try await station.daemon.serve(at: addresses, certificate) { isServing.yield($0) }
    }
    var served = 0
    for await address in serving {
      if case .https(_, let port) = address { self.port = port }
      served += 1
      if served == addresses.count { break }
    }
    self.station = station
    client = RawClient(place: .socket(socket))
  }

  func stop() async {
    task.cancel()
    _ = await task.result
  }
}
