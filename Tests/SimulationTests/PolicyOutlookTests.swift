import Accounts
import Cluster
import Codec
import Control
import Fleet
import Foundation
import Jobs
import Policy
import Simulation
import Testing
import Traces
import Units

/// Writes down what a daemon would have, and who started when.
private struct Scribe: ReplayObserver {
  private(set) var entries: [JournalEntry] = []
  private(set) var starts: [Start] = []
  private(set) var refusals = 0
  private var input: Input?
  private var events: [Event] = []

  struct Start: Hashable {
    var job: JobID
    var at: Instant
  }

  mutating func received(_ input: Input, at now: Instant) {
    self.input = input
    events = []
  }

  mutating func performed(_ effect: Effect, at now: Instant) {
    if case .append(let event) = effect { events.append(event) }
    if case .append(.started(let id, _, _, let at)) = effect {
      starts.append(Start(job: id, at: at))
    }
    if case .refused = effect { refusals += 1 }
  }

  mutating func settled(_ machine: ControlMachine, at now: Instant) {
    guard let input else { return }
    entries.append(
      JournalEntry(
        sequence: UInt64(entries.count) + 2, epoch: 1,
        JournalEntry.Draft(
          at: now, .told(input), events: events,
          lastPlan: machine.lastPlan == .distantPast ? nil : machine.lastPlan)))
  }
}

/// Nobody comes.
private struct Nobody: SimulatedUsers {
  var nextSubmission: Instant? { nil }
  mutating func submit() -> SimulatedJob { preconditionFailure("nobody submits anything") }
  mutating func learn(_ effect: Effect, at now: Instant) {}
}

extension PolicyWorld {
  /// The world of a seed, in which tasks run until their time limits.
  fileprivate static func patient(
    _ seed: UInt64, _ more: PolicyWorld.Features = []
  ) throws -> PolicyWorld {
    var world = try PolicyWorld(seed: seed, more.union([.leaves, .windows, .power, .budgets]))
    for index in world.jobs.indices {
      world.jobs[index].runTime = world.jobs[index].request.timeLimit
    }
    return world
  }

  /// Rules that are others than its own.
  fileprivate func otherPolicy(_ seed: UInt64) -> ClusterPolicy {
    var random = SeededGenerator(seed: seed)
    var next = policy
    next.reservations = Int.random(in: 1...8, using: &random)
    next.weights.perAccelerator = Int.random(in: -4...4, using: &random)
    next.halfLife = TimeSpan(milliseconds: 3_600_000 << Int64.random(in: 0...5, using: &random))
    if Bool.random(using: &random) { next.preemption?.choice = .youngestFirst }
    if Bool.random(using: &random) { next.preemption?.reclaims.toggle() }
    return next
  }
}

@Suite struct `What is foreseen of the queue` {
  /// The state of a world in the middle of its jobs, when no more of them come.
  private static func middle(
    of world: PolicyWorld
  ) -> (cluster: VirtualCluster, now: Instant, snapshot: Snapshot) {
    let now = world.jobs[world.jobs.count / 2].submitted
    var cluster = VirtualCluster(topology: world.topology, policy: world.policy)
    var scribe = Scribe()
    let jobs = world.jobs.filter { $0.submitted <= now }
    var users = Users(jobs: jobs)
    cluster.run(&users, until: now, observer: &scribe)
    let snapshot = Snapshot(
      after: 1, at: now, lastPlan: cluster.machine.lastPlan, cluster.machine.state)
    return (cluster, now, snapshot)
  }

  private struct Users: SimulatedUsers {
    var jobs: [SimulatedJob]
    var next = 0
    var nextSubmission: Instant? { next < jobs.count ? jobs[next].submitted : nil }
    mutating func submit() -> SimulatedJob {
      next += 1
      return jobs[next - 1]
    }
    mutating func learn(_ effect: Effect, at now: Instant) {}
  }

  @Test func `comes true where nothing else comes and tasks end when it was foreseen`() throws {
    var waited = 0
    for seed in 0..<60 as Range<UInt64> {
      let world = try PolicyWorld.patient(seed)
      let next = world.otherPolicy(seed)
      let (cluster, now, snapshot) = Self.middle(of: world)
      let history = HistoryReader(beginning: snapshot, since: now, estimate: .limits)
        .finished(at: now)

      var copy = cluster
      copy.incidents.append(Incident(at: now, .policyChanged(next)))
      var truth = Scribe()
      var nobody = Nobody()
      copy.run(&nobody, until: now + .seconds(30 * 86_400), observer: &truth)
      guard truth.refusals == 0 else {
        #expect(throws: QueueOutlook.Refused.self) { try QueueOutlook(history, changingTo: next) }
        continue
      }

      let outlook = try QueueOutlook(history, changingTo: next)
      for fate in outlook.fates where !fate.isRunning {
        waited += 1
        let start = truth.starts.first { $0.job == fate.job }?.at
        #expect(fate.start == start, "seed \(seed), job \(fate.job.number)")
      }
    }
    #expect(waited > 100)
  }

  /// What a job's earlier attempts have kept is done: the journal tells of it, the state does not.
  @Test(arguments: [[], .terms] as [PolicyWorld.Features])
  func `knows what checkpoints of earlier attempts have kept`(
    features: PolicyWorld.Features
  ) throws {
    var resumed = 0
    for seed in 0..<120 as Range<UInt64> {
      let world = try PolicyWorld.patient(seed, features)
      resumed += try check(world, since: Instant(milliseconds: 0), "seed \(seed)")
    }
    #expect(resumed > 5)
  }

  /// Checkpoints go by the attempt's beginning, which may be before that of the period.
  @Test func `knows what those have kept that ran when the period began`() throws {
    var resumed = 0
    for seed in 0..<200 as Range<UInt64> {
      let world = try PolicyWorld.patient(seed, .terms)
      resumed += try check(world, since: world.jobs[world.jobs.count / 3].submitted, "seed \(seed)")
    }
    #expect(resumed > 5)
  }

  /// Holds the outlook for a world, in the middle of its jobs, against what comes true; how many of
  /// those that live had been made to go. The journal is read from an instant on.
  private func check(
    _ world: PolicyWorld, since: Instant, _ comment: Comment
  ) throws -> Int {
    var cluster = VirtualCluster(topology: world.topology, policy: world.policy)
    var reader = HistoryReader(
      beginning: Snapshot(
        after: 1, at: Instant(milliseconds: 0), lastPlan: nil, cluster.machine.state),
      since: since, estimate: .limits)
    let now = world.jobs[world.jobs.count * 2 / 3].submitted
    var scribe = Scribe()
    var users = Users(jobs: world.jobs.filter { $0.submitted <= now })
    cluster.run(&users, until: now, observer: &scribe)
    var evicted: Set<JobID> = []
    for entry in scribe.entries {
      reader.take(entry)
      for event in entry.draft.events {
        switch event {
        // What was kept before the period stands in no snapshot.
        case .evicted(_, let at) where at < since: return 0
        case .resized(_, _, let at) where at < since: return 0
        case .evicted(let id, _): evicted.insert(id)
        default: break
        }
      }
    }
    let history = reader.finished(at: now)
    var truth = Scribe()
    var nobody = Nobody()
    cluster.run(&nobody, until: now + .seconds(30 * 86_400), observer: &truth)
    let outlook = try QueueOutlook(history, changingTo: nil)
    for fate in outlook.fates where !fate.isRunning {
      let start = truth.starts.first { $0.job == fate.job }?.at
      #expect(fate.start == start, "\(comment.rawValue), job \(fate.job.number)")
    }
    return history.state.jobs.all.count { evicted.contains($0.id) }
  }

  @Test func `says who must go at once and whose promise moves`() throws {
    var evicted = 0
    var promised = 0
    for seed in 0..<60 as Range<UInt64> {
      var world = try PolicyWorld.patient(seed)
      var next = world.otherPolicy(seed)
      // Whoever has borrowed for long is asked for it at once.
      world.policy.preemption?.reclaims = false
      next.preemption?.reclaims = true
      let (cluster, now, snapshot) = Self.middle(of: world)
      let history = HistoryReader(beginning: snapshot, since: now, estimate: .limits)
        .finished(at: now)
      guard let outlook = try? QueueOutlook(history, changingTo: next) else { continue }
      var copy = cluster
      copy.incidents.append(Incident(at: now, .policyChanged(next)))
      var scribe = Scribe()
      var nobody = Nobody()
      copy.run(&nobody, until: now, observer: &scribe)
      let victims = scribe.entries.flatMap(\.draft.events).flatMap { event -> [JobID] in
        if case .claimed(let claim, now) = event { claim.victims.map(\.job) } else { [] }
      }
      #expect(Set(outlook.evictedAtOnce.map(\.job)) == Set(victims), "seed \(seed)")
      evicted += victims.count
      for fate in outlook.fates where fate.promise != nil {
        promised += 1
        let promise = copy.machine.state.jobs[fate.job]?.lifecycle.promise?.start
        #expect(fate.promise == promise, "seed \(seed), job \(fate.job.number)")
      }
    }
    #expect(evicted > 0 && promised > 0)
  }
}

@Suite struct `A period of a journal` {
  /// From an idle cluster, replayed under the rules that were in force, everything comes again.
  @Test func `is replayed as it was`() throws {
    for seed in 0..<40 as Range<UInt64> {
      let world = try PolicyWorld(seed: seed, [.leaves, .windows, .power, .budgets])
      var cluster = VirtualCluster(topology: world.topology, policy: world.policy)
      let idle = cluster.machine.state
      var scribe = Scribe()
      cluster.run(world.jobs, observer: &scribe)
      let begin = Instant(milliseconds: 0)
      var reader = HistoryReader(
        beginning: Snapshot(after: 1, at: begin, lastPlan: nil, idle), since: begin,
        estimate: .history)
      for entry in scribe.entries { reader.take(entry) }
      let history = reader.finished(at: scribe.entries.last?.draft.instant ?? begin)

      var users = HistoryUsers(history, under: world.policy)
      var again = VirtualCluster(topology: world.topology, policy: world.policy)
      var copy = Scribe()
      again.run(&users, observer: &copy)
      #expect(copy.starts == scribe.starts, "seed \(seed)")
    }
  }

  /// Whatever the world throws at it, jobs that lived before are there, and numbers are translated.
  @Test func `that begins anywhere is replayed to its end`() throws {
    for seed in 0..<40 as Range<UInt64> {
      let world = try PolicyWorld(seed: seed)
      var cluster = VirtualCluster(topology: world.topology, policy: world.policy)
      cluster.incidents = world.incidents
      let idle = cluster.machine.state
      var scribe = Scribe()
      cluster.run(world.jobs, observer: &scribe)
      let since = world.jobs[world.jobs.count / 3].submitted
      var reader = HistoryReader(
        beginning: Snapshot(after: 1, at: Instant(milliseconds: 0), lastPlan: nil, idle),
        since: since, estimate: .history)
      for entry in scribe.entries { reader.take(entry) }
      let history = reader.finished(at: scribe.entries.last?.draft.instant ?? since)
      #expect(history.jobs.count >= world.jobs.count / 3)
      var replay = Replay(topology: world.topology, policy: world.policy, overruns: .raise)
      replay.recordsJobs = true
      let users = HistoryUsers(history, under: world.policy)
      let result = replay.run(users, log: DecisionLog(sink: nil))
      #expect(result.jobs?.records.count == history.jobs.count, "seed \(seed)")
    }
  }

  /// Its jobs asked for the same of the same account, and ran as long, but for those that went.
  @Test func `is a trace as well, and that a file`() throws {
    var (checked, left) = (0, 0)
    for seed in 0..<60 as Range<UInt64> {
      let world = try PolicyWorld(seed: seed, [.leaves, .windows, .budgets])
      let (scribe, history) = try Self.history(of: world, whereNoMoreComeSince: seed % 2 == 0)
      let trace = history.trace()
      guard !trace.jobs.isEmpty else { continue }
      let starts = Dictionary(grouping: scribe.starts, by: \.job).mapValues(\.count)
      let onlyOnce = starts.filter { $0.value == 1 }.map { Int($0.key.number) - 1 }
      left += trace.skipped.reduce(0) { $0 + $1.count }
      #expect(trace.jobs.count + trace.skipped.reduce(0) { $0 + $1.count } == history.jobs.count)
      let mapping = RequestMapping(topology: world.topology, overruns: .raise)
      let tree = world.policy.accounts
      for job in trace.jobs {
        let asked = try #require(
          world.jobs.enumerated().first { place, asked in
            asked.submitted == job.submitted
              && asked.request.timeLimit == job.requestedTime
              && names(asked.request, trace.names, tree, world.policy) == names(job, trace.names)
              && mapping.job(job).request.shape.acceleratorCount
                == asked.request.shape.acceleratorCount
              && (starts[JobID(UInt32(place + 1))] != 1 || asked.runTime >= job.runTime)
          }, "seed \(seed)")
        let limit = asked.element.request.timeLimit
        #expect(
          job.runTime <= limit || job.outcome != .timedOut && !onlyOnce.contains(asked.offset))
        checked += 1
      }
      let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).csv")
      defer { try? FileManager.default.removeItem(at: file) }
      try Data(TableWriter(names: trace.names).file(of: trace.jobs)).write(to: file)
      let again = try Trace.read(path: file.path)
      #expect(again.jobs.map(\.runTime) == trace.jobs.map(\.runTime))
      #expect(
        again.jobs.map { again.names.account($0.account) }
          == trace.jobs.map { trace.names.account($0.account) })
    }
    #expect(checked > 300 && left > 0, "\(checked) jobs, \(left) left out")
  }

  private func names(
    _ request: JobRequest, _ names: TraceNames, _ tree: AccountTree, _ policy: ClusterPolicy
  ) -> [String] {
    [
      request.account == .root ? "" : tree.path(of: request.account),
      policy.modes[Int(request.mode.number)].name,
    ]
  }

  private func names(_ job: TraceJob, _ names: TraceNames) -> [String] {
    [names.account(job.account) ?? "", names.mode(job.mode) ?? ""]
  }

  /// What a daemon would have written of a world, to its end or to the middle of its jobs.
  private static func history(
    of world: PolicyWorld, whereNoMoreComeSince isCut: Bool
  ) throws -> (scribe: Scribe, history: RecordedHistory) {
    var cluster = VirtualCluster(topology: world.topology, policy: world.policy)
    let begin = Instant(milliseconds: 0)
    var reader = HistoryReader(
      beginning: Snapshot(after: 1, at: begin, lastPlan: nil, cluster.machine.state), since: begin,
      estimate: .history)
    var scribe = Scribe()
    cluster.run(world.jobs, observer: &scribe)
    let entries = isCut ? scribe.entries.prefix(scribe.entries.count / 2) : scribe.entries[...]
    for entry in entries { reader.take(entry) }
    return (scribe, reader.finished(at: entries.last?.draft.instant ?? begin))
  }
}
