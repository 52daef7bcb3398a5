import Fleet
import Foundation
import Jobs
import Server
import Testing
import Units
import Wire

@Suite struct `Submissions` {
  private static let texts = [
    "", "a", "train", "/home/ada", "#!/bin/sh\necho \"é\" \\\n\ttrue\r\n", "a/b=c,d}", "]\"}",
  ]

  private static func text(_ random: inout SeededGenerator) -> String {
    texts[random.below(texts.count)]
  }

  private static func signal(_ random: inout SeededGenerator) -> TaskSpec.SignalAhead? {
    guard random.below(4) == 0 else { return nil }
    return TaskSpec.SignalAhead(signal: text(&random), aheadMs: Int64(random.below(1 << 40)))
  }

  private static func task(_ random: inout SeededGenerator) -> TaskSpec {
    var task = TaskSpec(script: text(&random), directory: text(&random))
    for _ in 0..<random.below(4) {
      task.arguments.append(text(&random))
      task.environment[text(&random)] = text(&random)
    }
    task.errors = random.below(2) == 0 ? nil : text(&random)
    (task.output, task.appends) = (text(&random), random.below(2) == 0)
    task.tasksPerMember = random.below(9)
    (task.checkpointSignal, task.warning) = (signal(&random), signal(&random))
    return task
  }

  private static func terms(_ random: inout SeededGenerator) -> JobSubmission.Terms {
    func moment() -> Moment? {
      guard random.below(3) == 0 else { return nil }
      return Moment(Instant(milliseconds: 1_772_344_800_000 + Int64(random.below(1 << 40))))
    }
    var terms = JobSubmission.Terms()
    (terms.begin, terms.deadline) = (moment(), moment())
    terms.checkpointEveryMs = random.below(3) == 0 ? 60_000 : nil
    terms.dependencies = (0..<random.below(3)).map { number in
      JobSubmission.Dependency([.afterany, .afterok, .afternotok][number], UInt32(number))
    }
    terms.reservation = random.below(3) == 0 ? text(&random) : nil
    terms.isHeldBack = random.below(2) == 0
    return terms
  }

  private static func submission(_ random: inout SeededGenerator) -> JobSubmission {
    var gang = GangSpec()
    if random.below(2) == 0 { gang.accelerators = GangSpec.Accelerators("h200:64") }
    if random.below(2) == 0 { gang.perMember = GangSpec.Accelerators("8") }
    gang.members = random.below(2) == 0 ? nil : random.below(5_000)
    gang.leastMembers = random.below(3) == 0 ? 1 : nil
    gang.host = HostShare(milliCores: random.below(2) * 1_500, memory: random.below(2) * 2_048)
    gang.isExclusive = random.below(3) == 0
    gang.closeness.required = random.below(3) == 0 ? .leaf : nil
    var submission = JobSubmission(name: text(&random), gang: gang, task: task(&random))
    submission.account = random.below(2) == 0 ? text(&random) : nil
    submission.mode = random.below(2) == 0 ? text(&random) : nil
    submission.timeLimitMs = random.below(2) == 0 ? Int64(random.below(1 << 40)) : nil
    submission.terms = terms(&random)
    if random.below(3) == 0 {
      submission.array = .init(indices: [1, 4, 5, 6], throttle: random.below(2) == 0 ? 2 : nil)
    }
    return submission
  }

  @Test func `are read by hand as they were written`() throws {
    var random = SeededGenerator(seed: 31)
    for _ in 0..<500 {
      let submission = Self.submission(&random)
      let line = try WireJSON.encode(submission)
      #expect(try WireJSON.decode(JobSubmission.self, from: line) == submission)
      #expect(JobSubmission(line: Array(line)[...]) == submission)
      #expect(TaskSpec(line: Array(RowWriting.line(submission.task))[...]) == submission.task)
    }
  }

  /// What asks for more is left to the decoder.
  @Test func `that ask for more are not read by hand`() throws {
    var random = SeededGenerator(seed: 32)
    var submission = Self.submission(&random)
    submission.gang.residency = ["RO"]
    #expect(JobSubmission(line: Array(try WireJSON.encode(submission))[...]) == nil)
    submission.gang.residency = []
    submission.gang.closeness.preferred = .block
    #expect(JobSubmission(line: Array(try WireJSON.encode(submission))[...]) == nil)
  }

  @Test func `are read by hand as the decoder reads them, or not at all, whatever is changed`()
    throws
  {
    let byHand = try linesReadByHand(of: 6_000, seed: 33) {
      try WireJSON.encode(Self.submission(&$0))
    } _: {
      JobSubmission(line: $0)
    }
    #expect(byHand > 300)
  }

  @Test func `are kept and answered as the encoder writes them`() throws {
    var random = SeededGenerator(seed: 34)
    for _ in 0..<200 {
      let task = Self.task(&random)
      #expect(RowWriting.line(task) == (try WireJSON.encode(task)))
    }
    let reply = SubmissionReply(job: 17, count: 3)
    #expect(RowWriting.line(reply) == (try WireJSON.encode(reply)))
  }
}
