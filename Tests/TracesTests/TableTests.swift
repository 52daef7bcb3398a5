import TestFiles
import Testing
import Traces
import Units

@Suite struct `What sacct prints` {
  private let trace = Result { try read(samples[.sacct]!) }

  @Test func `gives jobs that were submitted when they could start, by that time`() throws {
    let trace = try trace.get()
    #expect(trace.jobs.map(\.submitted.milliseconds) == [1_772_352_000_000, 1_772_355_600_000])
    #expect(trace.jobs.map(\.runTime) == [.seconds(7200), .seconds(30)])
    #expect(trace.jobs.map(\.requestedTime) == [.seconds(14_400), .seconds(86_400)])
    #expect(trace.jobs.map(\.size) == [16, 1])
    #expect(trace.jobs.map(\.members) == [2, 1])
    #expect(trace.jobs.map(\.outcome) == [.completed, .cancelled])
  }

  @Test func `names users, accounts and modes`() throws {
    let trace = try trace.get()
    let (names, jobs) = (trace.names, trace.jobs)
    #expect(jobs.map { names.user($0.user) } == ["ada", "bob"])
    #expect(jobs.map { names.account($0.account) } == ["physics", "vision"])
    #expect(jobs.map { names.mode($0.mode) } == ["normal", "long"])
  }

  @Test func `leaves out steps and what never ran, and says so`() throws {
    #expect(
      try trace.get().skipped == [
        SkippedJobs(reason: .neverStarted, count: 1), SkippedJobs(reason: .jobStep, count: 1),
      ])
  }

  /// State, what becomes of the line.
  static let states: [(state: String, outcome: JobOutcome?)] = [
    ("COMPLETED", .completed), ("FAILED", .failed), ("BOOT_FAIL", .failed),
    ("CANCELLED", .cancelled), ("CANCELLED by 1007", .cancelled), ("TIMEOUT", .timedOut),
    ("DEADLINE", .timedOut), ("NODE_FAIL", .nodeFailed), ("OUT_OF_MEMORY", .outOfMemory),
    ("PREEMPTED", .preempted), ("REQUEUED", .preempted), ("RUNNING", nil), ("PENDING", nil),
    ("SUSPENDED", nil),
  ]

  @Test(arguments: states) func `tells how jobs ended`(state: String, outcome: JobOutcome?) throws {
    let header = "JobID|Submit|Start|End|AllocTRES|State\n"
    let line = "|2026-03-01T08:00:00|2026-03-01T08:00:00|2026-03-01T08:00:09|gres/gpu=1|"
    let trace = try read(header + "1\(line)COMPLETED\n2\(line)\(state)\n")
    #expect(trace.jobs.dropFirst().map(\.outcome) == (outcome.map { [$0] } ?? []))
    #expect(trace.jobs[0].runTime == .seconds(9))
  }

  /// What is in the column, and the accelerators it stands for.
  static let resources: [(text: String, size: UInt32)] = [
    ("billing=8,cpu=8,gres/gpu:h100=4,gres/gpu=6,mem=1T", 6), ("gres/gpu=1", 1),
    ("gres/gpu:a100=2,gres/gpu:h100=3,gres/gpumem=80G", 5),
  ]

  @Test(arguments: resources) func `counts accelerators`(text: String, size: UInt32) throws {
    let trace = try read("Submit|ElapsedRaw|ReqTRES\n2026-03-01T08:00:00|1|\(text)\n")
    #expect(trace.jobs.map(\.size) == [size])
  }

  /// A time limit, and its seconds; nil: there is none.
  static let limits: [(text: String, seconds: Int64?)] = [
    ("1-00:00:00", 86_400), ("2-12", 216_000), ("1-01:30", 91_800), ("00:30:00", 1800),
    ("05:30", 330), ("UNLIMITED", nil), ("Partition_Limit", nil), ("", nil),
  ]

  @Test(arguments: limits) func `reads time limits`(text: String, seconds: Int64?) throws {
    let trace = try read(
      "Submit|ElapsedRaw|NCPUS|Timelimit\n2026-03-01T08:00:00|1|4|\(text)\n")
    #expect(trace.jobs.map(\.requestedTime) == [seconds.map { .seconds($0) }])
  }

  @Test func `counts processors only where no job held an accelerator`() throws {
    let header = "Submit|ElapsedRaw|NCPUS|AllocTRES\n"
    let cpu = "2026-03-01T08:00:00|1|4|cpu=4\n"
    #expect(try read(header + cpu).jobs.map(\.size) == [4])
    let mixed = try read(header + cpu + "2026-03-01T08:00:00|1|4|cpu=4,gres/gpu=2\n")
    #expect(mixed.jobs.map(\.size) == [2])
    #expect(mixed.skipped == [SkippedJobs(reason: .noAccelerators, count: 1)])
  }

  @Test func `is in the zone that it is said to be in, unless it says so itself`() throws {
    let file = TemporaryFile(
      text: "Submit|ElapsedRaw|NCPUS\n2026-03-01T08:00:00|1|1\n2026-03-01T08:00:00Z|1|1\n"
        + "2026-03-01T08:00:00-0130|1|1\n1772352000|1|1\n")
    let trace = try Trace.read(path: file.path, as: .recognised(zoneSeconds: 7200))
    let hour: Int64 = 3_600_000
    let noon: Int64 = 1_772_352_000_000
    #expect(
      trace.jobs.map(\.submitted.milliseconds)
        == [noon - 2 * hour, noon, noon, noon + 3 * hour / 2])
  }

  /// A line, and what is wrong with it.
  static let wrong: [(line: String, complaint: String)] = [
    (
      "2026-03-01T08:00:00|1",
      "2:22: 2 columns, where the header has 3; complete the line or "
        + "remove it; a name may hold '|': leave its column out, as job names"
    ),
    (
      "2026-13-01T08:00:00|1|1",
      "2:1: Submit: \"2026-13-01T08:00:00\" names a day that does not "
        + "exist; write UTC as 2017-10-09 07:01:55"
    ),
    ("2026-03-01T08:00:00|x|1", "2:21: ElapsedRaw: \"x\" is not a number; write digits"),
    (
      "2026-03-01T08:00:00|-5|1",
      "2:21: ElapsedRaw: \"-5\" is negative, and a time never is; "
        + "correct it"
    ),
    (
      "2026-03-01T08:00:00|1|1.5",
      "2:23: NCPUS: \"1.5\" is no whole number up to 100,000,000; "
        + "correct it"
    ),
  ]

  @Test(arguments: wrong) func `is refused with a place`(line: String, complaint: String) {
    let text = "Submit|ElapsedRaw|NCPUS\n\(line)\n"
    #expect(TracesTests.complaint(text) == "FILE:\(complaint)")
  }

  @Test func `must tell what a replay needs`() {
    #expect(
      complaint("JobID|Submit|State\n1|2026-03-01T08:00:00|COMPLETED\n")
        == "FILE:1:1: the header names no column that tells run-time, or started and ended; let it "
        + "name Start, End, ElapsedRaw, Elapsed")
  }
}

@Suite struct `Muster's own table` {
  @Test func `keeps everything that is known of a job`() throws {
    let trace = try read(samples[.muster]!)
    #expect(trace.jobs.map(\.within) == [.any, .leaf])
    #expect(trace.jobs.map(\.outcome) == [.timedOut, .completed])
    #expect(trace.names.users == ["ada", "b, ob"])
    var terms = TraceTerms()
    terms.models = ["h200", "h100"]
    terms.segment = TraceTerms.Segment(nodes: 16, domain: .block)
    (terms.checkpointEvery, terms.restart) = (.seconds(1800), .seconds(300))
    #expect(trace.jobs.map { trace.names.terms($0.terms) } == [TraceTerms(), terms])
    let again = TemporaryFile(TableWriter(names: trace.names).file(of: trace.jobs))
    let second = try Trace.read(path: again.path)
    #expect(second.jobs.map(\.submitted) == trace.jobs.map(\.submitted))
    #expect(
      second.jobs.map { second.names.user($0.user) }
        == trace.jobs.map { trace.names.user($0.user) })
  }

  /// Everything that a job may ask for, each with and without the others.
  private static let terms: [TraceTerms] = (1..<16).map { bits in
    var terms = TraceTerms()
    if bits & 1 > 0 { terms.models = bits & 2 > 0 ? ["a \"b\"", "ü,"] : ["h200"] }
    if bits & 2 > 0 {
      terms.segment = TraceTerms.Segment(nodes: bits, domain: bits & 4 > 0 ? .site : .block)
    }
    if bits & 4 > 0 { terms.checkpointEvery = TimeSpan(milliseconds: Int64(bits) * 999) }
    if bits & 12 == 12 { terms.restart = .seconds(Int64(bits - 12)) }
    return terms
  }.reduce(into: []) { all, terms in
    if terms != TraceTerms(), !all.contains(terms) { all.append(terms) }
  }

  /// As it was before jobs could ask for more than a domain.
  @Test func `reads a file that has not all columns`() throws {
    let trace = try read(
      "submitted,run_time,size,members,time_limit,user,account,mode,within,state\n"
        + "2026-03-01 08:10:00Z,7200,16,2,14400,ada,physics,normal,leaf,completed\n")
    #expect(trace.jobs.map(\.terms) == [0] && trace.names.terms.isEmpty)
    #expect(trace.jobs.map(\.within) == [.leaf])
    let restart = try read(
      "submitted,run_time,size,restart\n2026-03-01 08:10:00Z,7200,16,300\n")
    #expect(restart.jobs.map(\.terms) == [0], "who makes no checkpoints has none to go back to")
  }

  /// A column, what stands in it, and what is wrong with it.
  static let wishes: [(column: String, text: String, complaint: String)] = [
    ("model", "h200|", "names no model between two '|'; write h200, or h200|h100"),
    ("segment", "16", "is no segment; write nodes:level, such as 16:block, or nothing"),
    ("segment", "0:block", "is no segment; write nodes:level, such as 16:block, or nothing"),
    ("segment", "16:rack", "is no segment; write nodes:level, such as 16:block, or nothing"),
    ("checkpoint_every", "often", "is not a number; write digits"),
    ("restart", "-1", "is negative, and a time never is; correct it"),
  ]

  @Test(arguments: wishes) func `is refused with a place`(
    column: String, text: String, complaint words: String
  ) {
    #expect(
      complaint("submitted,run_time,size,\(column)\n2026-03-01 08:10:00Z,7200,16,\(text)\n")
        == "FILE:2:30: \(column): \"\(text)\" \(words)")
  }

  @Test func `reads back as the same jobs, whatever they are`() throws {
    let names = TraceNames(
      users: ["a", "b \"c\", d"], accounts: [" x", "ü|y"], modes: ["regular"], terms: Self.terms)
    for seed in 0..<200 as Range<UInt64> {
      var draws = SeededGenerator(seed: seed)
      var jobs: [TraceJob] = []
      // The first give the names their numbers.
      for index in 0..<(Self.terms.count + draws.below(30)) {
        var job = TraceJob(
          submitted: Instant(milliseconds: Int64(index) * 1000 + Int64(draws.below(1000))),
          runTime: TimeSpan(milliseconds: Int64(draws.below(1 << draws.below(46)))),
          requestedTime: draws.below(2) == 0 ? nil : .seconds(Int64(1 + draws.below(90_000))),
          size: UInt32(1 + draws.below(100_000_000)),
          user: UInt32(index < 2 ? index + 1 : draws.below(3)))
        job.account = UInt32(index < 2 ? index + 1 : draws.below(3))
        job.mode = UInt16(index < 2 ? 1 : draws.below(2))
        job.terms = UInt32(
          index < Self.terms.count ? index + 1 : draws.below(Self.terms.count + 1))
        if job.size % 4 == 0 { job.members = 4 }
        job.within = TraceDomain.allCases[draws.below(5)]
        job.outcome = JobOutcome.allCases[draws.below(8)]
        jobs.append(job)
      }
      let file = TemporaryFile(TableWriter(names: names).file(of: jobs))
      let trace = try Trace.read(path: file.path)
      #expect(trace == Trace(format: .muster, jobs: jobs, names: names), "seed \(seed)")
    }
  }

  @Test func `may quote its fields`() throws {
    let header = "\"submitted\",run_time,size,user\n"
    let trace = try read(header + "2026-03-01 08:00:00, \"7\" ,1,\"a \"\"b\"\", c\"\n")
    #expect(trace.names.users == ["a \"b\", c"])
    #expect(
      complaint(header + "2026-03-01 08:00:00,7,1,\"a\n")
        == "FILE:2:25: a quotation mark that is never closed; close it on this line")
    #expect(
      complaint(header + "2026-03-01 08:00:00,\"7\"8,1,a\n")
        == "FILE:2:24: text behind a closing quotation mark; double the quotation marks inside "
        + "of a field")
  }
}
