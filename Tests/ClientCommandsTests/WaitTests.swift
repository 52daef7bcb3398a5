import FakeController
import Testing

@Suite(.timeLimit(.minutes(20))) struct `Waiting for a job` {
  @Test(arguments: [
    ("completed", #","exit_code":0"#, 0), ("completed", "", 0),
    ("failed", #","exit_code":7"#, 7), ("failed", "", 1), ("failed", #","exit_code":0"#, 1),
    ("timed_out", #","exit_code":143"#, 143), ("cancelled", "", 1),
    ("out_of_memory", #","exit_code":137"#, 137),
  ])
  func `ends with its code`(state: String, code: String, expected: Int32) throws {
    let count = Counter()
    let desk = try Desk { request in
      if request.method == "POST" { return .json(#"{"job":5,"count":1}"#) }
      return count.next() < 3 ? Rows.job(5, "running", "") : Rows.job(5, state, code)
    }
    let outcome = desk.type("gsub", "--cores", "1", "--wrap", "a", "--wait")
    #expect(outcome.code == expected)
    #expect(outcome.output == "Submitted job 5\n")
    #expect(outcome.errors == "")
    #expect(
      desk.fake.requests.dropFirst().map(\.path)
        == [String](repeating: "/v1/jobs/5?wait_ms=30000", count: 3))
  }

  @Test func `of an array ends with the greatest code`() throws {
    let desk = try Desk { request in
      if request.method == "POST" { return .json(#"{"job":5,"count":3}"#) }
      return request.path.hasPrefix("/v1/jobs/6")
        ? Rows.job(6, "failed", #","exit_code":9"#) : Rows.job(5, "completed", "")
    }
    let outcome = desk.type("gsub", "--cores", "1", "--wrap", "a", "-W", "-a", "1-3")
    #expect(outcome.code == 9)
  }

  @Test func `goes on where the controller goes away and comes back`() throws {
    let count = Counter()
    let desk = try Desk { request in
      if request.method == "POST" { return .json(#"{"job":5,"count":1}"#) }
      return count.next() < 4 ? Answer(ending: .broken) : Rows.job(5, "completed", "")
    }
    let outcome = desk.type("gsub", "--cores", "1", "--wrap", "a", "--wait")
    #expect(outcome.code == 0)
    #expect(outcome.errors.split(separator: "\n").count == 1)
  }
}
