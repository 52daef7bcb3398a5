import Control
import Units

/// The agents of all nodes, played by an agenda of when each gang's tasks end.
struct SimulatedAgents: Sendable {
  struct TaskEnd: Comparable, Sendable {
    var instant: Instant
    var job: JobID
    var attempt: AttemptNumber
    var exit: TaskExit

    static func < (a: TaskEnd, b: TaskEnd) -> Bool {
      (a.instant, a.job.number, a.exit.rawValue) < (b.instant, b.job.number, b.exit.rawValue)
    }
  }

  private var agenda = BinaryHeap<TaskEnd>()

  /// How long each accepted job's tasks run, by its number less one.
  private var runTimes: [TimeSpan] = []

  /// When the next gang's tasks end, or nil while none run.
  var nextEnd: Instant? { agenda.first?.instant }

  mutating func expect(_ job: JobID, runTime: TimeSpan) {
    precondition(Int(job.number) == runTimes.count + 1, "job \(job.number) out of turn")
    runTimes.append(runTime)
  }

  mutating func launch(_ job: JobID, _ attempt: AttemptNumber, at now: Instant) {
    let end = now + runTimes[Int(job.number) - 1]
    agenda.insert(TaskEnd(instant: end, job: job, attempt: attempt, exit: .finished))
  }

  /// The end that was on the agenda stays there; the machine takes it for late news.
  mutating func terminate(_ job: JobID, _ attempt: AttemptNumber, at now: Instant) {
    agenda.insert(TaskEnd(instant: now, job: job, attempt: attempt, exit: .terminated))
  }

  mutating func takeNextEnd() -> TaskEnd? { agenda.popFirst() }
}
