public import Fleet
public import Units

/// What a user asks for: a gang of a shape, for at most so long.
public struct JobRequest: Hashable, Sendable {
  /// The members and what each needs.
  public var shape: GangShape

  /// After how long it is ended; what the scheduler plans with.
  public var timeLimit: TimeSpan

  /// Who is charged: an account without others below it.
  public var account = AccountID.root

  /// On which terms it runs.
  public var mode = ModeID(0)

  /// The first job of the array it belongs to; nil where it stands alone.
  public var array: JobID?

  /// What else it asks for; nil where it asks for nothing else.
  public var terms: JobTerms?

  /// A request, charged to the root under the first mode until told otherwise.
  public init(shape: GangShape, timeLimit: TimeSpan) {
    self.shape = shape
    self.timeLimit = timeLimit
  }

  /// Checks a request against the fleet as it would be if nothing ran there.
  ///
  /// - Throws: `JobRejection` where it could never start, however long it waited.
  public func validate(on emptyFleet: Occupancy) throws(JobRejection) {
    guard timeLimit >= .zero else { throw JobRejection.negativeTimeLimit(timeLimit) }
    guard shape.acceleratorCount > 0 || shape.milliCores > 0 || shape.member.wholeNode else {
      throw JobRejection.asksForNothing
    }
    guard !emptyFleet.fits(shape) else { return }
    guard let obstacle = emptyFleet.topology.obstacle(to: shape) else {
      preconditionFailure("\(shape) fits on the fleet, but not on \(emptyFleet.topology.name)")
    }
    throw JobRejection.impossible(obstacle)
  }
}
