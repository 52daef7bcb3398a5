import Accounts
import Cluster
import Fleet
import Jobs
import Policy
public import Traces
import Units

extension RecordedHistory {
  /// Its jobs as those of a trace: what each asked for, how long it ran, whom it was charged to and
  /// under which mode.
  ///
  /// Those that lived before the period, never ran, or were not over at its end are left out and
  /// counted; on a fleet of accelerators those that hold none as well. A trace knows no cancels and
  /// holds, no broken nodes, no parts of accelerators, and not what jobs waited for but room: a
  /// time, a window or each other.
  public func trace() -> Trace {
    var builder = TraceBuilder(of: state)
    var skipped: [SkipReason: Int] = [:]
    // Of those who lived before, the period has but the rest.
    var left: [Int: SkipReason] = [:]
    for place in 0..<carriedOver { left[place] = .submitTimeUnknown }
    for case .cancel(let place) in deeds.map(\.deed) where place >= carriedOver {
      left[place] = .neverStarted
    }
    for (id, work) in works where work.job >= carriedOver {
      let isRunning = state.jobs[id]?.lifecycle.run != nil
      left[work.job] = isRunning ? .stillRunning : .neverStarted
    }
    var traced: [TraceJob] = []
    for (place, job) in jobs.enumerated() {
      let job = builder.job(job)
      if let reason = left[place] ?? (job.size == 0 ? .noAccelerators : nil) {
        skipped[reason, default: 0] += 1
      } else {
        traced.append(job)
      }
    }
    return Trace(
      called: "journal", jobs: traced, names: builder.names,
      skipped: SkipReason.allCases.compactMap { reason in
        skipped[reason].map { SkippedJobs(reason: reason, count: $0) }
      })
  }
}

/// Turns the jobs of a journal into those of a trace.
private struct TraceBuilder {
  private let state: ClusterState
  private let countsCores: Bool

  private var terms = NameNumbers<TraceTerms>()

  /// - Parameter state: the one at the end, which knows all accounts and modes.
  init(of state: ClusterState) {
    self.state = state
    countsCores = state.topology.acceleratorCount == 0
  }

  /// What the numbers of the jobs so far stand for.
  var names: TraceNames {
    let tree = state.policy.accounts
    return TraceNames(
      // The root's number is that of none.
      accounts: tree.accounts.indices.dropFirst().map { tree.path(of: AccountID(UInt16($0))) },
      modes: state.policy.modes.map(\.name), terms: terms.names)
  }

  mutating func job(_ job: RecordedHistory.Job) -> TraceJob {
    let (request, shape) = (job.request, job.request.shape)
    let size = countsCores ? (shape.milliCores + 999) / 1000 : shape.acceleratorCount
    var traced = TraceJob(
      submitted: job.submitted, runTime: job.runTime, requestedTime: request.timeLimit,
      size: UInt32(clamping: size))
    // Who went and came back may have run for longer than one attempt may.
    if job.outcome == .timedOut { traced.runTime = min(job.runTime, request.timeLimit) }
    traced.account = UInt32(request.account.number)
    traced.mode = UInt16(request.mode.number) + 1
    if shape.rest == nil { traced.members = UInt32(shape.members) }
    traced.within = TraceDomain(shape.closeness.required)
    let asked = TraceTerms(request)
    if asked != TraceTerms() { traced.terms = terms.number(of: asked) }
    traced.outcome = outcome(of: job)
    return traced
  }

  private func outcome(of job: RecordedHistory.Job) -> Traces.JobOutcome {
    switch job.outcome {
    case nil: .unknown
    case .completed: .completed
    case .failed: .failed
    case .cancelled: .cancelled
    case .timedOut: .timedOut
    case .nodeFailed: .nodeFailed
    case .outOfMemory: .outOfMemory
    }
  }
}

extension TraceTerms {
  /// What a request asks for beside its size.
  fileprivate init(_ request: JobRequest) {
    self.init()
    models = request.shape.eligibility?.models ?? []
    if let (level, nodes) = request.shape.closeness.segments.smallest {
      segment = Segment(nodes: nodes, domain: TraceDomain(level))
    }
    checkpointEvery = request.terms?.checkpoints?.every
    restart = request.terms?.checkpoints?.restart
  }
}
