import Client
import FakeController
import Foundation
import Testing
import Wire

@Suite(.timeLimit(.minutes(20))) struct `A controller's client` {
  private let row =
    #"{"path":"a","depth":1,"weight":1,"entitled":2,"held":0,"borrowed":0,"#
    + #""lent":0,"usage_hours":0.5}"#

  private func client(_ fake: FakeController, token: String? = nil) -> ControllerClient {
    var connection = Connection(ControllerAddress(.unix(path: fake.path)))
    connection.token = token
    return ControllerClient(connection)
  }

  @Test func `reads a message, and shows its token`() throws {
    let fake = FakeController(routes: [
      ("GET /v1/agents", .json(#"{"first":7,"commands":[]}"#))
    ])
    let batch = try client(fake, token: "abc").get(
      CommandBatch.self, from: Route.commands("s-1"), [("after", "6")], waitMs: 250)
    #expect(batch.first == 7)
    #expect(fake.requests.map(\.line) == ["GET /v1/agents/s-1/commands?after=6&wait_ms=250"])
    #expect(fake.requests[0].headers["authorization"] == "Bearer abc")
  }

  @Test func `posts a message`() throws {
    let fake = FakeController(routes: [("POST", .json(#"{"job":17,"count":1}"#))])
    let reply = try client(fake).post(
      TokenRequest(subject: "ä", role: .user, lifetimeMs: 5), to: Route.jobs,
      for: SubmissionReply.self)
    #expect(reply.job == 17)
    #expect(
      fake.requests.map(\.line) == [
        #"POST /v1/jobs {"lifetime_ms":5,"role":"user","subject":"ä"}"#
      ])
  }

  @Test func `keeps its connection`() throws {
    let fake = FakeController(routes: [("GET", .json(#"{"first":1,"commands":[]}"#))])
    let client = client(fake)
    for _ in 0..<5 { _ = try client.get(CommandBatch.self, from: Route.commands("s")) }
    #expect(fake.requests.map(\.connection) == [1, 1, 1, 1, 1])
  }

  @Test func `hands rows on, however they are cut`() throws {
    let text = "\(row)\n\(row)\n\n\(row)\n\(row)"
    let pieces = stride(from: 0, to: text.count, by: 7).map {
      String(text.dropFirst($0).prefix(7))
    }
    let fake = FakeController(routes: [("GET", .lines(pieces))])
    var paths: [String] = []
    try client(fake).rows(AccountRow.self, from: Route.accounts) {
      paths.append($0.path)
      return true
    }
    #expect(paths == ["a", "a", "a", "a"])
  }

  @Test func `stops where no more rows are wanted`() throws {
    let fake = FakeController(routes: [("GET", .lines([String](repeating: row + "\n", count: 99)))])
    var count = 0
    try client(fake).rows(AccountRow.self, from: Route.accounts) { _ in
      count += 1
      return count < 3
    }
    #expect(count == 3)
  }

  @Test func `says what is no row`() throws {
    let fake = FakeController(routes: [("GET", .lines([row + "\n", "{\"path\":1}\n"]))])
    #expect {
      try client(fake).rows(AccountRow.self, from: Route.accounts) { _ in true }
    } throws: { ($0 as? ClientError)?.exitCode == 1 && "\($0)".contains("path") }
  }

  @Test func `hands on a refusal`() throws {
    let fake = FakeController(routes: [])
    let expected = Refusal("no-route", "there is no GET /v1/ping", fix: "ask for another")
    #expect(throws: ClientError.refused(expected)) {
      try client(fake).get(ServerStanding.self, from: Route.ping)
    }
    #expect(throws: ClientError.refused(expected)) {
      try client(fake).lines(from: Route.ping) { _ in true }
    }
    #expect(ClientError.refused(expected).exitCode == 1)
  }

  @Test(arguments: [(500, 1), (404, 1), (503, 3)])
  func `judges an answer without a reason`(status: Int, exitCode: Int32) throws {
    let fake = FakeController(routes: [("GET", .refusal(status, "<html>"))])
    #expect {
      try client(fake).get(ServerStanding.self, from: Route.ping)
    } throws: { ($0 as? ClientError)?.exitCode == exitCode }
  }

  @Test func `can't reach a controller that is not there`() throws {
    let client = ControllerClient(Connection(ControllerAddress(.unix(path: "/tmp/no/such"))))
    #expect {
      try client.get(ServerStanding.self, from: Route.ping)
    } throws: { ($0 as? ClientError)?.exitCode == 3 && "\($0)".contains("unix:/tmp/no/such") }
  }

  @Test func `says when the controller went away in the middle`() throws {
    let fake = FakeController(routes: [("GET", Answer(pieces: ["{\"first\""], ending: .broken))])
    #expect {
      try client(fake).get(CommandBatch.self, from: Route.commands("s"))
    } throws: { ($0 as? ClientError)?.exitCode == 3 && "\($0)".contains("in the middle") }
  }

  @Test func `says that what it posted may have been done where no answer came`() throws {
    let fake = FakeController(routes: [("POST", Answer(pieces: ["{\"first\""], ending: .broken))])
    #expect {
      try client(fake).post(
        TokenRequest(subject: "a", role: .user, lifetimeMs: 5), to: Route.jobs)
    } throws: { ($0 as? ClientError)?.exitCode == 3 && "\($0)".contains("may have been done") }
    #expect(fake.requests.count == 1)
  }

  @Test func `waits no longer than its limit`() throws {
    let fake = FakeController(routes: [("GET", .silence)])
    var connection = Connection(ControllerAddress(.unix(path: fake.path)))
    connection.requestLimitMs = 50
    let client = ControllerClient(connection)
    #expect {
      try client.get(ServerStanding.self, from: Route.ping)
    } throws: { ($0 as? ClientError)?.exitCode == 3 }
  }

  @Test func `reads a part of an output`() throws {
    let headers = ["X-Muster-Offset": "5", "X-Muster-Ended": "true"]
    let fake = FakeController(routes: [("GET", Answer(headers: headers, pieces: ["hello"]))])
    let chunk = try client(fake).output(of: 3, OutputQuery())
    #expect(chunk.bytes == Data("hello".utf8))
    #expect(chunk.next == 5)
    #expect(chunk.isLast)
  }
}
