public import Cluster
public import Control
public import Fleet
import Jobs
public import Policy
public import Units

/// Watches a simulated cluster at work.
public protocol ReplayObserver {
  /// The machine is about to deal with this input.
  mutating func received(_ input: Input, at now: Instant)

  /// The machine wanted this done; called in order.
  mutating func performed(_ effect: Effect, at now: Instant)

  /// An input has been dealt with, and all its effects performed.
  mutating func settled(_ machine: ControlMachine, at now: Instant)

  /// Whether it has seen enough: then nothing more happens.
  var isContent: Bool { get }
}

extension ReplayObserver {
  /// Does nothing: not every observer looks at inputs.
  public mutating func received(_ input: Input, at now: Instant) {}

  /// Does nothing: not every observer looks at the machine.
  public mutating func settled(_ machine: ControlMachine, at now: Instant) {}

  /// Never: most look on to the end.
  public var isContent: Bool { false }
}

/// The production controller on a virtual clock, with simulated agents and users.
///
/// One input at a time. At one instant, users come first, then the ends of tasks, then the
/// controller's alarm: a job that ends exactly at its limit has ended by itself.
public struct VirtualCluster: Sendable {
  /// The controller, the very one that the daemon drives.
  public private(set) var machine: ControlMachine

  private var agents: SimulatedAgents
  private var alarm: Instant?
  private var effects: [Effect] = []

  /// What befalls the cluster beside its jobs, in order of time.
  public var incidents: [Incident] = []
  private var incidentsPassed = 0

  /// Slow places and nodes that break; nil: every place is the best there is, and nothing breaks.
  public var surroundings: Surroundings?

  /// An idle cluster.
  public init(topology: Topology, policy: ClusterPolicy) {
    machine = ControlMachine(topology: topology, policy: policy)
    agents = SimulatedAgents(policy: policy)
  }

  /// A cluster as somebody left it, with what is foreseen of its jobs.
  ///
  /// - Parameters:
  ///   - lastPlan: when the last plan was made.
  ///   - now: when it goes on: no earlier than anything that has happened.
  ///   - work: what a live job's tasks have to do in all, and what of that is done.
  public init(
    resuming state: ClusterState, plannedAt lastPlan: Instant, at now: Instant,
    work: (JobID, Job) -> ForeseenWork
  ) {
    machine = ControlMachine(resuming: state, plannedAt: lastPlan)
    agents = SimulatedAgents(resuming: state, at: now, work: work)
    for (id, job) in state.jobs.all {
      // What is being given up has been given up: nobody knows how long that takes.
      guard let run = job.lifecycle.run, let members = run.members, members.keeps != nil else {
        continue
      }
      incidents.append(
        Incident(at: now, .resized(id, run.attempt, number: members.resizes)))
    }
  }

  /// Lets users submit jobs, which must come in order of submission, until all have ended.
  public mutating func run(
    _ jobs: some Sequence<SimulatedJob>, observer: inout some ReplayObserver
  ) {
    var users = PunctualUsers(jobs)
    run(&users, observer: &observer)
  }

  /// Lets users submit jobs until they have no more and all have ended, the observer has seen
  /// enough, or nothing more happens up to an instant.
  public mutating func run(
    _ users: inout some SimulatedUsers, until stop: Instant = .distantFuture,
    observer: inout some ReplayObserver
  ) {
    var last = Instant.distantPast
    while !observer.isContent {
      let arrival = users.nextSubmission
      let end = agents.nextEnd ?? .distantFuture
      // An alarm that outlived the last job has nothing to tell. One that outlived all jobs so far
      // is given before the next comes: time never runs backwards.
      let deed = users.nextDeed
      let isOver = machine.state.jobs.count == 0 && arrival == nil && deed == nil
      let wake = isOver ? .distantFuture : alarm ?? .distantFuture
      let next = min(arrival ?? .distantFuture, end, wake)
      let incident =
        incidentsPassed < incidents.count ? incidents[incidentsPassed].instant : .distantFuture
      // Where nothing is left to do, nobody minds what breaks.
      let failure = isOver ? .distantFuture : surroundings?.nextIncident ?? .distantFuture
      let early = min(next, failure, deed ?? .distantFuture)
      guard min(early, incident) <= stop else { return }
      if suffer(before: early, &users, &observer) { continue }
      if let deed, deed <= min(next, failure) {
        if let input = users.takeDeed() { befall(input, at: deed, &users, &observer) }
        continue
      }
      if failure <= next, failure < .distantFuture, breakDown(&users, &observer) { continue }
      if let submitted = arrival, submitted <= min(end, wake) {
        precondition(submitted >= last, "jobs are not in order of submission")
        last = submitted
        let job = users.submit()
        handle(.submit(job.request), of: job, at: submitted, &users, &observer)
      } else if end <= wake, let ended = agents.takeNextEnd() {
        guard !agents.isVoid(ended) else { continue }
        handle(.tasksGone(ended.job, ended.attempt, ended.exit), at: end, &users, &observer)
      } else if wake < .distantFuture {
        alarm = nil
        handle(.tick, at: wake, &users, &observer)
      } else {
        return
      }
    }
  }

  /// Lets the next incident happen, if it comes no later than anything else; whether it did.
  private mutating func suffer(
    before next: Instant, _ users: inout some SimulatedUsers, _ observer: inout some ReplayObserver
  ) -> Bool {
    guard incidentsPassed < incidents.count else { return false }
    let incident = incidents[incidentsPassed]
    guard incident.instant <= next else { return false }
    incidentsPassed += 1
    befall(incident.input, at: incident.instant, &users, &observer)
    return true
  }

  private mutating func befall(
    _ input: Input, at now: Instant, _ users: inout some SimulatedUsers,
    _ observer: inout some ReplayObserver
  ) {
    handle(input, at: now, &users, &observer)
    guard case .noted(let nodes, .wanted(.failed, _)) = input else { return }
    // Whoever has a member there fails as a whole.
    for (id, job) in Array(machine.state.jobs.all) {
      guard let run = job.lifecycle.run,
        run.allocation.slices.contains(where: { nodes.contains($0.node) })
      else { continue }
      handle(.tasksGone(id, run.attempt, .failed), at: now, &users, &observer)
    }
  }

  /// Lets the next thing break, or be mended: gangs with a member there wait again.
  private mutating func breakDown(
    _ users: inout some SimulatedUsers, _ observer: inout some ReplayObserver
  ) -> Bool {
    guard let incident = surroundings?.takeIncident() else { return false }
    handle(incident.input, at: incident.instant, &users, &observer)
    guard case .noted(let nodes, .wanted(.failed, _)) = incident.input else { return true }
    for id in surroundings?.gangs.jobs(on: nodes) ?? [] {
      guard let run = machine.state.jobs[id]?.lifecycle.run else { continue }
      agents.lose(id, at: incident.instant)
      handle(.tasksGone(id, run.attempt, .lost), at: incident.instant, &users, &observer)
    }
    return true
  }

  private mutating func handle(
    _ input: Input, of job: SimulatedJob? = nil, at now: Instant,
    _ users: inout some SimulatedUsers, _ observer: inout some ReplayObserver
  ) {
    effects.removeAll(keepingCapacity: true)
    observer.received(input, at: now)
    machine.handle(input, at: now, into: &effects)
    var reports: [Input] = []
    for effect in effects {
      switch effect {
      case .accepted(let id):
        guard let job else { preconditionFailure("job \(id.number) accepted unasked") }
        agents.expect(id, job)
      case .acceptedArray(let first, let count):
        guard let job else { preconditionFailure("an array accepted unasked") }
        for number in first.number..<first.number + UInt32(count) {
          agents.expect(JobID(number), job)
        }
      case .launch(let id, let attempt, let allocation):
        let slowdown = surroundings?.gangs.started(id, allocation)
        agents.launch(id, attempt, allocation, slowdown: slowdown, at: now)
      case .signal(let id, let attempt):
        if agents.signal(id, at: now) { reports.append(.checkpointed(id, attempt)) }
      case .resize(let id, let attempt, let allocation, let number):
        agents.resize(id, attempt, allocation, at: now)
        reports.append(.resized(id, attempt, number: number))
      case .terminate(let id, let attempt):
        agents.terminate(id, attempt, at: now)
      case .wake(let instant):
        // One who takes over a state may be asked for what is due already: that is now.
        alarm = max(instant, now)
      case .append, .record, .rejected, .refused:
        break
      }
      surroundings?.performed(effect)
      users.learn(effect, at: now)
      observer.performed(effect, at: now)
    }
    observer.settled(machine, at: now)
    for report in reports { handle(report, at: now, &users, &observer) }
  }
}
