import Fleet
public import Jobs
public import Policy
public import Units

/// What an eviction would cost a run: the accelerator-time since its last checkpoint, and what it
/// takes to be there again.
///
/// All of a gang's accelerators count, wherever they are: a gang dies as a whole. Of those that it
/// holds in part, the part counts.
public struct LostWork: Hashable, Sendable {
  /// What a run does for its own safety.
  public enum Checkpoints: Hashable, Sendable {
    /// Nothing: whoever stops it sends it back to its start.
    case never
    /// One whenever so much time of the attempt has gone by, by what its request says.
    case every(TimeSpan)
  }

  /// When this attempt started.
  public var started: Instant

  /// The last checkpoint that the run itself has reported; nil where it has reported none.
  public var reported: Instant?

  /// What it does where it reports nothing.
  public var checkpoints: Checkpoints

  /// From a fresh start to where the last checkpoint was.
  public var restart: TimeSpan

  /// What all its members hold, in thousandths of accelerators.
  public var milliAccelerators: Int

  /// A run that has reported no checkpoint yet.
  public init(
    started: Instant, milliAccelerators: Int, checkpoints: Checkpoints, restart: TimeSpan,
    reported: Instant? = nil
  ) {
    precondition(milliAccelerators >= 0 && restart >= .zero, "a run of \(milliAccelerators)")
    self.started = started
    self.reported = reported
    self.checkpoints = checkpoints
    self.restart = restart
    self.milliAccelerators = milliAccelerators
  }

  /// From when on everything would be lost: its last checkpoint, or its start where it has none.
  ///
  /// A report counts before a cadence. By cadence c it is start + ⌊(now − start) ÷ c⌋ · c: the
  /// clock of an attempt starts with it, so a restart delays its first checkpoint no more than the
  /// job itself says. A report from before the start, of an earlier attempt, counts as the start.
  public func lastCheckpoint(at now: Instant) -> Instant {
    if let reported { return min(max(reported, started), max(now, started)) }
    guard case .every(let cadence) = checkpoints, cadence > .zero, now > started else {
      return started
    }
    let run = now - started
    let whole = run.milliseconds / cadence.milliseconds * cadence.milliseconds
    return started + TimeSpan(milliseconds: whole)
  }

  /// The accelerator-milliseconds that are lost if the run is stopped now.
  ///
  /// Accelerators × (time since its last checkpoint + restart time); the largest `Int64` where it
  /// is more.
  public func loss(at now: Instant) -> Int64 {
    let since = max(TimeSpan.zero, now - lastCheckpoint(at: now))
    let span = Int128(since.milliseconds) + Int128(restart.milliseconds)
    return Int64(clamping: Int128(milliAccelerators) * span / 1000)
  }

  /// The accelerator-milliseconds that are lost for each member that an elastic gang gives up.
  ///
  /// The restart time of the member's own accelerators: the others go on.
  public func shrinkLoss(ofMember accelerators: Int) -> Int64 {
    Int64(clamping: Int128(accelerators) * Int128(restart.milliseconds))
  }
}

extension LostWork {
  /// What an eviction would cost a run, by what its job says and the policy reckons.
  public init(_ job: Job, _ run: JobLifecycle.Run, _ rules: PreemptionRules) {
    let checkpoints = job.request.terms?.checkpoints
    self.init(
      started: run.started,
      milliAccelerators: run.allocation.milliAccelerators(of: job.request.shape.member.share),
      checkpoints: checkpoints.map { .every($0.every) } ?? .never,
      restart: checkpoints?.restart ?? rules.restart, reported: run.checkpoint)
  }
}
