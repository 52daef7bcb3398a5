import Foundation
import Server
import Testing
import Wire

@Suite(.timeLimit(.minutes(20))) struct `The API over a Unix socket` {
  static let submission = """
    {"name": "train", "account": "ada", "gang": {"gpus_per_member": "8", "members": 2},
     "task": {"script": "#!/bin/sh\\ntrue\\n", "directory": "/tmp"}}
    """

  @Test func `serves a job from its submission to its history`() async throws {
    let service = try await Service()
    let client = service.client
    let agent = PuppetAgent(service.station, "n0", "n1")
    try await agent.register()
    let forecast = try await client.post(Route.forecast, Self.submission)
    #expect(forecast.status == 200)
    #expect(forecast.body.contains(#""nodes":"n[0-1]""#))
    let submitted = try await client.post(Route.jobs, Self.submission)
    #expect(submitted.status == 201)
    #expect(submitted.body == #"{"count":1,"job":1}"#)
    #expect(try await client.get(Route.job(1)).body.contains(#""state":"starting""#))
    _ = try await client.post(Route.jobs, Self.submission)
    let why = try await client.get(Route.why(2))
    #expect(why.body.contains(#""code":"no-room""#))
    #expect(try await client.get(Route.jobs).lines.count == 2)
    let cancelled = try await client.post(Route.change(2), #"{"cancel": {}}"#)
    #expect(cancelled.body.contains(#""state":"cancelled""#))
    try await agent.report(
      .ended(MemberName(1), .code(0)), .ended(MemberName(1, 1, 1), .code(0)))
    #expect(try await client.get(Route.job(1)).body.contains(#""state":"completed""#))
    #expect(try await client.get(Route.jobs).lines.count == 0)
    #expect(try await client.get("\(Route.jobs)?states=completed").lines.count == 1)
    #expect(try await client.get(Route.history).lines.count == 2)
    await service.stop()
  }

  @Test func `takes so many jobs of a user, and no more`() async throws {
    let service = try await Service(jobsPerUser: 3)
    let client = service.client
    let array = Self.submission.replacing(
      #""name": "train","#, with: #""name": "train", "array": {"indices": [1, 2]},"#)
    #expect(try await client.post(Route.jobs, array).status == 201)
    let refused = try await client.post(Route.jobs, array)
    #expect(refused.status == 429 && refused.code == "too-many-jobs")
    #expect(try await client.post(Route.jobs, Self.submission).status == 201)
    _ = try await client.post(Route.change(1), #"{"cancel": {}}"#)
    #expect(try await client.post(Route.jobs, Self.submission).status == 201)
    #expect(try await client.post(Route.jobs, Self.submission).status == 429)
    await service.stop()
  }

  @Test func `says what the cluster is like`() async throws {
    let service = try await Service()
    let client = service.client
    let ping = try await client.get(Route.ping)
    #expect(ping.body.contains(#""epoch":1"#))
    #expect(ping.body.contains(#""user":"#))
    let nodes = try await client.get(Route.nodes).lines
    #expect(nodes.count == 2)
    let node = try WireJSON.decode(NodeRow.self, from: Data(nodes[0].utf8))
    #expect(node.agent == "unreachable")
    #expect(node.holders == [0, 0, 0, 0, 0, 0, 0, 0])
    #expect(try await client.get(Route.accounts).lines.count == 3)
    #expect(try await client.get(Route.fleet).body == LiveCluster.fleet)
    _ = try await client.post(Route.nodeChanges, #"{"nodes": "n0", "action": "drain"}"#)
    #expect(try await client.get(Route.nodes).lines[0].contains(#""condition":"drained""#))
    await service.stop()
  }

  @Test func `changes the rules under what is queued`() async throws {
    let service = try await Service()
    let client = service.client
    _ = try await client.post(Route.jobs, Self.submission)
    let longer = LiveCluster.policy.replacing("longest-time: 1 d", with: "longest-time: 2 d")
    #expect(try await client.post("\(Route.policy)?dry_run=true", longer).status == 200)
    #expect(try await client.get(Route.policy).body == LiveCluster.policy)
    #expect(try await client.post(Route.policy, longer).status == 200)
    #expect(try await client.get(Route.policy).body == longer)
    let gone = longer.replacing("    ada: {weight: 1}\n", with: "")
    let refused = try await client.post(Route.policy, gone)
    #expect(refused.status == 409)
    #expect(refused.code == "account-in-use")
    let added = try await client.post(
      Route.policyEdits, #"{"add_account": {"path": "linus", "weight": 1}}"#)
    #expect(added.status == 200)
    #expect(try await client.get(Route.accounts).lines.count == 4)
    let grown = LiveCluster.fleet.replacing("n[0-1]", with: "n[0-3]")
    #expect(try await client.post(Route.fleet, grown).status == 200)
    #expect(try await client.get(Route.nodes).lines.count == 4)
    #expect(try await client.get(Route.jobs).lines.count == 1)
    await service.stop()
  }

  static let refusals: [(method: String, path: String, body: String, status: Int, code: String)] = [
    ("GET", "/v1/nothing", "", 404, "no-such-route"),
    ("GET", "/", "", 404, "no-such-route"),
    ("GET", "/v1/jobs/1/nothing", "", 404, "no-such-route"),
    ("GET", "/v1/jobs/x", "", 404, "no-such-route"),
    ("GET", "/v1/jobs/7", "", 404, "no-such-job"),
    ("DELETE", "/v1/jobs/7", "", 405, "other-method"),
    ("POST", "/v1/jobs", "{", 400, "bad-body"),
    ("POST", "/v1/jobs", "", 400, "bad-body"),
    ("POST", "/v1/jobs", "{\"gang\": {\"gpus\": \"many\"}}", 400, "bad-body"),
    ("GET", "/v1/jobs?states=odd", "", 400, "bad-query"),
    ("GET", "/v1/jobs?jobs=one", "", 400, "bad-query"),
    ("GET", "/v1/jobs?account=nobody", "", 400, "no-such-account"),
    ("GET", "/v1/agents/9-9/commands", "", 404, "no-such-session"),
    (
      "POST", "/v1/nodes/changes", "{\"nodes\": \"n9\", \"action\": \"drain\"}", 404, "no-such-node"
    ),
    ("POST", "/v1/policy?dry_run=true", "policy: [", 400, "bad-file"),
    ("POST", "/v1/jobs/7/change", "{\"cancel\": {}}", 404, "no-such-job"),
  ]

  @Test func `refuses what is wrong, with a reason`() async throws {
    let service = try await Service()
    for row in Self.refusals {
      let answer = try await service.client.ask(row.method, row.path, row.body)
      #expect(answer.status == row.status, "\(row)")
      #expect(answer.code == row.code, "\(row)")
    }
    let long = String(repeating: "x", count: 9 << 20)
    let answer = try await service.client.post(Route.jobs, long)
    #expect(answer.status == 413)
    await service.stop()
  }

  @Test func `answers who waits for a job once it is over, and not before`() async throws {
    let service = try await Service()
    _ = try await service.client.post(Route.jobs, Self.submission)
    let client = service.client
    async let waited = client.get("\(Route.job(1))?wait_ms=60000")
    let soon = try await client.get("\(Route.job(1))?wait_ms=20")
    #expect(soon.body.contains(#""state":"pending""#))
    _ = try await client.post(Route.change(1), #"{"cancel": {}}"#)
    #expect(try await waited.body.contains(#""state":"cancelled""#))
    await service.stop()
  }
}
