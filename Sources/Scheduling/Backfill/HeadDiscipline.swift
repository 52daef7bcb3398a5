import Cluster
import Fleet
import Jobs
import Policy
import Units

/// Scheduling around the head of the queue: it starts as soon as it fits, and while it waits for
/// its reserved start, others may pass it as the policy allows.
///
/// The reservation is a time; the nodes under it are, at each plan anew, those that are clear by
/// then and hold back least of what is free now. They are a witness: whoever is backfilled either
/// ends before the reserved start or stays off them, so they are there when it comes, whatever was
/// started meanwhile. Hence the start only ever moves forward.
///
/// What was tried and failed is not tried again until something ends: room only shrinks with a
/// start, and a window before a fixed reserved start only shrinks with time. Only new arrivals are
/// looked at then.
///
/// Complexity of a plan: O(first of the queue) after an arrival that finds a blocked head, and that
/// times the starts after an end; O(nodes) more where the head changes or a job that outlasts the
/// reserved start is tried. Documentation/Internals/Planning.md has each step.
struct HeadDiscipline: Sendable {
  struct Head: Sendable {
    var entry: PendingQueue.Entry
    var start: Instant

    /// How many accelerators are free at `start` beyond what the head needs: nobody who asks for
    /// more may outlast it. Counting only filters; the reserved nodes decide.
    var spareAccelerators: Int
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

  /// Whether some node is clear for the head before its reserved start that was not.
  private var mayStartSooner = false

  /// Whether a node came into service or left it since the last plan.
  private var mustReserveAnew = false

  /// What is free and need not be kept for the head, once asked for; void when the head, its
  /// reserved start or the fleet's occupancy changes. It stands beside the head, which is copied
  /// often and must be cheap to copy.
  private var open: Occupancy?

  init(policy: ClusterPolicy, occupancy: Occupancy) {
    self.policy = policy
    timeline = ReleaseTimeline(servingAs: occupancy)
  }

  /// Whether a head waits for a start that is known.
  var isPromised: Bool { head.map { $0.start < .distantFuture } == true }

  mutating func jobSubmitted(_ job: JobID, _ request: JobRequest) {
    arrivals.append(queue.insert(job, request))
  }

  /// A job that waited already when this planner was made.
  mutating func jobFound(_ job: JobID, _ request: JobRequest, promise: Reservation?) {
    let entry = queue.insert(job, request)
    // What runs may not be known yet: see `allFound`.
    if let promise { head = Head(entry: entry, start: promise.start, spareAccelerators: 0) }
  }

  /// A gang that ran already when this planner was made.
  mutating func runFound(_ allocation: Allocation, deadline: Instant) {
    timeline.hold(allocation, until: deadline)
  }

  /// All that waits and runs was found: sets what follows from it.
  mutating func allFound(_ occupancy: Occupancy) {
    if head == nil, let first = queue.first(in: policy.order) {
      // A plan leaves nobody waiting without a head: there is no start that it could promise.
      head = Head(entry: first, start: .distantFuture, spareAccelerators: 0)
      mustReserveAnew = true
    }
    guard let found = head else { return }
    let spare = spareAccelerators(besides: found.entry, at: found.start)
    head?.spareAccelerators = spare
    recallVerdicts(occupancy)
  }

  mutating func runEnded(_ allocation: Allocation, deadline: Instant) {
    mustTryAll = true
    guard let old = head else {
      timeline.release(allocation, until: deadline)
      return
    }
    let shape = queue.lanes[old.entry.lane].shape
    let before = timeline.nodes(of: allocation, clearFor: shape, before: old.start)
    timeline.release(allocation, until: deadline)
    if timeline.nodes(of: allocation, clearFor: shape, before: old.start) > before
      || timeline.mustLook(for: shape) && deadline >= old.start
    {
      mayStartSooner = true
    }
    open = nil
    if deadline > old.start { head?.spareAccelerators += allocation.acceleratorCount }
  }

  /// The reservation is to be made anew: a node under it may be gone, or there is a better one.
  mutating func conditionChanged(_ condition: NodeCondition, of node: NodeID) {
    timeline.setCondition(condition, of: node)
    mustTryAll = true
    mustReserveAnew = true
    open = nil
  }

  mutating func plan(for state: ClusterState, at now: Instant) -> Plan {
    var draft = Draft(occupancy: state.occupancy, mix: state.mix, now: now)
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
    mustReserveAnew = false
    return Plan(version: state.version, decisions: draft.decisions)
  }

  // MARK: The head

  /// Starts heads of the queue while they fit; the first that doesn't gets the reservation.
  private mutating func advanceHead(_ draft: inout Draft) {
    var group = StartGroup()
    while let entry = nextHead(&draft) {
      let shape = queue.lanes[entry.lane].shape
      guard !draft.occupancy.fits(shape) else {
        head = nil
        open = nil
        mustTryAll = true
        if !timeline.topology.domains.isEmpty { group.add(shape, entry.limit, before: draft) }
        start(entry, .turn, on: place(entry, on: draft.occupancy, draft.mix), &draft)
        continue
      }
      // Placed together they may leave room for one more.
      if placeTogether(&group, &draft), draft.occupancy.fits(shape) { continue }
      if let head {
        refresh(head, &draft)
      } else {
        reserve(entry, &draft)
      }
      return
    }
    _ = placeTogether(&group, &draft)
  }

  /// Gangs that this plan has started in turn, one after the other, and what was free before.
  private struct StartGroup {
    var occupancy: Occupancy?
    var shapes: [GangShape] = []
    var limits: [TimeSpan] = []
    /// Where in the plan each of them starts.
    var decisions: [Int] = []

    /// Adds a gang that is about to start.
    mutating func add(_ shape: GangShape, _ limit: TimeSpan, before draft: Draft) {
      if shapes.isEmpty { occupancy = draft.occupancy }
      shapes.append(shape)
      limits.append(limit)
      decisions.append(draft.decisions.count)
    }
  }

  /// Places the gangs that have just started in turn together, where that makes any of them
  /// closer; whether it has. All have their places still, and none a worse one.
  ///
  /// Only those in turn: whoever is backfilled was placed with regard to the reservation.
  private mutating func placeTogether(_ group: inout StartGroup, _ draft: inout Draft) -> Bool {
    defer { group = StartGroup() }
    guard group.shapes.count > 1, let before = group.occupancy else { return false }
    let joint = JointPlacement(
      of: group.shapes, on: before, by: NetworkModel(), among: draft.mix)
    guard joint.improvements > 0 else { return false }
    for (index, decision) in group.decisions.enumerated() {
      guard case .start(let job, let old, let reason) = draft.decisions[decision],
        let new = joint.placements[index]?.allocation
      else { preconditionFailure("gangs placed together lost a start") }
      let end = draft.now + group.limits[index]
      timeline.release(old, until: end)
      timeline.hold(new, until: end)
      draft.decisions[decision] = .start(job, new, reason)
    }
    draft.occupancy = joint.remaining
    open = nil
    return true
  }

  /// The job whose turn it is; the one before it loses its reservation if it may be passed.
  private mutating func nextHead(_ draft: inout Draft) -> PendingQueue.Entry? {
    guard let head else { return queue.first(in: policy.order) }
    guard isPromised else {
      // Who has no promise has nothing to keep, or to lose.
      let first = queue.first(in: policy.order)
      if first != head.entry {
        self.head = nil
        open = nil
        mustTryAll = true
      }
      return first
    }
    switch policy.head {
    case .keptUntilStarted:
      return head.entry
    case .chosenAnew:
      guard let first = queue.first(in: policy.order), first != head.entry else {
        return head.entry
      }
      draft.decisions.append(.unreserve(head.entry.job, ahead: first.job))
      self.head = nil
      open = nil
      mustTryAll = true
      return first
    }
  }

  private mutating func reserve(_ entry: PendingQueue.Entry, _ draft: inout Draft) {
    announce(entry, start: earliestStart(of: entry, draft), &draft)
  }

  /// EASY computes the reserved start anew at each event. It can have changed only if an early end
  /// cleared another node before it; a start never delays it.
  private mutating func refresh(_ old: Head, _ draft: inout Draft) {
    if mustReserveAnew {
      let start = earliestStart(of: old.entry, draft)
      if start != old.start { announce(old.entry, start: start, &draft) }
      return
    }
    guard policy.backfill == .easy || !isPromised, mayStartSooner else { return }
    // Counting is cheap; finding the new start is not, and most often it is the old one.
    let shape = queue.lanes[old.entry.lane].shape
    guard timeline.hasRoom(for: shape, before: old.start) else { return }
    let start = earliestStart(of: old.entry, draft)
    guard start < old.start else { return }
    announce(old.entry, start: start, &draft)
  }

  private func earliestStart(of entry: PendingQueue.Entry, _ draft: Draft) -> Instant {
    max(draft.now, timeline.earliestStart(of: queue.lanes[entry.lane].shape))
  }

  private mutating func announce(
    _ entry: PendingQueue.Entry, start: Instant, _ draft: inout Draft
  ) {
    let spare = spareAccelerators(besides: entry, at: start)
    let wasPromised = isPromised
    head = Head(entry: entry, start: start, spareAccelerators: spare)
    open = nil
    mustTryAll = true
    guard start < .distantFuture else {
      // No end that is known frees enough: nothing can be promised.
      if wasPromised { draft.decisions.append(.unreserve(entry.job, ahead: nil)) }
      return
    }
    draft.decisions.append(.reserve(entry.job, Reservation(start: start, allocation: nil)))
  }

  private func spareAccelerators(besides entry: PendingQueue.Entry, at start: Instant) -> Int {
    guard policy.backfill == .easy else { return 0 }
    return timeline.topology.acceleratorCount - timeline.accelerators(heldAfter: start)
      - queue.lanes[entry.lane].shape.acceleratorCount
  }

  // MARK: Those behind it

  private mutating func backfillAll(_ draft: inout Draft) {
    while let (entry, room) = firstThatMayPass(draft) {
      backfill(entry, in: room, &draft)
    }
  }

  private mutating func backfillArrivals(_ draft: inout Draft) {
    for entry in arrivals where entry != head?.entry {
      guard draft.occupancy.fits(queue.lanes[entry.lane].shape) else { continue }
      if entry.limit <= longestBeforeHead(draft) {
        backfill(entry, in: .untilReservedStart, &draft)
      } else if mayOutlastHead(lane: entry.lane, draft) {
        backfill(entry, in: .besidesReservation, &draft)
      }
    }
  }

  /// Where a backfilled job goes.
  private enum Room {
    /// Anywhere, as it has ended by the reserved start; on nodes that the head can have by then
    /// rather than on those it can't, which are left to jobs that outlast it.
    case untilReservedStart
    /// On what the reservation leaves open.
    case besidesReservation
  }

  /// The first waiting job that may start now without delaying the head.
  private mutating func firstThatMayPass(
    _ draft: Draft
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
        if mayOutlastHead(lane: lane, draft) {
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
    // Whoever comes first starts first where nothing is promised.
    guard isPromised else { return TimeSpan(milliseconds: .max) }
    let span = head.start - draft.now
    // RLScheduler asks for an end strictly before the reserved start.
    guard policy.backfill == .beforeShadow else { return span }
    return TimeSpan(milliseconds: span.milliseconds - 1)
  }

  /// Whether a lane's jobs fit beside the head's reservation, for as long as they like.
  private mutating func mayOutlastHead(lane: Int, _ draft: Draft) -> Bool {
    guard policy.backfill == .easy, isPromised, let head else { return false }
    let shape = queue.lanes[lane].shape
    guard shape.acceleratorCount <= head.spareAccelerators else { return false }
    return openRoom(draft).fits(shape)
  }

  /// What is free and need not be kept for the head.
  private mutating func openRoom(_ draft: Draft) -> Occupancy {
    guard let head else { preconditionFailure("there is no reservation without a head") }
    if let open { return open }
    let shape = queue.lanes[head.entry.lane].shape
    let room = timeline.openRoom(beside: shape, at: head.start, of: draft.occupancy)
    open = room
    return room
  }

  private var nodesForHead: ClearNodes? {
    // Where nobody may outlast the head, nothing need be left to them.
    guard policy.backfill == .easy, isPromised, let head else { return nil }
    let member = queue.lanes[head.entry.lane].shape.member
    return timeline.nodes(clearFor: member, by: head.start)
  }

  private mutating func backfill(
    _ entry: PendingQueue.Entry, in room: Room, _ draft: inout Draft
  ) {
    let allocation =
      switch room {
      case .untilReservedStart:
        place(entry, on: draft.occupancy, preferring: nodesForHead, draft.mix)
      case .besidesReservation: place(entry, on: openRoom(draft), draft.mix)
      }
    start(entry, .backfill, on: allocation, &draft)
  }

  /// Where a job goes that fits. By itself, so that whatever it looks at is let go of before
  /// `start` changes what it was made from: that would copy the timeline or the occupancy.
  private func place(
    _ entry: PendingQueue.Entry, on room: Occupancy, preferring nodes: ClearNodes? = nil,
    _ mix: RequestMix
  ) -> Allocation {
    let shape = queue.lanes[entry.lane].shape
    guard let allocation = room.placement(of: shape, preferring: nodes, among: mix) else {
      preconditionFailure("job \(entry.job.number) fits but has no place")
    }
    return allocation
  }

  private mutating func start(
    _ entry: PendingQueue.Entry, _ reason: Decision.StartReason, on allocation: Allocation,
    _ draft: inout Draft
  ) {
    let end = draft.now + entry.limit
    // First, as it may share its storage with what is changed next.
    open = nil
    draft.occupancy.take(allocation)
    timeline.hold(allocation, until: end)
    if let head, end > head.start {
      self.head?.spareAccelerators -= allocation.acceleratorCount
    }
    queue.remove(entry)
    if queue.lanes[entry.lane].count == 0 { standing[entry.lane] = .none }
    draft.decisions.append(.start(entry.job, allocation, reason))
  }
}

/// A plan in the making: the trial copy of what is free, and what was decided so far.
struct Draft: Sendable {
  /// What is free, less what this plan has started.
  var occupancy: Occupancy
  /// The requests that room is to be kept for.
  let mix: RequestMix
  let now: Instant
  var decisions: [Decision] = []
}
