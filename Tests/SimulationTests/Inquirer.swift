import Accounts
import Cluster
import Control
import Fleet
import Jobs
import Policy
import Scheduling
import Simulation
import Units

/// Asks why jobs wait, at some moments of a cluster at work, and takes no answer on trust.
struct Inquirer: ReplayObserver {
  let seed: UInt64
  private var random: SeededGenerator

  /// How often somebody was told why.
  private(set) var asked = 0

  /// Jobs that wait for nothing that is named.
  private(set) var silent: [String] = []

  /// Causes that are not so.
  private(set) var untrue: [String] = []

  /// Changes that start nothing.
  private(set) var useless: [String] = []

  /// Promises of which the estimate does not tell.
  private(set) var vague: [String] = []

  /// Instants from which on others may be disturbed, and nobody is.
  private(set) var undisturbing: [String] = []

  /// Moments at which jobs share a place in the queue.
  private(set) var misplaced: [String] = []

  private(set) var causes: [Verdict.Kind] = []
  private(set) var changes: [Suggestion.Change.Kind] = []

  init(seed: UInt64) {
    self.seed = seed
    random = SeededGenerator(seed: seed)
  }

  mutating func received(_ input: Input, at now: Instant) {}

  mutating func performed(_ effect: Effect, at now: Instant) {}

  mutating func settled(_ machine: ControlMachine, at now: Instant) {
    guard random.below(12) == 0 else { return }
    let waiting = machine.state.jobs.all.filter { $0.job.lifecycle.isPending }.map(\.id)
    var places: [Int] = []
    for job in waiting {
      let explanation = machine.explain(job, at: now)
      look(at: explanation, machine, at: now)
      if let place = explanation.queue?.ahead, explanation.claim == nil { places.append(place) }
    }
    // Whoever is ahead of k others has k after it: places in a queue are all different.
    guard places.sorted() != Array(0..<places.count) else { return }
    misplaced.append("at \(now.milliseconds): \(places)")
  }

  private mutating func look(
    at explanation: Explanation, _ machine: ControlMachine, at now: Instant
  ) {
    let id = explanation.job
    guard let job = machine.state.jobs[id] else { return }
    asked += 1
    let whose = "job \(id.number) at \(now.milliseconds)"
    causes += explanation.causes.map(\.kind)
    if explanation.causes.isEmpty, job.lifecycle.promise == nil, !machine.starts(id, at: now) {
      silent.append(whose)
    }
    for cause in explanation.causes where !cause.isSo(of: id, machine.state, at: now) {
      untrue.append("\(whose): \(cause)")
    }
    if !explanation.tells(of: job.lifecycle.promise, at: now) {
      vague.append("\(whose): \(explanation.estimate as Any)")
    }
    for case .undisturbed(let others, let until) in explanation.causes
    where !machine.clears(others, for: id, at: until) {
      undisturbing.append("\(whose): until \(until.milliseconds)")
    }
    let costs = explanation.suggestions.map(\.cost)
    if costs != costs.sorted() || costs.contains(where: { $0 > Suggestion.highestCost }) {
      useless.append("\(whose): \(costs)")
    }
    for suggestion in explanation.suggestions {
      changes.append(suggestion.change.kind)
      guard !machine.starts(suggestion.request, insteadOf: id, at: now) else { continue }
      useless.append("\(whose): \(suggestion.change)")
    }
  }
}

extension Explanation {
  /// Whether its estimate is of what the job was promised.
  fileprivate func tells(of promise: Reservation?, at now: Instant) -> Bool {
    switch estimate {
    case nil: return false
    case .claimed(let until): return claim?.deadline == until
    case .promised(let start, _): return promise?.start == start && start > now
    case .overdue(let start, _): return promise?.start == start && start <= now
    case .never: return true
    case .now: return causes.isEmpty
    case .room(let start): return promise == nil && start > now
    case .notBefore(let instant, _): return promise == nil && instant > now
    case .when: return promise == nil
    }
  }
}

// MARK: What comes of it

extension ControlMachine {
  /// Whether a job starts at the next cycle.
  fileprivate func starts(_ job: JobID, at now: Instant) -> Bool {
    var (machine, effects) = (self, [Effect]())
    machine.handle(.tick, at: now, into: &effects)
    return machine.state.jobs[job]?.lifecycle.run != nil
  }

  /// Whether a request starts that is submitted as soon as a job is taken back.
  fileprivate func starts(
    _ request: JobRequest, insteadOf job: JobID, at now: Instant
  ) -> Bool {
    var (machine, effects) = (self, [Effect]())
    machine.handle(.cancel(job), at: now, into: &effects)
    let id = machine.state.nextJob
    machine.handle(.submit(request), at: now, into: &effects)
    return machine.state.jobs[id]?.lifecycle.run != nil
  }

  /// Whether just these have to go, or to shrink, for a job, at an instant that comes without
  /// anything else.
  fileprivate func clears(_ others: [JobID], for job: JobID, at instant: Instant) -> Bool {
    var (machine, effects) = (self, [Effect]())
    machine.handle(.tick, at: instant, into: &effects)
    guard let claim = machine.state.claim(of: job) else { return false }
    return (claim.victims.map(\.job) + claim.shrinks.map(\.job)).sorted() == others
  }
}

// MARK: Causes, counted one by one

extension Verdict {
  /// Whether what it says is so, as far as that can be counted from the jobs.
  fileprivate func isSo(of id: JobID, _ state: ClusterState, at now: Instant) -> Bool {
    guard let job = state.jobs[id] else { return false }
    let (request, end) = (job.request, now + job.request.timeLimit)
    switch self {
    case .noRoom(let shortage):
      return shortage.nodesThatFit < shortage.nodes && shortage.nodes <= request.shape.nodeCount
    case .outOfService(let condition, let nodes):
      return condition != .inService && !nodes.isEmpty && nodes == nodes.sorted()
        && nodes.allSatisfy { state.occupancy.condition(of: $0) == condition }
    case .behind: return false
    case .wouldDelay(let other, let start):
      return other != id && state.jobs[other]?.lifecycle.promise?.start == start && start < end
    case .window(let name, let from):
      return state.policy.windows.contains { $0.name == name } && from < end
    case .outsideWindow(let name, let from, let until):
      return request.terms?.window == name && (from > now || until < end)
    case .claims(let until): return state.claims.contains { $0.deadline == until }
    case .undisturbed(let others, let until):
      return until > now && !others.isEmpty
        && others.allSatisfy { state.jobs[$0]?.lifecycle.run != nil }
    case .modeJobs(_, let account, let running, let most):
      return running >= most && running == state.held(by: account, request.mode).count
    case .modeAccelerators(_, let account, let held, let asked, let most):
      let all = state.held(by: account, request.mode).map(\.acceleratorCount).reduce(0, +)
      return held == all * 1000 && asked == request.shape.acceleratorCount * 1000
        && held + asked > most
    case .entitlement(_, _, let room, let asked), .borrowing(_, _, _, let room, let asked):
      return room < asked && asked <= request.shape.acceleratorCount * 1000
    case .budget(let obstacle): return obstacle.left < obstacle.needed
    case .allowance(.none, _): return true
    case .allowance(.short(let left, let all, _), let asked): return left < asked && left <= all
    case .power(_, let drawn, let asked, let most): return drawn + asked > most
    case .throttle(let running, let most):
      return running >= most && running == state.held(ofArray: request.array).count
    case .begins(let instant): return instant > now
    case .tooLate(let deadline): return end > deadline
    case .dependency(let other): return state.jobs[other] != nil
    case .dependencyFailed(let other): return state.outcome(of: other) != nil
    case .heldBack: return job.isHeldBack
    case .notAdmitted: return job.isBarred
    }
  }
}

extension ClusterState {
  /// What runs, and what is claimed: of whom, and how much.
  private var held: [(request: JobRequest, allocation: Allocation)] {
    let runs = jobs.all.compactMap { _, job in
      job.lifecycle.run.map { (job.request, $0.allocation) }
    }
    return runs
      + claims.compactMap { claim in
        jobs[claim.preemptor].map { ($0.request, claim.allocation) }
      }
  }

  fileprivate func held(by account: AccountID, _ mode: ModeID) -> [Allocation] {
    held.filter { request, _ in
      request.mode == mode && policy.accounts.isAtOrBelow(request.account, account)
    }.map(\.allocation)
  }

  fileprivate func held(ofArray array: JobID?) -> [Allocation] {
    held.filter { $0.request.array == array }.map(\.allocation)
  }
}

// MARK: Variety
