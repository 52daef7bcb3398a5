import Accounts
import Cluster
import Fleet
import Foundation
import Jobs
import Policy
import PolicyFiles
import Server
import Testing
import Units
import Wire

@Suite struct `A submission becomes a request` {
  private static let fleet = """
    fleet: two
    node-types:
      big: {model: h100, accelerators: 8, cores: 64, memory: 64 GiB}
    type: big
    nodes: n[0-1]
    """

  private static let policy = """
    policy: test
    order: fair-share
    backfill: reserving
    accounts:
      name: all
      members:
        uni:
          projects:
            llm:
              users:
                ada: {}
                grace: {}
            vision: {}
        firm:
          users:
            grace: {}
            linus: {}
    modes:
      fast: {longest-time: 1 h, accounts: [firm]}
      train: {}
    """

  private static func resolution() throws -> Resolution {
    let topology = try FleetFile.decode(fleet, file: "fleet")
    return Resolution(
      in: ClusterState(
        topology: topology, policy: try PolicyFile.decode(policy, file: "policy")))
  }

  private static func submission(_ fields: String) throws -> JobSubmission {
    let gang = fields.contains("\"gang\"") ? "" : #""gang": {"gpus": "2"},"#
    let rest = fields.isEmpty ? "" : ", " + fields
    return try WireJSON.decode(
      from: Data(
        "{\(gang) \"task\": {\"script\": \"#!/bin/sh\", \"directory\": \"/\"}\(rest)}".utf8))
  }

  /// Who submits what, and what it comes to: account, mode, minutes; or a refusal and its place.
  private static let rows: [(who: String, fields: String, what: String)] = [
    ("ada", "", "uni/llm/ada train 1440"),
    ("linus", "", "firm/linus fast 60"),
    ("linus", #""mode": "train""#, "firm/linus train 1440"),
    ("linus", #""time_limit_ms": 600000"#, "firm/linus fast 10"),
    ("ada", #""account": "uni/vision""#, "uni/vision train 1440"),
    ("ada", #""account": "vision""#, "uni/vision train 1440"),
    ("grace", #""account": "firm/grace""#, "firm/grace fast 60"),
    ("grace", "", "no-default-account account"),
    ("nobody", "", "no-default-account account"),
    ("ada", #""account": "uni""#, "not-an-account account"),
    ("ada", #""account": "uni/math""#, "no-such-account account"),
    ("ada", #""account": "firm/linus""#, "not-permitted account"),
    ("ada", #""mode": "slow""#, "no-such-mode mode"),
    ("ada", #""time_limit_ms": 0"#, "bad-time-limit time_limit_ms"),
    ("ada", #""gang": {}"#, "bad-gang gang"),
    ("ada", #""gang": {"gpus": "2", "nodes": ["n7"]}"#, "bad-gang gang"),
    ("ada", #""array": {"indices": []}"#, "bad-array array"),
    ("ada", #""array": {"indices": [3, 1]}"#, "bad-array array"),
    ("ada", #""array": {"indices": [1], "throttle": 0}"#, "bad-array array.throttle"),
    (
      "ada", #""terms": {"checkpoint_every_ms": 0}"#,
      "bad-checkpoints terms.checkpoint_every_ms"
    ),
  ]

  @Test(arguments: rows) func `or a refusal that says where`(
    _ row: (who: String, fields: String, what: String)
  ) throws {
    let resolution = try Self.resolution()
    let caller = Caller(name: row.who, uid: 1, gid: 1, role: .user)
    let submission = try Self.submission(row.fields)
    let found: String
    do throws(Refusal) {
      let request = try resolution.request(for: submission, by: caller)
      found = resolution.words(of: request)
    } catch {
      found = "\(error.code) \(error.place ?? "")"
    }
    #expect(found == row.what)
  }

  /// What a gang asks for, and its members × what each of them has; or a refusal.
  @Test(arguments: [
    (#""gpus": "4", "members": 2"#, "2 × 2"), (#""gpus": "0.5:4", "members": 2"#, "2 × 2"),
    (#""gpus": "0.5:3", "members": 2"#, "bad-gang"), (#""gpus": "0.5:4""#, "1 × 4"),
    (#""gpus_per_member": "70000""#, "bad-gang"),
    (#""gpus": "140000", "members": 2"#, "bad-gang"),
  ])
  func `has its accelerators divided among its members`(gang: String, what: String) throws {
    let caller = Caller(name: "ada", uid: 1, gid: 1, role: .user)
    let submission = try Self.submission("\"gang\": {\(gang)}")
    let resolution = try Self.resolution()
    let found: String
    do throws(Refusal) {
      let shape = try resolution.request(for: submission, by: caller).shape
      found = "\(shape.nodeCount) × \(shape.member.accelerators)"
    } catch {
      found = error.code
    }
    #expect(found == what)
  }

  @Test func `keeps what else it asks for`() throws {
    let submission = try Self.submission(
      """
      "gang": {"gpus_per_member": "8", "members": 2, "least_members": 1},
      "array": {"indices": [1, 5], "throttle": 1},
      "terms": {"begin": "2026-03-01T06:00:00Z", "is_held_back": true, "reservation": "night",
                "dependencies": [{"job": 3, "condition": "afterok"}]}
      """)
    let caller = Caller(name: "ada", uid: 1, gid: 1, role: .user)
    let terms = try #require(
      try Self.resolution().request(for: submission, by: caller).terms)
    #expect(terms.leastMembers == 1)
    #expect(terms.throttle == 1)
    #expect(terms.begin == Instant(milliseconds: 1_772_344_800_000))
    #expect(terms.isHeldBack)
    #expect(terms.window == "night")
    #expect(terms.dependencies == [JobDependency(job: JobID(3), condition: .succeeded)])
  }
}

extension Resolution {
  /// Account, mode and minutes of a request.
  fileprivate func words(of request: JobRequest) -> String {
    let policy = state.policy
    return policy.accounts.path(of: request.account) + " "
      + policy.modes[Int(request.mode.number)].name
      + " \(request.timeLimit.milliseconds / 60_000)"
  }
}
