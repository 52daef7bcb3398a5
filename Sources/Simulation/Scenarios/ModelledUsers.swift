import Accounts
import Fleet
import Jobs
public import Policy
public import PolicyFiles
import Traces
import Units

/// One workload of a scenario at work: the jobs of a model on the accounts that they go to.
struct ModelledUsers: Sendable {
  /// Where jobs go, and what they are given there.
  private struct Way: Sendable {
    var account: AccountID
    var mode: ModeID
    var idle: [Range<Instant>]
  }

  /// What a party of the model asks for beside its jobs' sizes.
  private struct Terms: Sendable {
    var eligibility: Eligibility?
    var room: PartyRoom
    var terms: JobTerms?
  }

  private var jobs: GeneratedJobs
  private let ways: [Way]
  private let weights: [Int]
  private let parties: [Terms]
  private let checkpoints: Checkpointing?
  private let overruns: Overruns
  private let end: Instant
  private var left: Int
  private var wayDraws: SeededGenerator
  private var checkpointDraws: SeededGenerator
  private var next: SimulatedJob?

  init(
    _ workload: ModelledJobs, of scenario: Scenario, on topology: Topology, names: ScenarioNames,
    overruns: Overruns, within span: Range<Instant>
  ) {
    // Two workloads of one model are drawn apart.
    var draws = SeededGenerator(seed: scenario.seed, for: "workload \(workload.name)")
    jobs = GeneratedJobs(
      workload.model, accelerators: topology.acceleratorCount, loadMilli: workload.loadMilli,
      seed: draws.next(), beginning: span.lowerBound)
    let shares = workload.shares.isEmpty ? [RecordedJobs.Share(weight: 1)] : workload.shares
    let way = { (account: String?, mode: String?) in
      let account = names.account(account)
      let idle = scenario.idle.filter {
        names.policy.accounts.isAtOrBelow(account, names.account($0.account))
      }
      return Way(
        account: account, mode: names.mode(mode),
        idle: idle.map { span.lowerBound + $0.from..<span.lowerBound + $0.until })
    }
    let hasOwnWays = jobs.parties.contains { $0.account != nil }
    ways =
      hasOwnWays
      ? jobs.parties.map { way($0.account, $0.mode) } : shares.map { way($0.account, $0.mode) }
    weights = hasOwnWays ? [] : shares.map(\.weight)
    parties = jobs.parties.map {
      Self.terms(of: $0, checkpoints: workload.checkpoints, on: topology)
    }
    checkpoints = workload.checkpoints
    self.overruns = overruns
    end = span.upperBound
    left = workload.most ?? .max
    wayDraws = SeededGenerator(seed: scenario.seed, for: "shares of \(workload.name)")
    checkpointDraws = SeededGenerator(seed: scenario.seed, for: "checkpoints of \(workload.name)")
    advance()
  }

  var nextSubmission: Instant? { next?.submitted }

  mutating func submit() -> SimulatedJob {
    guard let job = next else { preconditionFailure("the workload is over") }
    advance()
    return job
  }

  /// Draws all that is drawn for each job, idle or not: an idle time changes no other job.
  private mutating func advance() {
    next = nil
    while next == nil, left > 0, let drawn = jobs.next(), drawn.job.submitted < end {
      left -= 1
      let way = ways[weights.isEmpty ? drawn.party : wayDraws.index(byWeight: weights)]
      let isSafe = checkpointDraws.below(1000) < checkpoints?.jobsMilli ?? 1000
      guard !way.idle.contains(where: { $0.contains(drawn.job.submitted) }) else { continue }
      var job = simulated(drawn)
      job.request.account = way.account
      job.request.mode = way.mode
      if isSafe { job.request.terms = parties[drawn.party].terms }
      next = job
    }
    if next == nil { left = 0 }
  }

  private func simulated(_ drawn: GeneratedJob) -> SimulatedJob {
    let party = parties[drawn.party]
    let size = Int(drawn.job.size)
    var shape = GangShape.accelerators(size, perNode: party.room.perNode).with(party.eligibility)
    if party.room.domain(ofSize: size) == .block { shape = shape.with(.within(.block)) }
    let limit = drawn.job.requestedTime ?? drawn.job.runTime
    return SimulatedJob(
      submitted: drawn.job.submitted,
      request: JobRequest(
        shape: shape, timeLimit: overruns == .raise ? max(limit, drawn.job.runTime) : limit),
      runTime: drawn.job.runTime)
  }

  private static func terms(
    of party: GeneratedParty, checkpoints: Checkpointing?, on topology: Topology
  ) -> Terms {
    let room = PartyRoom(of: party, on: topology)
    var terms = Terms(eligibility: room.model.map { Eligibility(models: [$0]) }, room: room)
    terms.terms = (checkpoints ?? party.checkpoints).map(JobTerms.init(checkpoints:))
    return terms
  }
}

extension WorkloadModel {
  /// What a model's jobs name that a policy does not have, in words; nil: nothing.
  public func firstUnknown(to policy: ClusterPolicy) -> String? {
    guard self == .gigafactoryMix else { return nil }
    for part in GigafactoryMix.parts(largest: .max) {
      if let account = part.party.account, policy.accounts.account(path: account) == nil {
        return "account '\(account)'"
      }
      if let mode = part.party.mode, !policy.modes.contains(where: { $0.name == mode }) {
        return "mode '\(mode)'"
      }
    }
    return nil
  }
}
