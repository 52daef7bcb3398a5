import Cluster
import Fleet
import Jobs
import Policy
import Units

/// Scheduling around the head of the queue: it starts as soon as it fits, and while it waits for
/// its reserved start, others may pass it as the policy allows.
///
/// The reservation is a time; the accelerators under it are, at each plan anew, those that free up
/// last, so that what is free now stays open as far as it can. They are a witness: whoever is
/// backfilled either ends before the reserved start or stays off them, so they are there when it
/// comes, whatever was started meanwhile. Hence the start only ever moves forward.
///
/// What was tried and failed is not tried again until something ends: room only shrinks with a
/// start, and a window before a fixed reserved start only shrinks with time. Only new arrivals are
/// looked at then.
///
/// Complexity of a plan: O(shapes that wait) after an end, O(1) after an arrival that finds a
/// blocked head; O(nodes) more where the head changes or a job that outlasts the reserved start
/// is tried.
struct HeadDiscipline: Sendable {
  struct Head: Sendable {
    var entry: PendingQueue.Entry
    var start: Instant
  }

  let policy: ClusterPolicy
  var queue = PendingQueue()
  var timeline: ReleaseTimeline
  var head: Head?
  var standing = StandingVerdicts()

  /// Jobs submitted since the last plan.
  var arrivals: [PendingQueue.Entry] = []

  /// Whether anything may fit now that did not at the last plan.
  private var mustTryAll = true

  /// Whether something was to end at or after the head's reserved start, and is gone already.
  private var mayStartSooner = false

  init(policy: ClusterPolicy, topology: Topology) {
    self.policy = policy
    timeline = ReleaseTimeline(topology: topology)
  }

  mutating func jobSubmitted(_ job: JobID, _ request: JobRequest) {
    arrivals.append(queue.insert(job, request))
  }

  /// A job that waited already when this planner was made.
  mutating func jobFound(_ job: JobID, _ request: JobRequest, promise: Reservation?) {
    let entry = queue.insert(job, request)
    if let promise { head = Head(entry: entry, start: promise.start) }
  }

  /// A gang that ran already when this planner was made.
  mutating func runFound(_ allocation: Allocation, deadline: Instant) {
    timeline.hold(allocation, until: deadline)
  }

  mutating func runEnded(_ allocation: Allocation, deadline: Instant) {
    timeline.release(allocation, until: deadline)
    mustTryAll = true
    if let head, deadline >= head.start { mayStartSooner = true }
  }

  mutating func plan(for state: ClusterState, at now: Instant) -> Plan {
    var draft = Draft(occupancy: state.occupancy, now: now)
    advanceHead(&draft)
    if head != nil {
      if mustTryAll {
        backfillAll(&draft)
      } else {
        backfillArrivals(&draft)
      }
    }
    explain(everything: mustTryAll || !draft.decisions.isEmpty, &draft)
    arrivals.removeAll(keepingCapacity: true)
    mustTryAll = false
    mayStartSooner = false
    return Plan(version: state.version, decisions: draft.decisions)
  }

  // MARK: The head

  /// Starts heads of the queue while they fit; the first that doesn't gets the reservation.
  private mutating func advanceHead(_ draft: inout Draft) {
    while let entry = nextHead(&draft) {
      let shape = queue.lanes[entry.lane].shape
      guard !draft.occupancy.fits(shape) else {
        head = nil
        mustTryAll = true
        start(entry, .turn, on: draft.occupancy, &draft)
        continue
      }
      if let head {
        refresh(head, &draft)
      } else {
        reserve(entry, &draft)
      }
      return
    }
  }

  /// The job whose turn it is; the one before it loses its reservation if it may be passed.
  private mutating func nextHead(_ draft: inout Draft) -> PendingQueue.Entry? {
    guard let head else { return queue.first(in: policy.order) }
    switch policy.head {
    case .keptUntilStarted:
      return head.entry
    case .chosenAnew:
      guard let first = queue.first(in: policy.order), first != head.entry else {
        return head.entry
      }
      draft.decisions.append(.unreserve(head.entry.job, ahead: first.job))
      self.head = nil
      mustTryAll = true
      return first
    }
  }

  private mutating func reserve(_ entry: PendingQueue.Entry, _ draft: inout Draft) {
    let start = earliestStart(of: entry, draft)
    head = Head(entry: entry, start: start)
    mustTryAll = true
    announce(entry, start: start, &draft)
  }

  /// EASY computes the reserved start anew at each event. It can have changed only if something
  /// ended that was to outlast it; a start never delays it.
  private mutating func refresh(_ old: Head, _ draft: inout Draft) {
    guard policy.backfill == .easy, mayStartSooner else { return }
    let start = earliestStart(of: old.entry, draft)
    guard start < old.start else { return }
    head?.start = start
    announce(old.entry, start: start, &draft)
  }

  private func earliestStart(of entry: PendingQueue.Entry, _ draft: Draft) -> Instant {
    max(draft.now, timeline.earliestStart(of: queue.lanes[entry.lane].shape))
  }

  private func announce(
    _ entry: PendingQueue.Entry, start: Instant, _ draft: inout Draft
  ) {
    draft.decisions.append(
      .reserve(entry.job, Reservation(start: start, allocation: nil)))
  }

  // MARK: Those behind it

  private mutating func backfillAll(_ draft: inout Draft) {
    while let (entry, room) = firstThatMayPass(&draft) {
      backfill(entry, in: room, &draft)
    }
  }

  private mutating func backfillArrivals(_ draft: inout Draft) {
    for entry in arrivals where entry != head?.entry {
      guard draft.occupancy.fits(queue.lanes[entry.lane].shape) else { continue }
      if entry.limit <= longestBeforeHead(draft) {
        backfill(entry, in: .untilReservedStart, &draft)
      } else if mayOutlastHead(lane: entry.lane, &draft) {
        backfill(entry, in: .besidesReservation, &draft)
      }
    }
  }

  /// Where a backfilled job goes.
  private enum Room {
    /// Anywhere: it has ended by the reserved start. It uses reserved accelerators up first.
    case untilReservedStart
    /// On what the reservation leaves open.
    case besidesReservation
  }

  /// The first waiting job that may start now without delaying the head.
  private func firstThatMayPass(
    _ draft: inout Draft
  ) -> (entry: PendingQueue.Entry, room: Room)? {
    guard policy.backfill != .none, !draft.occupancy.isFull else { return nil }
    let order: ClusterPolicy.Order =
      policy.backfillOrder == .submission ? .firstComeFirstServed : policy.order
    let longest = longestBeforeHead(draft)
    var best: (entry: PendingQueue.Entry, room: Room)?
    func isBetter(_ entry: PendingQueue.Entry) -> Bool {
      best.map { entry.precedes($0.entry, in: order) } ?? true
    }
    for lane in queue.occupied where draft.occupancy.fits(queue.lanes[lane].shape) {
      if let any = queue.first(ofLane: lane, in: order), isBetter(any) {
        if any.limit <= longest {
          best = (any, .untilReservedStart)
          continue
        }
        if mayOutlastHead(lane: lane, &draft) {
          best = (any, .besidesReservation)
          continue
        }
      }
      if let short = queue.first(ofLane: lane, in: order, limitAtMost: longest), isBetter(short) {
        best = (short, .untilReservedStart)
      }
    }
    return best
  }

  /// The longest time limit that is over before the head's reserved start; negative if none is.
  private func longestBeforeHead(_ draft: Draft) -> TimeSpan {
    guard let head, policy.backfill != .none else { return TimeSpan(milliseconds: -1) }
    let span = head.start - draft.now
    // RLScheduler asks for an end strictly before the reserved start.
    guard policy.backfill == .beforeShadow else { return span }
    return TimeSpan(milliseconds: span.milliseconds - 1)
  }

  /// Whether a lane's jobs fit beside the head's reservation, for as long as they like.
  private func mayOutlastHead(lane: Int, _ draft: inout Draft) -> Bool {
    guard policy.backfill == .easy else { return false }
    return openRoom(&draft).fits(queue.lanes[lane].shape)
  }

  /// What is free and not reserved.
  private func openRoom(_ draft: inout Draft) -> Occupancy {
    if let open = draft.open { return open }
    let open = draft.occupancy.withholding(reservedAllocation(&draft))
    draft.open = open
    return open
  }

  private func reservedAllocation(_ draft: inout Draft) -> Allocation {
    if let reserved = draft.reserved { return reserved }
    guard let head else { preconditionFailure("there is no reservation without a head") }
    let shape = queue.lanes[head.entry.lane].shape
    let reserved = timeline.allocation(for: shape, at: head.start)
    draft.reserved = reserved
    return reserved
  }

  private mutating func backfill(
    _ entry: PendingQueue.Entry, in room: Room, _ draft: inout Draft
  ) {
    switch room {
    case .untilReservedStart:
      // Before the shadow nobody outlasts it, so nothing need be kept open.
      let reserved = policy.backfill == .easy ? reservedAllocation(&draft) : nil
      start(entry, .backfill, on: draft.occupancy, preferring: reserved, &draft)
    case .besidesReservation:
      start(entry, .backfill, on: openRoom(&draft), &draft)
    }
  }

  private mutating func start(
    _ entry: PendingQueue.Entry, _ reason: Decision.StartReason, on room: Occupancy,
    preferring reserved: Allocation? = nil, _ draft: inout Draft
  ) {
    let shape = queue.lanes[entry.lane].shape
    guard let allocation = room.placement(of: shape, preferring: reserved) else {
      preconditionFailure("job \(entry.job.number) fits but has no place")
    }
    draft.take(allocation)
    timeline.hold(allocation, until: draft.now + entry.limit)
    queue.remove(entry)
    draft.decisions.append(.start(entry.job, allocation, reason))
  }
}

/// A plan in the making: the trial copy of what is free, and what was decided so far.
struct Draft: Sendable {
  /// What is free, less what this plan has started.
  private(set) var occupancy: Occupancy
  let now: Instant
  var decisions: [Decision] = []

  /// What the head has reserved, once asked for; void after a start.
  var reserved: Allocation?

  /// What is free and not reserved, once asked for; void after a start.
  var open: Occupancy?

  init(occupancy: Occupancy, now: Instant) {
    self.occupancy = occupancy
    self.now = now
  }

  mutating func take(_ allocation: Allocation) {
    occupancy.take(allocation)
    reserved = nil
    open = nil
  }
}
