public import Jobs
public import Units

/// A live job as the cluster knows it.
public struct Job: Hashable, Sendable {
  /// What was asked for.
  public var request: JobRequest

  /// When it was accepted.
  public var submitted: Instant

  /// Where it stands.
  public var lifecycle = JobLifecycle()

  /// A job that was accepted at `submitted`.
  public init(request: JobRequest, submitted: Instant) {
    self.request = request
    self.submitted = submitted
  }

  /// When its time limit ends the run it is in, or nil while it does not run.
  public var deadline: Instant? {
    lifecycle.run.map { $0.started + request.timeLimit }
  }
}
