import Cluster
import Control
import Fleet
import Jobs
import Policy
import Units

/// Writes down what happens in a run, a line each, for people.
struct SwarmRecorder: Sendable {
  /// Who is told each line.
  let tell: @Sendable (String) -> Void

  /// A span in words: 1h02m03.004s.
  static func time(_ milliseconds: Int64) -> String {
    let (sign, all) = (milliseconds < 0 ? "-" : "", abs(milliseconds))
    let (seconds, rest) = all.quotientAndRemainder(dividingBy: 1000)
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let head =
      seconds >= 3600 ? "\(seconds / 3600)h\(two(seconds / 60 % 60))m" : "\(seconds / 60)m"
    let tail = rest == 0 ? "" : "." + String("\(1000 + rest)".dropFirst())
    return sign + head + two(seconds % 60) + tail + "s"
  }

  func received(
    _ telling: SwarmCluster.Telling, at now: Instant, _ truth: Int64, in state: ClusterState
  ) {
    let late = truth == now.milliseconds ? "" : " (in truth \(Self.time(truth)))"
    tell(
      "\(Self.time(now.milliseconds))\(late): \(telling.input.words(in: state.topology))")
  }

  func performed(_ effect: Effect, in state: ClusterState) {
    switch effect {
    case .append(let event): tell("    \(event.words(in: state.topology))")
    case .rejected(let rejection): tell("    rejected: \(rejection)")
    case .refused(let refusal): tell("    refused: \(refusal)")
    case .terminate(let job, _): tell("    job \(job.number) is told to end")
    case .signal(let job, _): tell("    job \(job.number) is told to make a checkpoint")
    case .record, .accepted, .acceptedArray, .launch, .resize, .wake: break
    }
  }

  func note(_ what: String, at now: Instant) {
    tell("\(Self.time(now.milliseconds)): \(what)")
  }
}

extension Input {
  fileprivate func words(in topology: Topology) -> String {
    switch self {
    case .submit(let request): "somebody submits \(request.words)"
    case .submitArray(let request, let count): "somebody submits \(count) times \(request.words)"
    case .cancel(let job): "job \(job.number) is taken back"
    case .hold(let job, let isHeldBack, let byOperator):
      "job \(job.number) is \(isHeldBack ? "held back" : "released")"
        + (byOperator ? " by an operator" : "")
    case .checkpointed(let job, _): "job \(job.number) has made a checkpoint"
    case .resized(let job, _, let number):
      "job \(job.number) has done its resize \(number)"
    case .noted(let nodes, let note): "of \(topology.words(nodes)): \(note.words)"
    case .tasksGone(let job, let attempt, let exit):
      "the tasks of job \(job.number).\(attempt.number) are gone: \(exit)"
    case .memberEnded(let job, let attempt, let node, let exit, _):
      "the member of job \(job.number).\(attempt.number) on \(topology.words([node])) is gone: "
        + "\(exit)"
    case .agentsChanged(let nodes, let isHeardOf):
      "\(topology.words(nodes)) \(isHeardOf ? "is heard of" : "is not heard of")"
    case .policyChanged(let policy): "the policy is to be '\(policy.name)'"
    case .fleetChanged(let fleet): "the fleet is to have \(fleet.nodes.count) nodes"
    case .tick: "the alarm"
    case .resumed: "the new controller looks around"
    case .restored: "the journal is an old copy"
    }
  }
}

extension NodeNote {
  fileprivate var words: String {
    switch self {
    case .agent(let agent): "agent \(agent) speaks for it"
    case .fence(let fence): "its fence is \(SwarmRecorder.time(fence.milliseconds))"
    case .wanted(let condition, _): "it is wanted \(condition)"
    case .trouble(let trouble): trouble.isEmpty ? "it is well" : trouble
    }
  }
}

extension Event {
  fileprivate func words(in topology: Topology) -> String {
    switch self {
    case .submitted(let job, _, 1, _): "it is job \(job.number)"
    case .submitted(let job, _, let count, _):
      "they are jobs \(job.number) to \(job.upwards(count).last?.number ?? 0)"
    case .heldBack(let job, let isHeldBack, _):
      "job \(job.number) \(isHeldBack ? "may not start" : "may start again")"
    case .cancelled(let job, _): "job \(job.number) is cancelled"
    case .cancelRequested(let job): "job \(job.number) is to end, as it was taken back"
    case .promised(let job, let reservation):
      "job \(job.number) is promised \(SwarmRecorder.time(reservation.start.milliseconds))"
    case .promiseDropped(let job): "job \(job.number) loses its promise"
    case .started(let job, let attempt, let allocation, _):
      "job \(job.number).\(attempt.number) starts on \(topology.words(allocation))"
    case .checkpointed(let job, _): "job \(job.number) has kept its work"
    case .resized(let job, let allocation, _):
      "job \(job.number) holds \(topology.words(allocation))"
    case .letGo(let job, let keeps, _):
      "job \(job.number) is told to keep no more than \(topology.words(keeps))"
    case .ended(let job, let outcome, _): "job \(job.number) is over: \(outcome)"
    case .claimed(let claim, _):
      "job \(claim.preemptor.number) claims \(topology.words(claim.allocation)) "
        + (claim.ground == .guarantee ? "for its guarantee" : "by its tier") + "; to go: "
        + claim.going.map { "job \($0.number)" }
        .joined(separator: ", ")
    case .evicted(let job, _): "job \(job.number) is evicted"
    case .memberEnded(let job, let node, let exit, _, _):
      "job \(job.number)'s member on \(topology.words([node])) has ended: \(exit)"
    case .lost(let job, _): "job \(job.number) is lost, and waits again"
    case .dissolved(let claim, _): "claim \(claim.number) is void"
    case .conditionChanged(let node, let condition, _):
      "\(topology.words([node])) is \(condition)"
    case .agentsChanged(let nodes, let isHeardOf, _):
      "\(topology.words(nodes)) \(isHeardOf ? "takes work" : "takes no work")"
    case .noted: "that is kept"
    case .restored: "numbers are left out"
    case .policyChanged(let policy, _): "the policy is '\(policy.name)'"
    case .fleetChanged(let fleet, _): "the fleet has \(fleet.nodes.count) nodes"
    }
  }
}

extension Topology {
  fileprivate func words(_ nodes: [NodeID]) -> String {
    nodes.map { name(of: $0) ?? "node \($0.number)" }.joined(separator: ",")
  }

  fileprivate func words(_ allocation: Allocation) -> String {
    allocation.slices.map { slice in
      "\(name(of: slice.node) ?? "node \(slice.node.number)")/"
        + (0..<64).filter { slice.accelerators & (1 << UInt64($0)) != 0 }.map { "\($0)" }
        .joined(separator: "+")
    }.joined(separator: " ")
  }
}

extension JobRequest {
  /// What is asked for, in short.
  var words: String {
    var words =
      "\(shape) for "
      + "\(SwarmRecorder.time(timeLimit.milliseconds)) (account \(account.number), mode "
      + "\(mode.number)"
    if let least = terms?.leastMembers { words += ", \(least) members at least" }
    if terms?.checkpoints != nil { words += ", makes checkpoints" }
    if let window = terms?.window { words += ", window \(window)" }
    if let throttle = terms?.throttle { words += ", \(throttle) of its array at once" }
    for dependency in terms?.dependencies ?? [] {
      words += ", after \(dependency.condition) of job \(dependency.job.number)"
    }
    return words + ")"
  }
}
