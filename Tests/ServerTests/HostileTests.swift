import Foundation
import Server
import Testing
import Wire

@Suite(.timeLimit(.minutes(20))) struct `Hostile messages` {
  /// A message to an address, and the values in it that are made something else.
  private struct Target {
    var route: String
    var body: String
    var values: [String]
  }

  private static let targets = [
    Target(
      route: Route.jobs,
      body: """
        {"name": "a", "account": "ada", "mode": "train", "time_limit_ms": 60001,
         "gang": {"gpus_per_member": "8", "members": 2, "least_members": 1,
                  "milli_cores": 1000, "memory_mib": 10, "nodes": ["n0", "n1"],
                  "prefer": {"level": "leaf", "wait_ms": 5}},
         "terms": {"checkpoint_every_ms": 1001, "begin": "2026-03-01T06:00:00Z",
                   "deadline": "2099-01-01T00:00:00Z"},
         "array": {"indices": [3, 4], "throttle": 7},
         "task": {"script": "true", "directory": "/tmp", "tasks_per_member": 9}}
        """,
      values: [
        "\"ada\"", "\"train\"", "60001", "\"8\"", "2", "1000", "10", "[\"n0\", \"n1\"]", "\"leaf\"",
        "5", "1001", "\"2026-03-01T06:00:00Z\"", "\"2099-01-01T00:00:00Z\"", "[3, 4]", "7", "9",
      ]),
    Target(
      route: Route.policyEdits,
      body: """
        {"set_budget": {"path": "ada", "hours": 3, "from": "2026-03-01T06:00:00Z",
                        "until_moment": "2026-04-01T06:00:00Z"}}
        """,
      values: ["\"ada\"", "3,", "\"2026-03-01T06:00:00Z\""]),
    Target(
      route: Route.policyEdits, body: #"{"add_account": {"path": "x", "weight": 3}}"#,
      values: ["\"x\"", "3"]),
    Target(
      route: Route.agents,
      body: """
        {"version": 2, "name": "x", "instance": 5, "epoch": 0, "takes_over": false,
         "members": [{"job": 7, "attempt": 8, "member": 9}],
         "nodes": [{"name": "n0", "address": "x", "model": "h100", "accelerators": 18,
                    "milli_cores": 2, "memory_mib": 3}]}
        """,
      values: ["1,", "7", "8,", "9}", "\"n0\"", "18", "2,", "3}"]),
  ]

  private static let hostile = [
    "0", "-1", "9223372036854775807", "-9223372036854775808", "99999999999999999999", "1e300",
    "0.5", "null", "true", "[]", "{}", "\"\"", "\"\\u0000\"", "\"999999999-01-01T00:00:00Z\"",
    "\"9999-12-31T23:59:59Z\"", "\"h200:99999999\"", "\"n[0-999999999]\"",
  ]

  @Test func `are answered, and nobody stops for them`() async throws {
    let service = try await Service()
    for target in Self.targets {
      for value in target.values {
        let end = value.last == "," || value.last == "}" ? String(value.suffix(1)) : ""
        for word in Self.hostile {
          let body = target.body.replacing(value, with: word + end, maxReplacements: 1)
          let answer = try await service.client.post(target.route, body)
          #expect((200..<500).contains(answer.status), "\(target.route) \(body)")
        }
      }
    }
    #expect(try await service.client.get(Route.ping).status == 200)
    #expect(service.station.controller.failure == nil)
    await service.stop()
  }

  /// Two reservations of one node at once ended the daemon.
  @Test func `that keep what is kept are refused`() async throws {
    let service = try await Service()
    func reserve(_ name: String, from hour: Int) -> String {
      """
      {"reserve": {"name": "\(name)", "nodes": "n0", "from": "2099-03-01T1\(hour):00:00Z",
                   "until_moment": "2099-03-01T1\(hour + 2):00:00Z", "accounts": ["ada"]}}
      """
    }
    #expect(try await service.client.post(Route.policyEdits, reserve("a", from: 0)).status == 200)
    let second = try await service.client.post(Route.policyEdits, reserve("b", from: 1))
    #expect(second.status == 400)
    #expect(second.body.contains("window 'b' keeps node 'n0' while 'a' does"))
    #expect(try await service.client.post(Route.policyEdits, reserve("b", from: 2)).status == 200)
    #expect(service.station.controller.failure == nil)
    await service.stop()
  }
}
