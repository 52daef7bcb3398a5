import Client
import FakeController
import Testing
import Wire

@Suite(.timeLimit(.minutes(20))) struct `An agent's client` {
  private func client(_ fake: FakeController) -> AgentClient {
    AgentClient(Connection(ControllerAddress(.unix(path: fake.path))))
  }

  @Test func `registers, reports and hears`() async throws {
    let fake = FakeController(routes: [
      (
        "POST /v1/agents/s-1/reports",
        .json(#"{"acknowledged":2}"#)
      ),
      (
        "POST /v1/agents",
        .json(
          #"{"session":"s-1","cluster":"c","epoch":4,"heartbeat_ms":1,"fence_ms":9,"refused":[]}"#
        )
      ),
      ("GET /v1/agents/s-1/commands", .json(#"{"first":1,"commands":[]}"#)),
    ])
    let client = client(fake)
    let session = try await client.register(AgentRegistration(name: "n0", instance: 1, nodes: []))
    #expect(session.session == "s-1")
    let batch = ReportBatch(
      first: 1, reports: [.started(MemberName(job: 3, attempt: 1, member: 0))])
    #expect(try await client.report(batch, session: session.session).acknowledged == 2)
    let commands = try await client.commands(session: session.session, after: 0, waitMs: 100)
    #expect(commands.commands == [])
    #expect(fake.requests.map(\.connection) == [1, 1, 2])
  }

  @Test func `reports while it waits for commands, and gives up at once when cancelled`()
    async throws
  {
    let fake = FakeController(routes: [
      ("GET", .silence), ("POST", .json(#"{"acknowledged":0}"#)),
    ])
    let client = client(fake)
    let waiting = Task { try await client.commands(session: "s", after: 0, waitMs: 600_000) }
    await fake.waitForRequests(1)
    let receipt = try await client.report(ReportBatch(first: 1, reports: []), session: "s")
    #expect(receipt.acknowledged == 0)
    waiting.cancel()
    await #expect(throws: ClientError.cancelled) { try await waiting.value }
  }

  @Test func `uses a lane again after it was cancelled`() async throws {
    let fake = FakeController { request in
      request.path.contains("after=0") ? .silence : .json(#"{"first":2,"commands":[]}"#)
    }
    let client = client(fake)
    let waiting = Task { try await client.commands(session: "s", after: 0, waitMs: 600_000) }
    await fake.waitForRequests(1)
    waiting.cancel()
    _ = await waiting.result
    let next = try await client.commands(session: "s", after: 1, waitMs: 10)
    #expect(next.first == 2)
  }

  @Test func `gives up a request at once that waits for its turn on a lane`() async throws {
    let fake = FakeController(routes: [("GET", .silence)])
    let client = client(fake)
    let first = Task { try await client.commands(session: "s", after: 0, waitMs: 600_000) }
    await fake.waitForRequests(1)
    let second = Task { try await client.commands(session: "s", after: 1, waitMs: 600_000) }
    second.cancel()
    await #expect(throws: ClientError.cancelled) { try await second.value }
    #expect(fake.requests.count == 1)
    first.cancel()
    await #expect(throws: ClientError.cancelled) { try await first.value }
  }

  @Test func `can't reach a controller that is not there`() async {
    let client = AgentClient(Connection(ControllerAddress(.unix(path: "/tmp/no/such"))))
    await #expect {
      try await client.register(AgentRegistration(name: "n0", instance: 1, nodes: []))
    } throws: { ($0 as? ClientError)?.exitCode == 3 }
  }
}
