import Foundation
import NIOCore
import NIOPosix
import Server

/// Asks over a Unix socket, a connection a question, in the plainest HTTP.
struct RawClient: Sendable {
  let socket: String

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
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(unixDomainSocketPath: socket) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    let text = try await channel.executeThenClose { inbound, outbound in
      try await outbound.write(
        ByteBuffer(
          string: "\(method) \(path) HTTP/1.1\r\nHost: muster\r\nConnection: close\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"))
      var all = ByteBuffer()
      for try await part in inbound { all.writeImmutableBuffer(part) }
      return String(buffer: all)
    }
    return Self.answer(text)
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

/// A daemon that serves at a Unix socket as long as this object lives.
final class Service {
  let station: Station
  let client: RawClient
  private let task: Task<Void, any Error>

  init(jobsPerUser: Int = Daemon.jobsPerUser) async throws {
    let folder = try TemporaryFolder()
    let station = try Station(in: folder, jobsPerUser: jobsPerUser)
    let socket = folder.url.path + "/s"
    let (serving, isServing) = AsyncStream.makeStream(of: Void.self)
    task = Task {
      try await station.daemon.serve(at: .unix(socket)) { isServing.finish() }
    }
    for await _ in serving {}
    self.station = station
    client = RawClient(socket: socket)
  }

  func stop() async {
    task.cancel()
    _ = await task.result
  }
}
