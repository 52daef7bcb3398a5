import Foundation
import Jobs
import Units
import Wire

/// What users ask for while daemon and agents are killed: the same from the same seed.
struct EnduranceLoad {
  /// A submission, and what its user does with it later.
  struct Request: Sendable {
    /// It bears a name that no other does.
    var submission: JobSubmission
    /// What its tasks end with, unless somebody ends them.
    var exitCode: Int
    /// How long after its acknowledgement it is cancelled; nil: it isn't.
    var cancelledAfterMs: Int?
    /// How long after its acknowledgement it is released; nil: it isn't.
    var releasedAfterMs: Int?

    /// How many jobs it comes to.
    var count: Int { submission.array?.indices.count ?? 1 }

    /// Whether it waits for ever.
    var isHeldForGood: Bool {
      submission.terms.isHeldBack && releasedAfterMs == nil && cancelledAfterMs == nil
    }
  }

  /// The script of every task: it writes down that it has begun, and how it ends.
  ///
  /// A line is one write to a file that is appended to, so no line is torn.
  private static let script = """
    #!/bin/bash
    note() {
      echo "$1 $MUSTER_JOB_ID $MUSTER_ATTEMPT $MUSTER_MEMBER $MUSTER_NODE $$ \\
    ${EPOCHREALTIME/[.,]/} $2" >> "$RECORDS/$MUSTER_JOB_ID"
    }
    trap 'trap "" TERM; note end 143; exit 143' TERM
    note start 0
    sleep "$1" &
    wait $!
    trap '' TERM
    note end "$2"
    exit "$2"

    """

  private var random: SeededGenerator
  private let records: String
  private let nodes: Int
  private let accelerators: Int
  private var number = 0

  /// - Parameters:
  ///   - records: the folder of the tasks' records.
  ///   - nodes: how many nodes there are, of so many accelerators.
  init(seed: UInt64, records: String, nodes: Int, accelerators: Int) {
    random = SeededGenerator(seed: seed)
    self.records = records
    self.nodes = nodes
    self.accelerators = accelerators
  }

  /// The next request.
  ///
  /// - Parameter earlier: jobs that were acknowledged: it may wait for one of them.
  mutating func next(after earlier: [UInt32]) -> Request {
    number += 1
    let exitCode = random.below(10) == 0 ? 1 + random.below(100) : 0
    let submission = submission(exitCode, earlier)
    var request = Request(submission: submission, exitCode: exitCode)
    if random.below(8) == 0 { request.cancelledAfterMs = random.below(4_000) }
    if submission.terms.isHeldBack, random.below(2) == 0 {
      request.releasedAfterMs = random.below(3_000)
    }
    return request
  }

  private mutating func submission(_ exitCode: Int, _ earlier: [UInt32]) -> JobSubmission {
    var task = TaskSpec(script: Self.script, directory: records)
    // Most are over at once; some outlive several daemons.
    let milliseconds =
      switch random.below(50) {
      case 0: 5_000 + random.below(15_000)
      case 1...8: 500 + random.below(2_500)
      default: random.below(400)
      }
    task.arguments = [String(format: "%.3f", Double(milliseconds) / 1000), "\(exitCode)"]
    task.environment["RECORDS"] = records
    task.output = "/dev/null"
    var gang = GangSpec()
    gang.members = random.below(4) == 0 ? 2 + random.below(nodes - 1) : 1
    gang.perMember = GangSpec.Accelerators(count: 1 + random.below(2))
    var submission = JobSubmission(name: "request-\(number)", gang: gang, task: task)
    submission.timeLimitMs = 120_000
    switch random.below(20) {
    case 0, 1:
      let count = UInt32(2 + random.below(7))
      submission.array = .init(indices: Array(0..<count), throttle: 1 + random.below(4))
    case 2: submission.terms.isHeldBack = true
    case 3, 4:
      if !earlier.isEmpty {
        let job = earlier[random.below(earlier.count)]
        submission.terms.dependencies = [.init(.afterany, job)]
      }
    default: break
    }
    return submission
  }
}
