import Client
import Foundation
import Units
import Wire

/// Holds what users were told, what tasks wrote down and what agents keep against the accounts.
struct Audit {
  /// What is wrong, a sentence each; none: nothing is.
  private(set) var findings: [String] = []

  /// How many processes tasks have had, and how many jobs took more than one attempt.
  private(set) var processes = 0
  private(set) var retried = 0

  /// The jobs that are over, and those that wait, by number.
  private(set) var over: [UInt32: HistoryRow] = [:]
  private(set) var waiting: [UInt32: JobRow] = [:]

  private let records: TaskRecords

  /// By job, the last attempt of which any agent has had a member.
  private let lastAttempts: [UInt32: Int]

  init(_ records: TaskRecords, _ client: ControllerClient) throws {
    self.records = records
    lastAttempts = Dictionary(
      records.members.values.joined().map { ($0.job, Int($0.attempt)) }, uniquingKeysWith: max)
    findings += records.oddities
    var over: [HistoryRow] = []
    var waiting: [JobRow] = []
    try client.rows(HistoryRow.self, from: Route.history) { row in
      over.append(row)
      return true
    }
    try client.rows(JobRow.self, from: Route.jobs) { row in
      waiting.append(row)
      return true
    }
    for row in over where self.over.updateValue(row, forKey: row.job.job) != nil {
      findings.append("job \(row.job.job) is in the accounts twice")
    }
    self.waiting = Dictionary(waiting.map { ($0.job, $0) }) { first, _ in first }
  }

  // MARK: Processes

  /// No member was created twice, none vanished, and no two attempts of a job overlapped.
  mutating func checkProcesses() {
    for (job, runs) in records.runs.sorted(by: { $0.key < $1.key }) {
      processes += runs.count
      for (name, runs) in Dictionary(grouping: runs, by: \.name) where runs.count > 1 {
        findings.append(
          "member \(name.member) of \(job).\(name.attempt) was created \(runs.count) times: "
            + "processes \(runs.map(\.process))")
      }
      for run in runs where run.endedUs == nil {
        findings.append(
          "member \(run.name.member) of \(job).\(run.name.attempt) began on \(run.node) and "
            + "never said that it ended")
      }
      let attempts = Dictionary(grouping: runs, by: \.name.attempt).sorted { $0.key < $1.key }
      if attempts.count > 1 { retried += 1 }
      for ((before, first), (after, second)) in zip(attempts, attempts.dropFirst()) {
        let end = first.compactMap(\.endedUs).max() ?? .max
        let begin = second.map(\.beganUs).min() ?? .max
        if begin < end {
          findings.append(
            "attempt \(after) of job \(job) began \(end - begin) µs before attempt \(before) ended")
        }
      }
      for run in runs where records.members[run.node]?.contains(run.name) != true {
        findings.append(
          "the agent of \(run.node) knows nothing of member \(run.name.member) of "
            + "\(job).\(run.name.attempt), which ran there")
      }
    }
  }

  // MARK: Jobs

  /// What became of a job is what its tasks say.
  mutating func check(_ job: UInt32, of request: EnduranceLoad.Request, isCancelled: Bool) {
    if let row = waiting[job] {
      if !request.isHeldForGood || row.state != .held {
        findings.append("job \(job) still stands in the queue as \(row.state.rawValue)")
      }
      return
    }
    guard let row = over[job]?.job else {
      findings.append("job \(job) ('\(request.submission.name)') was acknowledged, and is lost")
      return
    }
    guard row.name == request.submission.name else {
      findings.append("job \(job) is '\(row.name)', and '\(request.submission.name)' was submitted")
      return
    }
    switch row.state {
    case .cancelled:
      if !isCancelled { findings.append("job \(job) is cancelled, and nobody did that") }
    case .completed, .failed:
      let wanted = row.state == .completed ? 0 : request.exitCode
      if request.exitCode != wanted || row.exitCode != wanted {
        findings.append(
          "job \(job) is \(row.state.rawValue) with \(row.exitCode ?? -1); its tasks end with "
            + "\(request.exitCode)")
      }
      checkAttempt(job, row, request)
    case .pending, .held, .starting, .running, .evicting, .timedOut, .nodeFailed, .outOfMemory:
      findings.append("job \(job) is \(row.state.rawValue): nothing of that kind was done to it")
    }
  }

  /// The accounts' last attempt is the agents' last, on the same nodes, within the same time.
  private mutating func checkAttempt(
    _ job: UInt32, _ row: JobRow, _ request: EnduranceLoad.Request
  ) {
    let runs = (records.runs[job] ?? []).filter { Int($0.name.attempt) == row.attempt }
    let nodes = row.nodes.flatMap { try? Hostlist(parsing: $0).names.map { "\($0)" } } ?? []
    let found = Set(runs.map { "\($0.name.member) on \($0.node)" })
    let wanted = Set(nodes.enumerated().map { "\($0) on \($1)" })
    if row.state == .completed, found != wanted {
      findings.append("job \(job) ran on \(row.nodes ?? "-") by the accounts; tasks: \(found)")
    }
    if row.state == .completed, runs.contains(where: { $0.code != request.exitCode }) {
      findings.append("job \(job) is completed, and its tasks left \(runs.map { $0.code ?? -1 })")
    }
    if row.state == .failed, !runs.contains(where: { $0.code == row.exitCode }) {
      findings.append("job \(job) left \(row.exitCode ?? -1), which none of its tasks did")
    }
    let last = lastAttempts[job] ?? 0
    if last != row.attempt {
      findings.append("job \(job) took \(row.attempt) attempts; agents had \(last)")
    }
    // The daemon's clock is slewed, never set: it may be off by a part in 200.
    let slackMs: Int64 = 1_000
    if let began = runs.map(\.beganUs).min(), let started = row.started?.instant.milliseconds,
      started > began / 1000 + slackMs
    {
      findings.append("job \(job) is charged from \(started) ms on; it began at \(began) µs")
    }
    if let ended = runs.compactMap(\.endedUs).max(), let over = row.ended?.instant.milliseconds,
      over < ended / 1000 - slackMs
    {
      findings.append("job \(job) is charged until \(over) ms; it ended at \(ended) µs")
    }
  }

  /// Every job is one that was asked for, and no request came to more jobs than it asked for.
  mutating func checkSurplus(_ requests: [String: EnduranceLoad.Request]) {
    let names = over.values.map(\.job.name) + waiting.values.map(\.name)
    for (name, count) in Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +) {
      guard let request = requests[name] else {
        findings.append("\(count) jobs are called '\(name)', and nobody asked for them")
        continue
      }
      if count != request.count {
        findings.append("'\(name)' came to \(count) jobs of \(request.count)")
      }
    }
  }
}
