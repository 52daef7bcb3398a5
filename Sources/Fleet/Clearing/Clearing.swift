public import Units

/// A running job that may be stopped, or made smaller, so that another one can start.
public struct ClearingCandidate: Hashable, Sendable {
  /// Which job.
  public var job: JobID

  /// Everything it holds, wherever that is.
  public var allocation: Allocation

  /// The accelerator-milliseconds that are lost if it is evicted: those of all its members.
  public var loss: Int64

  /// Since when it runs.
  public var started: Instant

  /// How many of its members, whichever they are, it can give up and go on; 0 unless it is elastic.
  public var sparable: Int

  /// The accelerator-milliseconds that are lost for each member that it gives up.
  public var shrinkLoss: Int64

  /// A job that is evicted as a whole, or not at all, unless told otherwise.
  public init(
    job: JobID, allocation: Allocation, loss: Int64, started: Instant, sparable: Int = 0,
    shrinkLoss: Int64 = 0
  ) {
    precondition(loss >= 0 && shrinkLoss >= 0, "\(job) would gain by being evicted")
    self.job = job
    self.allocation = allocation
    self.loss = loss
    self.started = started
    self.sparable = sparable
    self.shrinkLoss = shrinkLoss
  }
}

/// The room that a gang gets, and who has to go for it: a proof that nobody goes in vain.
///
/// The allocation is free once exactly these have gone. None of them is superfluous: what any one
/// of them holds, or gives up, overlaps the allocation.
public struct Clearing: Hashable, Sendable {
  /// What an elastic job gives up.
  public struct Shrink: Hashable, Sendable {
    /// Which job.
    public var job: JobID

    /// The slices of its allocation that it gives up, ascending.
    public var slices: [Int]

    /// These slices of a job.
    public init(job: JobID, slices: [Int]) {
      self.job = job
      self.slices = slices
    }
  }

  /// The very accelerators that the gang gets.
  public var allocation: Allocation

  /// The jobs that are evicted, ascending.
  public var evicted: [JobID]

  /// The jobs that go on with fewer members, ascending.
  public var shrunk: [Shrink]

  /// The accelerator-milliseconds lost in all.
  public var loss: Int64

  /// Room, and who goes for it.
  public init(
    allocation: Allocation, evicted: [JobID] = [], shrunk: [Shrink] = [], loss: Int64 = 0
  ) {
    self.allocation = allocation
    self.evicted = evicted
    self.shrunk = shrunk
    self.loss = loss
  }
}

/// What is spared when room is cleared.
public enum ClearingAim: CaseIterable, Sendable {
  /// The work of those who are killed, then what is lost by shrinking, then the number of victims.
  case leastLoss
  /// Whoever runs longest: the youngest go until there is room (Slurm's preemption by youth).
  case youngestFirst
  /// The number of those who are killed, then the work that is lost.
  case fewestVictims
}
