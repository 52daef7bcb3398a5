import FakeController
import Testing

@Suite(.timeLimit(.minutes(20))) struct `A log` {
  /// A job that writes three lines, one a question.
  private static let job: @Sendable (Asked) -> Answer = { request in
    let lines = ["one\n", "two\n", "three\n"]
    let starts = [0, 4, 8]
    guard let place = starts.firstIndex(where: { request.path.contains("offset=\($0)&") }) else {
      return Answer(headers: ["X-Muster-Offset": "14", "X-Muster-Ended": "true"])
    }
    return Answer(
      headers: ["X-Muster-Offset": "\(starts[place] + lines[place].count)"],
      pieces: [lines[place]])
  }

  @Test(arguments: [[], ["-f"]])
  func `is printed to its end`(options: [String]) throws {
    let desk = try Desk(answer: Self.job)
    let outcome = desk.run(["glog", "3"] + options)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output == "one\ntwo\nthree\n")
  }

  @Test func `is asked for by member and stream, and from its tail`() throws {
    let desk = try Desk(answer: Self.job)
    _ = desk.type("glog", "3", "-m", "2", "--errors", "--tail", "100", "-f")
    #expect(
      desk.fake.requests.map(\.path) == [
        "/v1/jobs/3/output?member=2&stream=errors&offset=-100&wait_ms=30000"
      ])
  }

  @Test func `is followed over a controller that goes away and comes back`() throws {
    let count = Counter()
    let desk = try Desk { request in
      count.next() == 2 ? Answer(ending: .broken) : Self.job(request)
    }
    let outcome = desk.type("glog", "3", "-f")
    #expect(outcome.code == 0)
    #expect(outcome.output == "one\ntwo\nthree\n")
    #expect(outcome.errors.contains("still following"))
  }

  @Test func `is waited for until the job begins`() throws {
    let count = Counter()
    let refusal = Answer.refusal(404, #"{"code":"none","what":"no file","fix":"wait"}"#)
    let row = Rows.job(3, "pending", "")
    let desk = try Desk { request in
      guard request.path.contains("output") else { return row }
      return count.next() < 4 ? refusal : Self.job(request)
    }
    let outcome = desk.type("glog", "3", "-f")
    #expect(outcome.code == 0)
    #expect(outcome.output == "one\ntwo\nthree\n")
    #expect(outcome.errors == "glog: job 3 has written nothing yet; waiting for it\n")
    #expect(desk.type("glog", "3").code == 0)
  }

  @Test func `of a job that is over and wrote nothing is refused`() throws {
    let desk = try Desk([
      ("GET /v1/jobs/3/output", .refusal(404, #"{"code":"none","what":"no file","fix":"wait"}"#)),
      ("GET /v1/jobs/3", Rows.job(3, "failed", "")),
    ])
    let outcome = desk.type("glog", "3", "-f")
    #expect(outcome.code == 1)
    #expect(outcome.errors == "glog: no file; wait\n")
  }

  @Test func `of a job that is none is refused`() throws {
    let outcome = try Desk().type("glog", "3", "-f")
    #expect(outcome.code == 1)
    #expect(outcome.errors.hasPrefix("glog: there is no GET /v1/jobs/3/output"))
  }
}
