import Cluster
public import Codec
import Control
import Fleet
import Jobs
import Policy
public import Units

/// Folds a daemon's journal, and gathers on the way what the period at its end was like.
public struct HistoryReader: Sendable {
  private let since: Instant
  private var history: RecordedHistory
  private var hasBegun = false

  /// How many starts and changes of size there were.
  private var turns = 0

  /// How far live jobs have come.
  private(set) var works: [JobID: RecordedWork] = [:]

  /// Begins with a state, from before the period if there is one.
  ///
  /// - Parameters:
  ///   - since: where the period begins; later where the state is of later.
  ///   - estimate: by what it is foreseen how long jobs run that are not over at its end.
  public init(beginning snapshot: Snapshot, since: Instant, estimate: EndEstimate) {
    self.since = since
    history = RecordedHistory(after: snapshot, since: since, estimate: estimate)
    if snapshot.instant >= since { begin() }
  }

  /// Takes the next entry.
  public mutating func take(_ entry: JournalEntry) {
    let draft = entry.draft
    if !hasBegun, draft.instant >= since { begin() }
    if hasBegun {
      note(draft)
      for event in draft.events { follow(event) }
    }
    for event in draft.events { history.state.apply(event) }
    history.end = draft.instant
    history.lastPlan = draft.lastPlan ?? history.lastPlan
    history.sequence = entry.sequence
  }

  /// How long jobs have run that are over by now. O(n log n)
  var runTimes: RunTimeHistory {
    var runTimes = history.runTimes
    runTimes.sort()
    return runTimes
  }

  /// All entries have been taken: what is not over yet is foreseen.
  ///
  /// - Parameter now: when that is; the period ends there.
  public func finished(at now: Instant) -> RecordedHistory {
    var reader = self
    if !reader.hasBegun { reader.begin() }
    var history = reader.history
    history.end = max(history.end, now)
    history.runTimes.sort()
    history.works = reader.works
    for work in reader.works.values {
      let having = work.having(at: history.end)
      let foreseen = history.runTimes.runTime(
        of: history.jobs[work.job].request, having: having)
      history.jobs[work.job].runTime = TimeSpan(
        milliseconds: max(1, foreseen.time.milliseconds - work.before))
      history.jobs[work.job].source = foreseen.isByHistory ? .byHistory : .byLimit
    }
    return history
  }

  // MARK: The beginning

  /// The period begins: whoever lives now is submitted anew, those that run first.
  private mutating func begin() {
    hasBegun = true
    let state = history.state
    let now = history.begin
    for record in state.records.all
    where record.condition != .inService && state.topology.knownIndex(of: record.node) != nil {
      add(.tell(.noted([record.node], .wanted(record.condition, reason: ""))), at: now)
    }
    let silent = state.silence.nodes.map(\.node)
    if !silent.isEmpty { add(.tell(.agentsChanged(silent, isHeardOf: false)), at: now) }
    var live = Array(state.jobs.all)
    live.sort { a, b in
      let (one, two) = (a.job.lifecycle.run?.started, b.job.lifecycle.run?.started)
      return (one ?? .distantFuture, a.id) < (two ?? .distantFuture, b.id)
    }
    history.carriedOver = live.count
    for (id, job) in live {
      submit(id, job.request, at: now)
      if let run = job.lifecycle.run {
        turns += 1
        works[id]?.ranBefore(run, now, turn: turns)
      } else if job.isHeldBack, !(job.request.terms?.isHeldBack ?? false) {
        add(.hold(history.jobs.count - 1, true, byOperator: job.isHeldByOperator), at: now)
      }
    }
  }

  private mutating func submit(_ id: JobID, _ request: JobRequest, at now: Instant) {
    works[id] = RecordedWork(job: history.jobs.count, whole: request.shape.nodeCount)
    add(.submit(history.jobs.count), at: now)
    history.jobs.append(
      RecordedHistory.Job(
        id: id, request: request, submitted: now, runTime: request.timeLimit))
  }

  private mutating func add(_ deed: RecordedHistory.Deed, at now: Instant) {
    history.deeds.append((now, deed))
  }

  // MARK: Entries

  /// What somebody did.
  private mutating func note(_ draft: JournalEntry.Draft) {
    let now = draft.instant
    switch draft.input {
    case .policyFile, .policyChange, .told(.policyChanged): history.policyChanges += 1
    case .fleetFile, .told(.fleetChanged): history.fleetChanges += 1
    case .told(.cancel(let id)):
      guard let work = works[id], history.state.jobs[id]?.lifecycle.run == nil else { return }
      add(.cancel(work.job), at: now)
    case .told(.hold(let id, let isHeldBack, let byOperator)):
      guard let work = works[id] else { return }
      add(.hold(work.job, isHeldBack, byOperator: byOperator), at: now)
    case .told(.noted(let nodes, let note)):
      switch note {
      case .wanted, .trouble: add(.tell(.noted(nodes, note)), at: now)
      case .agent, .fence: break
      }
    case .told(.agentsChanged(let nodes, let isHeardOf)):
      add(.tell(.agentsChanged(nodes, isHeardOf: isHeardOf)), at: now)
    case .opened, .tokens, .submission, .told(.submit), .told(.submitArray), .told(.checkpointed),
      .told(.resized), .told(.tasksGone),
      .told(.memberEnded), .told(.tick), .told(.resumed), .told(.restored):
      break
    }
  }

  /// What became of jobs.
  private mutating func follow(_ event: Event) {
    switch event {
    case .submitted(let first, let request, let count, let at):
      for id in first.upwards(count) { submit(id, request, at: at) }
    case .started(let id, _, let allocation, let at):
      start(id, members: allocation.slices.count, at: at)
    case .resized(let id, let allocation, let at):
      turns += 1
      works[id]?.resized(members: allocation.slices.count, at: at, turn: turns)
    case .checkpointed(let id, let at): works[id]?.checkpointed(at: at)
    case .evicted(let id, let at), .lost(let id, let at): stop(id, at: at)
    case .ended(let id, let outcome, let at): end(id, outcome, at: at)
    case .cancelled(let id, _): works[id] = nil
    case .heldBack, .cancelRequested, .promised, .promiseDropped, .claimed, .dissolved,
      .conditionChanged, .memberEnded, .letGo, .agentsChanged, .noted, .restored, .policyChanged,
      .fleetChanged:
      break
    }
  }

  /// An attempt starts; if there is something to go on from, it takes a while to be there.
  private mutating func start(_ id: JobID, members: Int, at now: Instant) {
    guard let work = works[id] else { return }
    let request = history.jobs[work.job].request
    let policy = history.state.policy
    var restart = TimeSpan.zero
    if work.kept > 0, !policy.preemptsFreely {
      restart = request.terms?.checkpoints?.restart ?? policy.preemption?.restart ?? .zero
    }
    turns += 1
    works[id]?.started(
      asking: request.shape.nodeCount, members: members, at: now + restart, turn: turns)
  }

  private mutating func stop(_ id: JobID, at now: Instant) {
    guard let work = works[id] else { return }
    works[id]?.stopped(
      at: now, cadence: history.jobs[work.job].request.terms?.checkpoints?.every,
      keepsAll: history.state.policy.preemptsFreely)
  }

  private mutating func end(_ id: JobID, _ outcome: JobOutcome, at now: Instant) {
    guard let work = works.removeValue(forKey: id) else { return }
    let request = history.jobs[work.job].request
    let whole = work.having(at: now)
    var time = whole.milliseconds - work.before
    switch outcome {
    case .completed, .cancelled: break
    case .failed, .nodeFailed: history.jobs[work.job].exit = .failed
    case .outOfMemory: history.jobs[work.job].exit = .outOfMemory
    // It would have run on: so it does not end by itself before its limit again.
    case .timedOut: time = request.timeLimit.milliseconds - work.attemptBefore + 1000
    }
    history.jobs[work.job].runTime = TimeSpan(milliseconds: max(1, time))
    history.jobs[work.job].outcome = outcome
    history.runTimes.add(
      request, ran: outcome == .timedOut ? request.timeLimit : min(whole, request.timeLimit))
  }
}
