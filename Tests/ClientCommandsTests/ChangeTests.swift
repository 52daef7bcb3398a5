import FakeController
import Foundation
import Testing

@Suite(.timeLimit(.minutes(20))) struct `A change` {
  @Test(arguments: [
    (["gcancel", "17"], ["POST /v1/jobs/17/change {\"cancel\":{}}"], "Cancelled 1 job\n"),
    (
      ["gcancel", "17-18", "-s", "sigusr1"],
      [
        "POST /v1/jobs/17/change {\"signal\":{\"name\":\"USR1\"}}",
        "POST /v1/jobs/18/change {\"signal\":{\"name\":\"USR1\"}}",
      ], "Sent USR1 to 2 jobs\n"
    ),
    (
      ["gcancel", "-u", "bob"],
      [
        "GET /v1/jobs?user=bob", "POST /v1/jobs/17/change {\"cancel\":{}}",
        "POST /v1/jobs/18/change {\"cancel\":{}}",
      ], "Cancelled 2 jobs\n"
    ),
    (["gctl", "hold", "17"], ["POST /v1/jobs/17/change {\"hold\":{}}"], "Held 1 job\n"),
    (
      ["gctl", "release", "17"], ["POST /v1/jobs/17/change {\"release\":{}}"], "Released 1 job\n"
    ),
    (
      ["gctl", "node", "drain", "n[0-3]", "-r", "fan"],
      [#"POST /v1/nodes/changes {"action":"drain","nodes":"n[0-3]","reason":"fan"}"#],
      "Draining n[0-3]\n"
    ),
    (
      ["gctl", "node", "resume", "n3"],
      [#"POST /v1/nodes/changes {"action":"resume","nodes":"n3"}"#], "Resumed n3\n"
    ),
    (
      [
        "gctl", "reservation", "add", "r", "--nodes", "n1", "--until", "now+2h", "--accounts",
        "a,b",
      ],
      [
        #"POST /v1/policy/edits {"reserve":{"accounts":["a","b"],"#
          + #""from":"2026-03-01T12:00:00.000Z","name":"r","nodes":"n1","#
          + #""until_moment":"2026-03-01T14:00:00.000Z"}}"#
      ], "Reserved n1 as r until 2026-03-01T14:00:00.000Z\n"
    ),
    (
      ["gctl", "account", "add", "eu/ro/x", "--weight", "3"],
      [#"POST /v1/policy/edits {"add_account":{"path":"eu/ro/x","weight":3}}"#],
      "Added account eu/ro/x\n"
    ),
    (
      ["gctl", "budget", "set", "eu/ro", "500"],
      [#"POST /v1/policy/edits {"set_budget":{"hours":500,"path":"eu/ro"}}"#],
      "eu/ro may use 500 accelerator-hours\n"
    ),
    (
      ["gctl", "token", "--user", "bob", "--role", "operator", "--for", "2d"],
      [#"POST /v1/tokens {"lifetime_ms":172800000,"role":"operator","subject":"bob"}"#], "a.b.c\n"
    ),
    (
      ["gctl", "token", "make", "--node", "n[0-7]"],
      [#"POST /v1/tokens {"lifetime_ms":2592000000,"role":"agent","subject":"n[0-7]"}"#], "a.b.c\n"
    ),
    (
      ["gctl", "token", "--for", "1d"],
      [
        "GET /v1/ping",
        #"POST /v1/tokens {"lifetime_ms":86400000,"role":"user","subject":"ana"}"#,
      ], "a.b.c\n"
    ),
    (
      ["gctl", "token", "revoke", "5f", "6a"],
      [#"POST /v1/tokens/revocations {"ids":["5f","6a"]}"#], "Revoked 2 tokens\n"
    ),
    (
      ["gctl", "token", "revoke", "--node", "n0"],
      [#"POST /v1/tokens/revocations {"ids":[],"subject":"n0"}"#], "Revoked 2 tokens\n"
    ),
  ])
  func `is sent, and said`(words: [String], requests: [String], output: String) throws {
    let desk = try Desk(Rows.routes)
    let outcome = desk.run(words)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output == output)
    #expect(desk.fake.requests.map(\.line) == requests)
  }

  @Test func `of one job that is refused does not keep the others`() throws {
    let desk = try Desk(Rows.routes)
    let outcome = desk.type("gcancel", "20", "17")
    #expect(outcome.code == 1)
    #expect(
      outcome.errors == "gcancel: job 20: job 20: it is over since 00:20; nothing is to do\n")
    #expect(desk.fake.requests.map(\.path) == ["/v1/jobs/20/change", "/v1/jobs/17/change"])
  }

  @Test(arguments: ["policy", "fleet"])
  func `of a file is shown, checked and applied`(what: String) throws {
    let desk = try Desk(Rows.routes)
    try desk.write("sites: []\n", to: "new.yaml")
    #expect(desk.type("gctl", what, "show").output.hasSuffix(": []\n"))
    #expect(desk.type("gctl", what, "apply", "new.yaml", "--dry-run").code == 0)
    #expect(desk.type("gctl", what, "apply", "new.yaml").output == "Applied \(what) new.yaml\n")
    #expect(desk.type("gctl", what, "apply", "no.yaml").code == 2)
    #expect(
      desk.fake.requests.map(\.line) == [
        "GET /v1/\(what)", "POST /v1/\(what)?dry_run=true sites: []\n",
        "POST /v1/\(what) sites: []\n",
      ])
  }

  @Test func `that makes a token writes it where only its owner can read it`() throws {
    let desk = try Desk(Rows.routes)
    #expect(desk.type("gctl", "token", "--user", "bob", "-o", "t").code == 0)
    let path = desk.folder.appending(path: "t").path
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "a.b.c\n")
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
    #expect((mode as? NSNumber)?.intValue == 0o600)
    #expect(desk.type("gctl", "token", "--user", "bob", "-o", "t").code == 1)
  }

  @Test(arguments: [
    ["gcancel"], ["gcancel", "0"], ["gcancel", "x"], ["gcancel", "5-3"], ["gqueue", "-t", "ill"],
    ["gcancel", "17", "-s", "FOO"], ["gctl", "node", "drain"], ["gctl", "node", "drain", "n[["],
    ["gctl", "budget", "set", "a", "-3"], ["gctl", "token", "--for", "soon"],
    ["gctl", "token", "--user", "a", "--node", "n0"], ["gctl", "token", "revoke"],
    ["gctl", "token", "revoke", "5f", "--user", "a"], ["gctl", "token", "--role", "agent"],
    ["gctl", "token", "--node", "n0", "--role", "operator"], ["gacct", "-S", "soon"],
    ["gacct", "17_3"], ["gacct", "1-501"], ["gwhy"], ["gwhy", "x"],
    ["glog", "3", "--member", "-1"], ["gfoo"],
    ["gqueue", "--controller", "ftp://a"], ["gqueue", "--token-file", "/no/such"],
    ["gctl", "reservation", "add", "r", "--nodes", "n", "--until", "now-1h", "--accounts", "a"],
  ])
  func `that is no command ends with 2 and sends nothing`(words: [String]) throws {
    let desk = try Desk(Rows.routes)
    let outcome = desk.run(["muster"] + words)
    #expect(outcome.code == 2)
    #expect(outcome.output == "")
    #expect(outcome.errors.split(separator: "\n").count == 1)
    #expect(desk.fake.requests.isEmpty)
  }
}
