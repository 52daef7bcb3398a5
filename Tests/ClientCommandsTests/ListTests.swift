import FakeController
import Testing

@Suite(.timeLimit(.minutes(20))) struct `A list` {
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let words: [String]
    var testDescription: String { name }
  }

  static let commands: [Row] = [
    Row(name: "gqueue", words: ["gqueue"]), Row(name: "gnodes", words: ["gnodes"]),
    Row(name: "gnodes-picture", words: ["gnodes", "--picture"]),
    Row(name: "gshare", words: ["gshare"]), Row(name: "gshare-ro", words: ["gshare", "eu/ro"]),
    Row(name: "gacct", words: ["gacct"]),
    Row(name: "gacct-statement", words: ["gacct", "--statement", "user"]),
    Row(name: "gwhy", words: ["gwhy", "18"]), Row(name: "gctl-ping", words: ["gctl", "ping"]),
    Row(name: "gctl-reservations", words: ["gctl", "reservation", "list"]),
    Row(name: "gctl-tokens", words: ["gctl", "token", "list"]),
    Row(name: "gsub-test-only", words: ["gsub", "--gpus", "64", "--wrap", "a", "--test-only"]),
  ]

  @Test(arguments: commands)
  func `is a table, in a pipe and at a terminal`(row: Row) throws {
    let desk = try Desk(Rows.routes)
    let piped = desk.run(row.words)
    let shown = desk.run(row.words, terminal: true)
    #expect(piped.code == 0 && shown.code == 0, "\(piped.errors)")
    #expect(piped.errors == "")
    #expect(!piped.output.contains("\u{1b}"))
    try expectGolden(
      piped.output + "\n" + shown.output.replacing("\u{1b}", with: "ESC"), row.name)
  }

  @Test(arguments: commands.filter { !$0.words.contains("--picture") })
  func `is JSON, one value a line`(row: Row) throws {
    let desk = try Desk(Rows.routes)
    let outcome = desk.run(row.words + ["--json"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    for line in outcome.output.split(separator: "\n") {
      #expect(line.hasPrefix("{") && line.hasSuffix("}"))
    }
    try expectGolden(outcome.output, row.name + "-json")
  }

  @Test(arguments: commands)
  func `ends with 3 where nobody answers`(row: Row) throws {
    let desk = try Desk()
    let outcome = desk.run(row.words, environment: ["MUSTER_CONTROLLER": "unix:/tmp/no/such"])
    #expect(outcome.code == 3)
    #expect(
      outcome.errors == """
        \(row.words[0]): the scheduler can't be reached at unix:/tmp/no/such: there is no such \
        socket; is gschedd running there? --controller or MUSTER_CONTROLLER name another address\n
        """)
  }

  @Test(arguments: commands)
  func `ends with 1 where it is refused, and says why in a paragraph`(row: Row) throws {
    let desk = try Desk([
      ("", .refusal(403, #"{"code":"no","what":"ana may not","place":"here","fix":"ask bob"}"#))
    ])
    let outcome = desk.run(row.words)
    #expect(outcome.code == 1)
    #expect(outcome.errors == "\(row.words[0]): here: ana may not; ask bob\n")
    #expect(outcome.output == "")
  }

  @Test(arguments: [
    (["gqueue", "--me", "-t", "running,failed"], "/v1/jobs?user=ana&states=running,failed"),
    (["gqueue", "-A", "eu/r o"], "/v1/jobs?account=eu/r%20o"),
    (["gqueue", "17-19,21", "-t", "held"], "/v1/jobs?jobs=17,18,19,21&states=held"),
    (["gqueue", "18_[3,7]", "-t", "pending"], "/v1/jobs?array=18&states=pending"),
    (
      ["gacct", "-S", "yesterday", "-E", "2026-03-01T08:00:00Z", "-u", "bob"],
      "/v1/history?user=bob&since=2026-02-27T23:00:00.000Z&until=2026-03-01T08:00:00.000Z"
    ),
  ])
  func `asks for no more than what is wanted`(words: [String], expected: String) throws {
    let desk = try Desk(Rows.routes)
    #expect(desk.run(words).code == 0)
    #expect(desk.fake.requests.map(\.path) == [expected])
  }

  @Test func `has one row for the jobs of an array that wait alike`() throws {
    func row(_ job: Int, _ index: Int, _ state: String, _ more: String = "") -> String {
      #"{"job":\#(job),"array":40,"array_index":\#(index),"name":"sweep","user":"bob","#
        + #""account":"eu","mode":"regular","state":"\#(state)","members":1,"accelerators":1,"#
        + #""submitted":"2026-03-01T09:00:00.000Z","time_limit_ms":60000,"attempt":0\#(more)}"#
        + "\n"
    }
    let rows =
      [row(40, 0, "running"), row(41, 1, "pending", #","reason":"no room""#)]
      + [2, 3, 5].map { row(40 + $0, $0, "pending") } + [row(46, 6, "held")]
      + stride(from: 7, to: 40, by: 2).map { row(40 + $0, $0, "pending", #","reason":"x""#) }
    let desk = try Desk([("GET /v1/jobs", Answer.lines(rows))])
    func places(_ words: String...) -> [[Substring]] {
      desk.run(words).output.split(separator: "\n").dropFirst().map {
        Array($0.split(separator: " ").prefix(2))
      }
    }
    #expect(
      places("gqueue") == [
        ["40", "40_0"], ["41", "40_1"], ["42-43,45", "40_[2-3,5]"], ["46", "40_6"],
        ["47,49,51,53,55,…", "40_[7,9,11,13,15,…]"],
      ])
    #expect(places("gqueue", "--array").count == rows.count)
    #expect(desk.run(["gqueue", "--json"]).output.split(separator: "\n").count == rows.count)
  }

  @Test func `shows jobs of an array by their places`() throws {
    let desk = try Desk(Rows.routes)
    let output = desk.type("gqueue", "18_7", "--json").output
    #expect(output.split(separator: "\n").count == 1)
    #expect(output.contains(#""job":20"#))
  }

  @Test func `of causes is made where the daemon has no words`() throws {
    let text = #"waits: no leaf has 4 free nodes.\n","#
    let desk = try Desk([
      ("", .json(Rows.why.pieces[0].replacing(#"Job 18 \#(text)"#, with: #"","#)))
    ])
    try expectGolden(desk.type("gwhy", "18").output, "gwhy-without-words")
  }

  @Test func `of many jobs is asked for in parts`() throws {
    let desk = try Desk(Rows.routes)
    #expect(desk.type("gqueue", "1-1001", "-t", "all", "--json").code == 0)
    #expect(desk.fake.requests.count == 3)
    #expect(desk.fake.requests.allSatisfy { $0.path.utf8.count < 4096 })
  }

  @Test func `says which node is none`() throws {
    let outcome = try Desk(Rows.routes).type("gnodes", "n00[0-9]")
    #expect(outcome.code == 1)
    #expect(outcome.errors.contains("the fleet has no node 'n005'"))
  }

  @Test func `wraps a picture at a terminal, and never in a pipe`() throws {
    let desk = try Desk(Rows.routes)
    let narrow = desk.type(
      "gnodes", "-p", terminal: true, environment: ["COLUMNS": "40", "NO_COLOR": "1"])
    #expect(narrow.output.split(separator: "\n").allSatisfy { $0.count <= 40 })
    #expect(narrow.output.contains("xxxxxxxx"))
  }
}
