public import Fleet
import Jobs
public import Traces
import Units

/// What to do with a job that ran longer than it had asked for.
public enum Overruns: String, CaseIterable, Sendable {
  /// Take it that it asked for its run time.
  case raise
  /// End it at its time limit.
  case kill
}

/// Turns a trace's jobs into requests to a fleet.
///
/// A job that its trace spread over nodes keeps its members. Any other of p processors becomes one
/// member of p accelerators up to what a node has, above that members of whole nodes and one rest;
/// cores stand in on a fleet without accelerators. Where the
/// trace has no requested time, the run time stands in. Of the models that a job names, those count
/// that the fleet has; where it has none of them, any will do.
public struct RequestMapping: Sendable {
  /// What jobs ask for beside their size, on the fleet.
  private struct Ask: Sendable {
    var eligibility: Eligibility?
    /// Into members of how much a gang is split.
    var unitsPerNode: Int
    var segment: TraceTerms.Segment?
    var terms: JobTerms?
  }

  private let countsCores: Bool
  /// What a job asks for that tells nothing more.
  private let plain: Ask
  /// The most accelerators of a node, by model.
  private let nodeSizes: [String: Int]
  private var asks: [Ask] = []

  /// What becomes of jobs that ran longer than they had asked for.
  let overruns: Overruns

  /// Who pays for the jobs; nil: the root, under the policy's first mode.
  public var owners: TraceOwners?

  /// What the numbers of the jobs' terms stand for.
  public var terms: [TraceTerms] = [] {
    didSet { asks = terms.map(ask) }
  }

  /// A mapping onto a fleet; its largest nodes set how a job is split.
  public init(topology: Topology, overruns: Overruns) {
    countsCores = topology.acceleratorCount == 0
    plain = Ask(
      unitsPerNode: countsCores
        ? topology.nodeTypes.reduce(0) { max($0, $1.host.cores) }
        : topology.mostAcceleratorsPerNode)
    nodeSizes = topology.nodeTypes.reduce(into: [:]) { sizes, type in
      guard type.accelerators > 0 else { return }
      sizes[type.acceleratorModel] = max(sizes[type.acceleratorModel] ?? 0, type.accelerators)
    }
    self.overruns = overruns
  }

  /// The job as a user of that fleet would submit it.
  public func job(_ job: TraceJob) -> SimulatedJob {
    var limit = job.requestedTime ?? job.runTime
    switch overruns {
    case .raise: limit = max(limit, job.runTime)
    case .kill: break
    }
    let ask = job.terms > 0 ? asks[Int(job.terms) - 1] : plain
    var request = JobRequest(shape: shape(of: job, ask), timeLimit: limit)
    request.terms = ask.terms
    if let owners { (request.account, request.mode) = owners.owner(of: job) }
    return SimulatedJob(submitted: job.submitted, request: request, runTime: job.runTime)
  }

  /// As the trace spread it, where its members fit the nodes; or as it fits best.
  private func shape(of job: TraceJob, _ ask: Ask) -> GangShape {
    let (size, members) = (Int(job.size), Int(job.members))
    let perMember = members > 0 ? size / members : 0
    let isSpread = members > 1 && perMember * members == size && perMember <= ask.unitsPerNode
    let perNode = isSpread ? perMember : ask.unitsPerNode
    let shape: GangShape =
      countsCores ? .cores(size, perNode: perNode) : .accelerators(size, perNode: perNode)
    var closeness = Closeness.closest
    closeness.required = job.within.level
    // As with members: what does not divide the gang can't have been meant for it.
    if let segment = ask.segment, let level = segment.domain.level,
      shape.nodeCount % segment.nodes == 0
    {
      closeness.segments[level] = segment.nodes
    }
    return shape.with(closeness).with(ask.eligibility)
  }

  /// What terms come to on the fleet.
  private func ask(_ terms: TraceTerms) -> Ask {
    var ask = plain
    let models = terms.models.filter { nodeSizes[$0] != nil }
    // The smallest of their nodes: a member must fit whichever model it gets.
    if let smallest = models.compactMap({ nodeSizes[$0] }).min() {
      ask.eligibility = Eligibility(models: models)
      ask.unitsPerNode = smallest
    }
    ask.segment = terms.segment
    ask.terms = terms.checkpointEvery.map { every in
      var options = JobTerms.Options()
      options.checkpoints = Checkpoints(every: every, restart: terms.restart)
      return JobTerms(options)
    }
    return ask
  }
}

extension TraceDomain {
  /// The domain of a fleet's level; any for nil.
  init(_ level: DomainLevel?) {
    self = Self.allCases.first { $0.level == level } ?? .any
  }

  /// The level of a fleet; nil for any.
  fileprivate var level: DomainLevel? {
    switch self {
    case .any: nil
    case .site: .site
    case .pod: .pod
    case .leaf: .leaf
    case .block: .block
    }
  }
}
