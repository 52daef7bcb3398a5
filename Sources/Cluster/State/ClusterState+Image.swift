public import Accounts
public import Fleet
import Jobs
public import Policy
public import Units

extension ClusterState {
  /// What of a state does not follow from the fleet and the policy: `Codec` keeps it in snapshots.
  ///
  /// What is free, what modes and arrays run and what sites draw follow from the running jobs, and
  /// are worked out anew.
  public struct Image: Sendable {
    /// The live jobs.
    public var jobs = JobTable()
    /// By number, the raw value of how each job ended; 255 for those that have not. The last has.
    public var outcomes: [UInt8] = []
    /// The nodes whose agents are not heard of.
    public var silent: [SilentNodes.Node] = []
    /// Whether anybody says which are.
    public var hearsAgents = false
    /// What was said of nodes: whether those that are heard of are in service follows from it.
    public var records: [NodeRecords.Record] = []
    /// Since when it goes on from an old copy; nil: it never did.
    public var restored: Instant?
    /// Who holds, and has used, how much.
    public var book: AccountBook.Image
    /// What was used of the modes' allowances.
    public var allowances: [AllowanceTable.Use] = []
    /// The requests seen so far.
    public var mix = RequestMix.Image()
    /// Who has lost how much in an hour.
    public var churn: [ChurnMeter.Loss] = []
    /// The claims that stand, and when each was made.
    public var claims: [(claim: Claim, made: Instant)] = []
    /// How many events were applied.
    public var version: UInt64 = 0
    /// The number that the next job gets.
    public var nextJob = JobID(1)
    /// The number that the next claim gets.
    public var nextClaim = ClaimID(1)

    /// An image of a cluster that is still idle.
    public init(book: AccountBook.Image) { self.book = book }
  }

  /// Why an image is of no state: what in it contradicts what.
  public struct ImageFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let description: String

    init(_ description: String) { self.description = description }
  }

  /// What of this state does not follow from the fleet and the policy. The jobs are not copied.
  public var image: Image {
    var image = Image(book: holdings.book.image)
    image.jobs = jobs
    image.outcomes = outcomes.image
    image.records = records.all
    image.silent = silence.nodes
    image.restored = restored
    image.hearsAgents = silence.isKept
    image.allowances = holdings.allowances.uses
    image.mix = mix.image
    image.churn = churn.losses
    image.claims = claims.map { ($0, $0.made) }
    image.version = version
    image.nextJob = nextJob
    image.nextClaim = nextClaim
    return image
  }

  /// The state that an image was taken of.
  ///
  /// Checks all that is taken for granted on the way; `checkInvariants` checks the rest.
  /// O(nodes + live jobs)
  ///
  /// - Throws: `ImageFault` where the image is of no state of this fleet under this policy.
  public init(
    restoring image: Image, topology: Topology, policy: ClusterPolicy
  ) throws(ImageFault) {
    self.init(
      topology: topology, policy: policy, models: image.book.models, at: image.book.start)
    guard let mix = RequestMix(restoring: image.mix, topology: topology) else {
      throw ImageFault("counts of requests that can't have been")
    }
    guard let outcomes = OutcomeTable(restoring: image.outcomes) else {
      throw ImageFault("a job that ended as none can")
    }
    guard image.outcomes.count <= Int(image.nextJob.number) else {
      throw ImageFault("a job that ended before it came")
    }
    guard let silence = SilentNodes(restoring: image.silent, isKept: image.hearsAgents),
      let records = NodeRecords(restoring: image.records)
    else { throw ImageFault("a node of which the same is said twice") }
    (self.silence, self.records) = (silence, records)
    restored = image.restored
    if let fault = holdings.restore(image) { throw ImageFault(fault) }
    guard churn.restore(image.churn) else { throw ImageFault("a loss of no account") }
    for (id, job) in image.jobs.all { try retake(id, job, before: image.nextJob) }
    self.mix = mix
    self.outcomes = outcomes
    jobs = image.jobs
    claims = image.claims.map { made in
      var claim = made.claim
      claim.made = made.made
      return claim
    }
    version = image.version
    nextJob = image.nextJob
    nextClaim = image.nextClaim
  }

  private mutating func retake(
    _ id: JobID, _ job: Job, before next: JobID
  ) throws(ImageFault) {
    guard id < next, Int(job.request.account.number) < policy.accounts.count,
      Int(job.request.mode.number) < policy.modes.count
    else { throw ImageFault("job \(id.number) has a number, account or mode that there is not") }
    guard let run = job.lifecycle.run else { return }
    if let fault = holdings.retake(run, job.request) {
      throw ImageFault("job \(id.number): \(fault)")
    }
  }
}
