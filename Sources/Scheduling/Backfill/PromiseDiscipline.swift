import Cluster
import Fleet
import Jobs
import Policy
import Units

/// Conservative backfill: every waiting job has a promise, and nobody starts who would break one.
///
/// A job is promised the earliest window that is free when it comes (Mu'alem & Feitelson 2001
/// §2.1). The promise stays; only when something ends before its time limit may it move, and then
/// only forward: promise after promise is lifted and put down again where it fits soonest, with all
/// the others in place (*compression*). So no promise is ever broken by a job that came later.
/// Where tasks outlast their limit, which an agent prevents if it can, promises slip by as much:
/// they are all made anew.
///
/// Complexity, with p promises and s ≤ 2 (p + running gangs) segments of the profile: an arrival
/// O(s), an early end O(p · s), in a pool; see `CapacityProfile` for other fleets.
struct PromiseDiscipline: Sendable {
  private struct Promise: Sendable {
    var job: JobID
    var request: JobRequest
    var reservation: Reservation
  }

  private let policy: ClusterPolicy
  private var profile: CapacityProfile

  /// The waiting jobs that have a promise, in the order of the queue.
  private var promises: [Promise] = []

  /// Jobs submitted since the last plan, which have none yet.
  private var arrivals: [(job: JobID, request: JobRequest)] = []

  /// Whether something ended before its time limit since the last plan.
  private var somethingEndedEarly = false

  init(policy: ClusterPolicy, topology: Topology) {
    self.policy = policy
    profile = CapacityProfile(topology: topology)
  }

  mutating func jobSubmitted(_ job: JobID, _ request: JobRequest) {
    arrivals.append((job, request))
  }

  /// A job that waited already when this planner was made.
  mutating func jobFound(_ job: JobID, _ request: JobRequest, promise: Reservation?) {
    guard let promise else {
      arrivals.append((job, request))
      return
    }
    insert(Promise(job: job, request: request, reservation: promise))
    profile.hold(request.shape, as: promise, for: request.timeLimit)
  }

  /// A gang that ran already when this planner was made.
  mutating func runFound(_ run: JobLifecycle.Run, _ request: JobRequest) {
    let held = Reservation(start: run.started, allocation: run.allocation)
    profile.hold(request.shape, as: held, for: request.timeLimit)
  }

  mutating func runEnded(_ run: JobLifecycle.Run, _ request: JobRequest, at now: Instant) {
    guard now < run.started + request.timeLimit else { return }
    somethingEndedEarly = true
    let held = Reservation(start: run.started, allocation: run.allocation)
    profile.release(request.shape, as: held, for: request.timeLimit, from: now)
  }

  mutating func plan(for state: ClusterState, at now: Instant) -> Plan {
    var plan = Plan(version: state.version)
    profile.advance(to: now)
    profile.adoptConditions(of: state.occupancy)
    if firstStart < now {
      promiseAnew(state, at: now, &plan)
    } else if somethingEndedEarly {
      compress(at: now, &plan)
    }
    somethingEndedEarly = false
    for arrival in arrivals {
      let reservation = firstWindow(for: arrival.request, from: now)
      profile.hold(arrival.request.shape, as: reservation, for: arrival.request.timeLimit)
      insert(Promise(job: arrival.job, request: arrival.request, reservation: reservation))
      plan.decisions.append(.reserve(arrival.job, reservation))
    }
    arrivals.removeAll(keepingCapacity: true)
    startDue(state.occupancy, at: now, &plan)
    plan.nextPromise = firstStart(after: now)
    return plan
  }

  /// The earliest promised start; `distantFuture` where nothing is promised.
  ///
  /// Promises are long and many: here and below, what is asked of them is read where it stands.
  private var firstStart: Instant {
    var first = Instant.distantFuture
    for index in promises.indices { first = min(first, promises[index].reservation.start) }
    return first
  }

  private func firstStart(after now: Instant) -> Instant? {
    var first: Instant?
    for index in promises.indices {
      let start = promises[index].reservation.start
      if start > now, first.map({ start < $0 }) ?? true { first = start }
    }
    return first
  }

  // MARK: Promises

  private mutating func insert(_ promise: Promise) {
    let place = promises.firstIndex { precedes(promise, $0) } ?? promises.count
    promises.insert(promise, at: place)
  }

  private func precedes(_ a: Promise, _ b: Promise) -> Bool {
    switch policy.order {
    case .firstComeFirstServed: a.job < b.job
    case .shortestJobFirst:
      (a.request.timeLimit, a.job) < (b.request.timeLimit, b.job)
    }
  }

  private func firstWindow(for request: JobRequest, from now: Instant) -> Reservation {
    guard
      let window = profile.earliestFit(of: request.shape, for: request.timeLimit, from: now)
    else { preconditionFailure("\(request.shape) was admitted and never fits") }
    return window
  }

  /// The promises' indices in the order in which they may move forward.
  private var compressionOrder: [Int] {
    switch policy.compression {
    case .queue: Array(promises.indices)
    case .promisedStart:
      promises.indices.sorted {
        (promises[$0].reservation.start, $0) < (promises[$1].reservation.start, $1)
      }
    }
  }

  private mutating func compress(at now: Instant, _ plan: inout Plan) {
    for index in compressionOrder {
      let (shape, limit) = (promises[index].request.shape, promises[index].request.timeLimit)
      let old = promises[index].reservation
      profile.release(shape, as: old, for: limit, from: now)
      let sooner = profile.earliestFit(of: shape, for: limit, from: now, before: old.start)
      profile.hold(shape, as: sooner ?? old, for: limit)
      guard let sooner else { continue }
      promises[index].reservation = sooner
      plan.decisions.append(.reserve(promises[index].job, sooner))
    }
  }

  /// Makes every promise again, on a profile of what runs now: somebody outlasted their limit.
  private mutating func promiseAnew(
    _ state: ClusterState, at now: Instant, _ plan: inout Plan
  ) {
    profile = CapacityProfile(topology: state.topology)
    for (_, job) in state.jobs.all {
      guard let run = job.lifecycle.run else { continue }
      runFound(run, job.request)
    }
    profile.advance(to: now)
    profile.adoptConditions(of: state.occupancy)
    for index in compressionOrder {
      let request = promises[index].request
      let reservation = firstWindow(for: request, from: now)
      profile.hold(request.shape, as: reservation, for: request.timeLimit)
      guard reservation != promises[index].reservation else { continue }
      promises[index].reservation = reservation
      plan.decisions.append(.reserve(promises[index].job, reservation))
    }
  }

  // MARK: Starts

  /// Starts who is due, in the order of their promises, where the accelerators are really free.
  private mutating func startDue(
    _ occupancy: Occupancy, at now: Instant, _ plan: inout Plan
  ) {
    guard firstStart <= now else { return }
    var occupancy = occupancy
    var started: [Int] = []
    for index in promises.indices where promises[index].reservation.start <= now {
      guard let allocation = place(promises[index], on: occupancy) else { continue }
      occupancy.take(allocation)
      // Nobody before it still waits if all before it have started.
      let isFirst = started.count == index
      plan.decisions.append(
        .start(promises[index].job, allocation, isFirst ? .turn : .backfill))
      started.append(index)
    }
    for index in started.reversed() { promises.remove(at: index) }
  }

  private func place(_ promise: Promise, on occupancy: Occupancy) -> Allocation? {
    guard let allocation = promise.reservation.allocation else {
      return occupancy.placement(of: promise.request.shape)
    }
    return occupancy.isFree(allocation) ? allocation : nil
  }
}
