import Foundation
import Server
import Testing
import Units
import Wire

/// Requests that nobody would write: good ones with bytes changed, lost, repeated and put in.
@Suite(.timeLimit(.minutes(20))) struct `Noise` {
  /// A body of every kind that is taken, and where it goes.
  private static let bodies: [(route: String, body: String)] = [
    (
      Route.jobs,
      """
      {"name": "a", "account": "ada", "mode": "train", "time_limit_ms": 60001,
       "gang": {"gpus_per_member": "8", "members": 2, "least_members": 1, "milli_cores": 1000,
                "memory_mib": 10, "nodes": ["n0", "n1"], "prefer": {"level": "leaf", "wait_ms": 5}},
       "terms": {"checkpoint_every_ms": 1001, "begin": "2026-03-01T06:00:00Z",
                 "dependencies": [{"job": 12, "condition": "afterok"}]},
       "array": {"indices": [3, 4], "throttle": 7},
       "task": {"script": "true", "directory": "/tmp", "tasks_per_member": 1,
                "environment": {"A": "1"}}}
      """
    ),
    (Route.forecast, `The API over a Unix socket`.submission),
    (Route.change(1), #"{"signal": {"name": "USR1"}}"#),
    (Route.change(1), #"{"hold": {}}"#),
    (Route.nodeChanges, #"{"nodes": "n[0-1]", "action": "drain", "reason": "new cables"}"#),
    (
      Route.policyEdits,
      """
      {"reserve": {"name": "night", "nodes": "n[0-1]", "from": "2026-03-01T20:00:00Z",
                   "until_moment": "2026-03-02T06:00:00Z", "accounts": ["ada"]}}
      """
    ),
    (Route.policyEdits, #"{"set_budget": {"path": "ada", "hours": 3}}"#),
    ("\(Route.policy)?dry_run=true", LiveCluster.policy),
    ("\(Route.fleet)?dry_run=true", LiveCluster.fleet),
    (
      Route.tokens,
      #"{"subject": "grace", "role": "coordinator", "account": "ada", "lifetime_ms": 60000}"#
    ),
    (Route.tokenRevocations, #"{"ids": ["5f", "6a"], "subject": "n[0-1]"}"#),
    (
      Route.agents,
      """
      {"version": 2, "name": "x", "instance": 5, "epoch": 0, "takes_over": false,
       "members": [{"job": 7, "attempt": 8, "member": 9}],
       "nodes": [{"name": "n0", "address": "x", "model": "h100", "accelerators": 18,
                  "milli_cores": 2, "memory_mib": 3}]}
      """
    ),
    (
      Route.reports("1-1"),
      """
      {"first": 1, "reports": [{"started": {"_0": {"job": 1, "attempt": 1, "member": 0}}},
       {"ended": {"_0": {"job": 1, "attempt": 1, "member": 0}, "_1": {"exit_code": 0,
        "at": "2026-03-01T06:00:00Z", "is_out_of_memory": false, "is_terminated": false,
        "cpu_ms": 1200, "most_memory_mib": 80}}}]}
      """
    ),
  ]

  private static let words: [[UInt8]] = [
    "null", "-1", "0", "1e400", "9223372036854775808", "[[[[[[", "{\"a\":", "\"", "\\u0000",
    "\\ud800",
    "\u{0}", "true", "{}", "[]", ",", "é", "🚀", "n[0-99]", "\r\n",
  ].map { Array($0.utf8) }

  private static func mutated(_ text: String, _ random: inout SeededGenerator) -> String {
    var bytes = Array(text.utf8)
    for _ in 0...random.next() % 3 where !bytes.isEmpty {
      let start = Int(random.next() % UInt64(bytes.count))
      let end = min(bytes.count, start + 1 + Int(random.next() % 12))
      switch random.next() % 6 {
      case 0: bytes[start] = UInt8(truncatingIfNeeded: random.next())
      case 1: bytes[start] ^= 1 << UInt8(random.next() % 8)
      case 2: bytes.removeSubrange(start..<end)
      case 3: bytes.insert(contentsOf: bytes[start..<end], at: start)
      case 4: bytes.removeSubrange(start...)
      default:
        bytes.insert(contentsOf: words[Int(random.next() % UInt64(words.count))], at: start)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Answered by what was done, or by a refusal that says why not.
  private func expectAnswer(_ answer: RawClient.Answer, _ what: String) {
    #expect((200..<500).contains(answer.status), "\(answer.status): \(what)")
    guard answer.status >= 400 else { return }
    let refusal = try? WireJSON.decode(Refusal.self, from: Data(answer.body.utf8))
    #expect(refusal?.what.isEmpty == false && refusal?.fix.isEmpty == false, "\(what)")
  }

  @Test(arguments: bodies.indices)
  func `in a body is answered with a reason`(index: Int) async throws {
    let service = try await Service()
    let (route, body) = Self.bodies[index]
    _ = try await service.client.post(Route.jobs, `The API over a Unix socket`.submission)
    let agent = PuppetAgent(service.station, "n0", "n1")
    try await agent.register()
    var random = SeededGenerator(seed: UInt64(index))
    for _ in 0..<150 {
      let noise = Self.mutated(body, &random)
      expectAnswer(try await service.client.post(route, noise), "\(route) \(noise)")
    }
    let deep = String(repeating: "[", count: 200_000)
    expectAnswer(try await service.client.post(route, deep), route)
    #expect(try await service.client.get(Route.ping).status == 200)
    #expect(service.station.controller.failure == nil)
    await service.stop()
  }

  @Test func `in an address is answered with a reason`() async throws {
    let service = try await Service()
    let queries = [
      "jobs?jobs=1,2&array=1&user=ada&account=ada&states=pending,running", "jobs/1?wait_ms=1",
      "jobs/1/why", "jobs/1/output?member=0&stream=output&offset=0&wait_ms=1", "nodes", "accounts",
      "history?jobs=1&since=2026-03-01T20:00:00Z&until=2026-03-02T20:00:00Z", "tokens?subject=ada",
      "agents/1-1/commands?after=4&wait_ms=1", "policy/edits", "ping",
    ]
    var random = SeededGenerator(seed: 7)
    for query in queries {
      for _ in 0..<60 {
        let noise = Self.mutated(query, &random)
        let plain = noise.utf8.allSatisfy { (0x21...0x7e).contains($0) }
        guard plain else { continue }
        expectAnswer(try await service.client.get("/v1/\(noise)"), noise)
      }
    }
    #expect(service.station.controller.failure == nil)
    await service.stop()
  }
}
