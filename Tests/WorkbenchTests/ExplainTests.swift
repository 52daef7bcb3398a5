import Foundation
import TestFiles
import Testing

@Suite struct `What gsim explain says` {
  /// Three jobs on eight nodes: the first takes half, the second wants all, the third waits for it.
  private static let trace = """
    1 0 -1 100 4 -1 -1 4 100 -1 1 1 1 1 1 -1 -1 -1
    2 10 -1 200 8 -1 -1 8 250 -1 1 2 1 1 1 -1 -1 -1
    3 20 -1 300 2 -1 -1 2 300 -1 1 3 1 1 1 -1 -1 -1

    """

  /// Why the third waits when it comes.
  private static let answer = """
    Job 3 of 'everybody', mode 'regular', has been waiting since day 0, 00:00:20 (now).
    It asks for 2 × (1 accelerator), for up to 5 min.

    Why it waits:
    - There is room now, but it is promised to job 2 from day 0, 00:01:40 (in 1 min 20 s), and \
    by its time limit this job may still be running then.

    Who is ahead:
    - 1 job is ahead of it, of 2 in the queue.
    - Job 2 of 'everybody', as it came first.

    What would start it now:
    - Ask for 1 min 20 s instead of 5 min.

    When it starts otherwise:
    - There is room from day 0, 00:05:50 (in 5 min 30 s) on, if jobs ahead of it or new ones do \
    not take it first; earlier if something ends early.

    """

  private func explain(_ more: [String]) throws -> GSimProcess.Outcome {
    let trace = TemporaryFile(text: Self.trace)
    let outcome = try GSimProcess.run(
      ["explain", trace.path, "--fleet", "8x1", "--policy", "fcfs+easy"] + more)
    #expect(!outcome.isCrash)
    return outcome
  }

  /// What stands below the first line, which names a file that is another at each run.
  private func text(_ more: [String]) throws -> String {
    let outcome = try explain(more)
    #expect(outcome.code == 0 && outcome.errors == "", "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0].contains("on 8x1 under fcfs+easy, at day 0, "))
    return lines.dropFirst(2).joined(separator: "\n")
  }

  @Test func `is about the moment of submission, unless another is asked for`() throws {
    #expect(try text(["--job", "3"]) == Self.answer)
  }

  private static let subject = "Job 3 of 'everybody', mode 'regular'"

  /// When, as an option says it, and the first line of the answer.
  private static let moments = [
    ("20s", "\(subject), has been waiting since day 0, 00:00:20 (now)."),
    ("50000", "\(subject), has been waiting since day 0, 00:00:20 (30 s ago)."),
    ("1min40s", "\(subject), has been waiting since day 0, 00:00:20 (1 min 20 s ago)."),
    ("5min", "Job 3 has been running since day 0, 00:05:00 (now)."),
    ("1h", "Job 3 is over: it completed."),
  ]

  @Test(arguments: moments) func `is as of any moment`(moment: String, answer: String) throws {
    #expect(try text(["--job", "3", "--at", moment]).hasPrefix(answer + "\n"))
  }

  @Test func `as JSON gives every cause and suggestion with its numbers`() throws {
    let outcome = try explain(["--job", "3", "--at", "50s", "--json", "-"])
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    #expect(document["standing"] as? String == "waiting")
    #expect(document["at_ms"] as? Int == 50_000)
    let cause = try #require((document["causes"] as? [[String: Any]])?.first)
    #expect(cause["kind"] as? String == "would-delay")
    #expect(cause["job"] as? Int == 2 && cause["start_ms"] as? Int == 100_000)
    let suggestion = try #require((document["suggestions"] as? [[String: Any]])?.first)
    #expect(suggestion["change"] as? String == "limit")
    #expect(suggestion["limit_ms"] as? Int == 50_000)
    #expect((document["queue"] as? [String: Any])?["ahead"] as? Int == 1)
    #expect((document["estimate"] as? [String: Any])?["at_ms"] as? Int == 350_000)
  }

  /// What is asked wrongly, the exit code, and what is said of it.
  private static let wrong = [
    (["--job", "0"], Int32(2), "Error: --job 0: jobs are numbered from 1"),
    (["--job", "9"], 1, "gsim: --job 9: no job of that number is ever accepted"),
    (["--job", "3", "--at", "15s"], 1, "gsim: --job 3: 2 jobs were submitted by then"),
    (["--job", "3", "--at", "soon"], 2, "Error: The value 'soon' is invalid for '--at <time>'"),
  ]

  @Test(arguments: wrong)
  func `of a question that has no answer`(more: [String], code: Int32, message: String) throws {
    let outcome = try explain(more)
    #expect(outcome.code == code && outcome.output == "")
    #expect(outcome.errors.hasPrefix(message), "\(outcome.errors)")
  }
}
