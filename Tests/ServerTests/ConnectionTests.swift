import Foundation
import Server
import Testing
import Wire

@Suite(.timeLimit(.minutes(20))) struct `A connection of the daemon's` {
  private static let ping = "GET \(Route.ping) HTTP/1.1\r\nHost: muster\r\n"

  private static func post(_ length: Int, _ more: String = "") -> String {
    "POST \(Route.jobs) HTTP/1.1\r\nHost: muster\r\n\(more)Content-Length: \(length)\r\n\r\n"
  }

  private static func count(_ words: String, in text: String) -> Int {
    text.components(separatedBy: words).count - 1
  }

  @Test func `answers requests that come at once, in their order`() async throws {
    let service = try await Service()
    let body = `The API over a Unix socket`.submission
    let text = try await service.client.say(
      Self.post(body.utf8.count) + body + "\(Self.ping)\r\n"
        + "\(Self.ping)Connection: close\r\n\r\n")
    #expect(text.hasPrefix("HTTP/1.1 201 "))
    #expect(Self.count("HTTP/1.1 ", in: text) == 3)
    #expect(Self.count("HTTP/1.1 200 OK", in: text) == 2)
    #expect(text.contains(#"{"count":1,"job":1}HTTP/1.1 200 OK"#))
    await service.stop()
  }

  @Test func `answers the last request as a whole, whatever stands behind it`() async throws {
    let service = try await Service()
    let last = "GET \(Route.fleet) HTTP/1.1\r\nHost: muster\r\nConnection: close\r\n\r\n"
    let text = try await service.client.say(last + "\(Self.ping)\r\n")
    #expect(text.hasPrefix("HTTP/1.1 200 OK") && text.contains(LiveCluster.fleet))
    await service.stop()
  }

  @Test func `says what time it is, and who it is`() async throws {
    let service = try await Service()
    let text = try await service.client.say("\(Self.ping)Connection: close\r\n\r\n").lowercased()
    #expect(text.contains("\r\ndate: wed, 25 feb 2026 06:13:20 gmt\r\n"))
    #expect(text.contains("\r\nserver: muster\r\n"))
    #expect(text.contains("\r\nconnection: close\r\n"))
    await service.stop()
  }

  @Test func `takes a body that comes in pieces`() async throws {
    let service = try await Service()
    let body = `The API over a Unix socket`.submission
    let text = try await service.client.say(
      Self.post(body.utf8.count, "Connection: close\r\n") + body.prefix(20)
    ) { String(body.dropFirst(20)) }
    #expect(text.hasPrefix("HTTP/1.1 201 "))
    await service.stop()
  }

  @Test func `takes a body of a length that nobody said before`() async throws {
    let service = try await Service()
    let head =
      "POST \(Route.jobs) HTTP/1.1\r\nHost: muster\r\nConnection: close\r\n"
      + "Transfer-Encoding: chunked\r\n\r\n"
    func chunks(_ body: String) -> String {
      String(body.utf8.count, radix: 16) + "\r\n\(body)\r\n0\r\n\r\n"
    }
    let text = try await service.client.say(head + chunks(`The API over a Unix socket`.submission))
    #expect(text.hasPrefix("HTTP/1.1 201 "))
    let long = try await service.client.say(
      head
        + chunks(`The API over a Unix socket`.submission + String(repeating: " ", count: 8 << 20)))
    #expect(long.hasPrefix("HTTP/1.1 413 "))
    await service.stop()
  }

  @Test func `refuses a body that is too long before it comes`() async throws {
    let service = try await Service()
    let text = try await service.client.say(Self.post(9 << 20, "Connection: close\r\n"))
    #expect(text.hasPrefix("HTTP/1.1 413 "))
    await service.stop()
  }

  @Test func `finds the next request behind a body that nobody wanted`() async throws {
    let service = try await Service()
    let long = String(repeating: "x", count: 1 << 20)
    let head = "POST /v1/nothing HTTP/1.1\r\nHost: muster\r\nContent-Length: \(1 << 20)\r\n\r\n"
    let text = try await service.client.say(
      head + long + "\(Self.ping)Connection: close\r\n\r\n")
    #expect(text.hasPrefix("HTTP/1.1 404 "))
    #expect(Self.count("HTTP/1.1 200 OK", in: text) == 1)
    await service.stop()
  }

  @Test func `answers who has nothing more to say`() async throws {
    let service = try await Service()
    let text = try await service.client.say("\(Self.ping)\r\n", isLast: true)
    #expect(text.hasPrefix("HTTP/1.1 200 OK"))
    let broken = try await service.client.say(Self.post(1000) + "{", isLast: true)
    #expect(broken.hasPrefix("HTTP/1.1 4"))
    await service.stop()
  }

  @Test(arguments: [
    "HELLO\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /v1/ping HTTP/1.1\r\n: x\r\n\r\n",
  ])
  func `hangs up on what is no HTTP`(words: String) async throws {
    let service = try await Service()
    #expect(try await service.client.say(words).hasPrefix("HTTP/1.1 400 "))
    #expect(try await service.client.get(Route.ping).status == 200)
    await service.stop()
  }

  @Test func `takes no head without an end`() async throws {
    let service = try await Service()
    let field = "X: " + String(repeating: "x", count: 100_000) + "\r\n\r\n"
    #expect(try await service.client.say(Self.ping + field).hasPrefix("HTTP/1.1 4"))
    await service.stop()
  }

  @Test func `reads an address as it may be written`() async throws {
    let service = try await Service()
    let client = service.client
    #expect(try await client.get("http://muster\(Route.ping)?a=b#c").status == 200)
    #expect(try await client.get("\(Route.jobs)?states=pending%2Crunning").status == 200)
    #expect(try await client.get("\(Route.jobs)?states=pend%69ng&states=odd").status == 400)
    #expect(try await client.get("\(Route.jobs)?").status == 200)
    await service.stop()
  }

  /// Whoever waits when the daemon is told to stop is answered, and nobody else is let in.
  @Test func `ends with its answer when the daemon stops`() async throws {
    let service = try await Service()
    let client = service.client
    _ = try await client.post(Route.jobs, `The API over a Unix socket`.submission)
    // Each is heard before the next speaks: who is not, the daemon may hang up on as it stops.
    let idle = try await client.say("\(Self.ping)\r\n") {
      let waiting = try await client.say(
        "GET \(Route.job(1))?wait_ms=60000 HTTP/1.1\r\nHost: muster\r\n\r\n"
      ) {
        await service.stop()
        return ""
      }
      #expect(waiting.contains(#""state":"pending""#))
      return ""
    }
    #expect(idle.hasPrefix("HTTP/1.1 200 OK"))
    await #expect(throws: (any Error).self) { try await client.get(Route.ping) }
  }
}
