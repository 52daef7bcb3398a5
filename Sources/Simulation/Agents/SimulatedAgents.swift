import Control
import Units

/// The agents of all nodes, played by an agenda of when each gang's tasks end.
struct SimulatedAgents: Sendable {
  struct TaskEnd: Comparable, Sendable {
    var instant: Instant
    /// At one instant, tasks end in the order in which they were put on the agenda.
    var sequence: UInt32
    var job: JobID
    var attempt: AttemptNumber
    var exit: TaskExit

    static func < (a: TaskEnd, b: TaskEnd) -> Bool {
      (a.instant, a.sequence) < (b.instant, b.sequence)
    }
  }

  private var agenda = BinaryHeap<TaskEnd>()
  private var sequence: UInt32 = 0

  /// How long each accepted job's tasks run, by its number less one.
  private var runTimes: [TimeSpan] = []

  /// When the next gang's tasks end, or nil while none run.
  var nextEnd: Instant? { agenda.first?.instant }

  mutating func expect(_ job: JobID, runTime: TimeSpan) {
    precondition(Int(job.number) == runTimes.count + 1, "job \(job.number) out of turn")
    runTimes.append(runTime)
  }

  mutating func launch(_ job: JobID, _ attempt: AttemptNumber, at now: Instant) {
    add(job, attempt, .finished, at: now + runTimes[Int(job.number) - 1])
  }

  /// The end that was on the agenda stays there; the machine takes it for late news.
  mutating func terminate(_ job: JobID, _ attempt: AttemptNumber, at now: Instant) {
    add(job, attempt, .terminated, at: now)
  }

  private mutating func add(
    _ job: JobID, _ attempt: AttemptNumber, _ exit: TaskExit, at instant: Instant
  ) {
    agenda.insert(
      TaskEnd(instant: instant, sequence: sequence, job: job, attempt: attempt, exit: exit))
    sequence += 1
  }

  mutating func takeNextEnd() -> TaskEnd? { agenda.popFirst() }
}
