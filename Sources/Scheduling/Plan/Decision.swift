public import Cluster
public import Fleet
public import Units

/// One thing that a plan does, or says why it does not.
public enum Decision: Hashable, Sendable {
  /// Why a job may start now.
  public enum StartReason: UInt8, Hashable, Sendable {
    /// Its turn has come.
    case turn
    /// It goes before others and delays none that has a reservation.
    case backfill
    /// Others have gone for it.
    case claim
    /// It is within its member's entitlement, and promises to those who would borrow give way.
    case guarantee
  }

  /// A gang starts on these accelerators.
  case start(JobID, Allocation, StartReason)
  /// A waiting job is promised a start, or its promise moves.
  case reserve(JobID, Reservation)
  /// A waiting job loses its promise, because another is ahead of it now.
  ///
  /// Nobody is named where a promise is lost because no end that is known frees enough any more.
  case unreserve(JobID, ahead: JobID?)
  /// Others are made to go, or to shrink, for a job that then starts where they were.
  case evict(Claim)
  /// A claim is void: its preemptor starts elsewhere before anybody was told to go, or its victims
  /// went too late.
  case dissolve(ClaimID)
  /// A running gang stops at once with its work kept, as others come first now, and waits again.
  case suspend(JobID)
  /// An elastic gang grows.
  case grow(JobID, Allocation)
  /// This job, and so many alike with it, keep waiting; told when the cause changes.
  case hold(JobID, jobs: Int, Verdict)
}

/// What one cycle decides, in order, against one version of the state.
public struct Plan: Hashable, Sendable {
  /// The version of the state it was made for; against any other it is void.
  public var version: UInt64

  /// What happens, in order.
  public var decisions: [Decision]

  /// When a promise falls due next: the plan must be made again then at the latest.
  public var nextPromise: Instant?

  /// A plan against a version of the state.
  public init(version: UInt64, decisions: [Decision] = [], nextPromise: Instant? = nil) {
    self.version = version
    self.decisions = decisions
    self.nextPromise = nextPromise
  }
}
