import Fleet
import Jobs
import PolicyFiles
import Units

/// One stream of a scenario at work: when its next job comes, and what it is.
struct StreamUsers: Sendable {
  private let stream: JobStream
  private let account: AccountID
  private let mode: ModeID
  private let perNode: Int
  private let weights: [Int]
  private let terms: JobTerms?

  /// When it submits nothing, in order.
  private let idle: [Range<Instant>]

  private let beginning: Instant
  private let end: Instant
  private var arrivals: SeededGenerator
  private var work: SeededGenerator

  /// When the next job comes that doesn't wait for others; nil: none does.
  private var next: Instant?
  private var burst = 0

  /// How many of its jobs wait, and since when it knows.
  private var waiting = 0
  private var known: Instant
  private var isRefused = false

  init(
    _ stream: JobStream, on account: AccountID, under mode: ModeID, idle: [Range<Instant>],
    within span: Range<Instant>, _ setting: (perNode: Int, seed: UInt64)
  ) {
    self.stream = stream
    self.account = account
    self.mode = mode
    self.idle = idle
    beginning = span.lowerBound
    end = span.upperBound
    perNode = setting.perNode
    weights = stream.sizes.map(\.weight)
    terms = stream.checkpoints.map(JobTerms.init(checkpoints:))
    arrivals = SeededGenerator(seed: setting.seed, for: "arrivals of \(stream.name)")
    work = SeededGenerator(seed: setting.seed, for: "jobs of \(stream.name)")
    known = span.lowerBound
    advance(from: span.lowerBound)
  }

  /// When it submits the next job, as far as it knows; nil: none.
  var nextSubmission: Instant? {
    guard case .saturating(let most) = stream.arrivals else { return next }
    guard waiting < most, !isRefused else { return nil }
    let start = idle.first { $0.contains(known) }?.upperBound ?? known
    return start < end ? start : nil
  }

  /// Its next job, which is due.
  mutating func submit(at now: Instant) -> SimulatedJob {
    if case .saturating = stream.arrivals { waiting += 1 } else { advance(from: now) }
    known = now
    let size = stream.sizes[work.index(byWeight: weights)].accelerators
    var shape = GangShape.accelerators(size, perNode: perNode)
    if let level = stream.within { shape = shape.with(.within(level)) }
    let runTime = duration()
    let limit = Int128(runTime.milliseconds) * Int128(stream.timeLimitMilli) / 1000
    var request = JobRequest(
      shape: shape, timeLimit: TimeSpan(milliseconds: Int64(clamping: limit)))
    request.account = account
    request.mode = mode
    if let checkpoints = stream.checkpoints, work.below(1000) < checkpoints.jobsMilli {
      request.terms = terms
    }
    return SimulatedJob(submitted: now, request: request, runTime: runTime)
  }

  /// One of its jobs begins to wait, once more, or waits no longer.
  mutating func waits(_ more: Int, at now: Instant) {
    waiting += more
    known = now
  }

  /// The job just submitted is refused: who keeps jobs waiting gives up.
  mutating func refused() {
    isRefused = true
    waiting -= 1
  }

  private mutating func advance(from now: Instant) {
    var time = now
    repeat {
      switch stream.arrivals {
      case .saturating:
        next = nil
        return
      case .perHour(let milli):
        let mean = 3_600_000_000 / Int64(milli)
        time = time + TimeSpan(milliseconds: Int64(arrivals.exponential(mean: Int(mean))))
      case .at(let times):
        guard burst < times.count else {
          next = nil
          return
        }
        time = beginning + times[burst]
        burst += 1
      }
    } while time < end && idle.contains { $0.contains(time) }
    next = time < end ? time : nil
  }

  /// At least a second: what takes no time at all would come without end.
  private mutating func duration() -> TimeSpan {
    var drawn: Int64
    switch stream.durations {
    case .fixed(let span): drawn = span.milliseconds
    case .exponential(let mean): drawn = Int64(work.exponential(mean: Int(mean.milliseconds)))
    case .lognormal(let mean, let spread):
      drawn = work.lognormal(mean: mean.milliseconds, spreadMilli: spread)
    }
    if let longest = stream.longest { drawn = min(drawn, longest.milliseconds) }
    return TimeSpan(milliseconds: max(1000, drawn))
  }
}

extension JobTerms {
  /// Terms of jobs that checkpoint as a scenario says.
  convenience init(checkpoints: Checkpointing) {
    var options = Options()
    options.checkpoints = Checkpoints(every: checkpoints.every, restart: checkpoints.restart)
    self.init(options)
  }
}
