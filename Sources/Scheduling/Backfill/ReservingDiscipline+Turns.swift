import Accounts
import Cluster
import Fleet
import Jobs
import Units

/// Whose turn comes in a pass.
extension ReservingDiscipline {
  /// Adds all that may start, be promised a start, or reclaim room.
  mutating func addTurns(
    _ room: TierSlots, _ turns: inout Turns, _ draft: inout PlanDraft
  ) {
    let lacking = hasGuarantees ? draft.lackingMembers : []
    addPromised(lacking, &turns, &draft)
    for slot in queue.marks.indices {
      let mark = queue.marks[slot]
      if mark.standing == .gone { continue }
      let mayBePromised = room.has(Int(mark.tier))
      var (isTried, seeksPromise) = (false, false)
      switch mark.standing {
      case .gone: continue
      case .untried: isTried = true
      case .barred:
        // What a site draws by the forecast becomes less with time.
        let mayBeFed = forecast.isLimited && mark.wantsPromise
        isTried = (mustTryAll || mayBeFed) && !isStillBarred(slot, draft)
        seeksPromise = mark.wantsPromise && mayBePromised
      case .notLent:
        // Where power runs short, that is in its way now, and a promise would help it.
        let mayBeOtherwise =
          mustTryAll || mayLackPower(slot, draft) || hasLostPlace(slot, &draft)
        let maySeek = !mayBeOtherwise && mayBePromised && !mayFit(slot, &draft)
        guard mayBeOtherwise || maySeek else {
          // What this plan starts may leave it too little power.
          if forecast.isLimited { turns.fed.append(slot) }
          break
        }
        let verdict = obstacle(slot, draft)
        guard !isStillBarred(slot, by: verdict, at: draft.now) else { break }
        isTried = mayBeOtherwise && (verdict != nil || !isStillNotLent(slot, &draft))
        if mayBeOtherwise, !isTried { turns.fed.append(slot) }
        seeksPromise = maySeek
      case .lacksRoom:
        isTried = mayBePromised && mustTryAll && !isKnownNotToFit(slot, &draft)
        seeksPromise = mayBePromised
      }
      if isTried || seeksPromise {
        turns.add(Turn(key: key(slot, &draft), slot: slot, seeksPromise: !isTried))
      } else if mark.wantsPromise, lacking.contains(mark.member) {
        let key = key(slot, &draft)
        if key.deficit > 0 { turns.add(Turn(key: key, slot: slot, seeksPromise: true)) }
      }
    }
    guard mustTryAll else { return }
    for lane in queue.lanes.indices where !queue.lanes[lane].slots.isEmpty {
      addFitting(ofLane: lane, room, &turns, &draft)
    }
  }

  /// Adds the classes that were not lent room which others have by now: they may be promised some,
  /// or be lent other room. Whoever comes first in the order has the first promise, however it came
  /// about that there is no room.
  mutating func addThoseNotLent(_ turns: inout Turns, _ draft: inout PlanDraft) {
    for slot in queue.notLent where hasLostPlace(slot, &draft) || !mayFit(slot, &draft) {
      if isStillBarred(slot, draft) { continue }
      queue.setCause(nil, of: slot)
      turns.insert(Turn(key: key(slot, &draft), slot: slot))
    }
  }

  /// Adds the classes that are not lent room, but may lack power by now, if their turn is still to
  /// come.
  ///
  /// - Parameter last: whose turn it was.
  mutating func addThoseNotFed(
    _ turns: inout Turns, after last: FairOrder.Key?, _ draft: inout PlanDraft
  ) {
    let slots = turns.fed
    turns.fed.removeAll(keepingCapacity: true)
    for slot in slots where queue.marks[slot].standing == .notLent {
      let key = key(slot, &draft)
      if let last, key < last { continue }
      if mayLackPower(slot, draft) {
        turns.insert(Turn(key: key, slot: slot))
      } else {
        turns.fed.append(slot)
      }
    }
  }

  /// Adds promised jobs: those that are due, the first that may start earlier, and those of members
  /// that lack something, who may reclaim it.
  private mutating func addPromised(
    _ lacking: [AccountID], _ turns: inout Turns, _ draft: inout PlanDraft
  ) {
    let triesEarly = mustTryAll || mustTryPromised
    // Time has gone on once.
    mustTryPromised = false
    let survey = surveyed()
    let hasDue = survey.first <= draft.now
    guard !lacking.isEmpty || triesEarly || hasDue else { return }
    let first = triesEarly ? survey.byStart.prefix(Self.mostTriedEarly) : []
    if triesEarly { isEarlyKeptByRule = false }
    for index in promises.indices {
      let isTried =
        hasDue && promises[index].reservation.start <= draft.now
        || first.contains(index)
          && draft.rooms.mayFitAnywhere(
            promises[index].request.shape, afterWaiting: draft.now - promises[index].submitted)
      guard isTried || lacking.contains(survey.members[index]) else { continue }
      let deficit = draft.deficit(of: promises[index].mark, promises[index].models)
      guard isTried || deficit > 0 else { continue }
      let key = draft.order.key(of: promises[index].mark, deficit: deficit)
      turns.add(Turn(key: key, slot: -1, seeksPromise: !isTried))
    }
  }

  /// Adds the classes of a shape that lacked room and have it now, apart from those that were added
  /// for a promise.
  private mutating func addFitting(
    ofLane lane: Int, _ room: TierSlots, _ turns: inout Turns, _ draft: inout PlanDraft
  ) {
    let hasPreference = queue.lanes[lane].shape.closeness.preferred != nil
    for index in queue.lanes[lane].slots.indices {
      let (limit, slot) = queue.lanes[lane].slots[index]
      guard hasPreference || draft.rooms.fits(lane, queue.lanes, until: draft.now + limit) else {
        return
      }
      let mark = queue.marks[slot]
      guard mark.standing == .lacksRoom, !room.has(Int(mark.tier)),
        !hasPreference || !isKnownNotToFit(slot, &draft)
      else { continue }
      turns.add(Turn(key: key(slot, &draft), slot: slot))
    }
  }

  /// Where the first job of a class stands.
  func key(_ slot: Int, _ draft: inout PlanDraft) -> FairOrder.Key {
    draft.key(of: queue.marks[slot], queue.classes[slot].models)
  }

  /// Whether a rule that has been told keeps a class from starting, as before: then its turn would
  /// change nothing, as what this plan starts only leaves less.
  private mutating func isStillBarred(_ slot: Int, _ draft: borrowing PlanDraft) -> Bool {
    guard !queue.marks[slot].wantsPromise, queue.classes[slot].told != nil else { return false }
    return isStillBarred(slot, by: obstacle(slot, draft), at: draft.now)
  }

  /// The same, where it is known which rule keeps it now.
  private mutating func isStillBarred(
    _ slot: Int, by verdict: Verdict?, at now: Instant
  ) -> Bool {
    guard !queue.marks[slot].wantsPromise, let verdict, verdict.kind == queue.classes[slot].told
    else { return false }
    queue.setCause(verdict, of: slot)
    if let change = verdict.changes, change > now { wake = min(wake, change) }
    return true
  }

  /// Which rule keeps the first job of a class from starting now; nil where none does.
  private func obstacle(_ slot: Int, _ draft: borrowing PlanDraft) -> Verdict? {
    draft.obstacle(
      to: queue.classes[slot].request, milli: queue.marks[slot].milli,
      models: queue.classes[slot].models)
  }

  /// Whether power may be what a class lacks, wherever it is; false is sure.
  private func mayLackPower(_ slot: Int, _ draft: borrowing PlanDraft) -> Bool {
    guard forecast.isLimited else { return false }
    let draw = draft.holdings.power.mostDrawn(
      by: queue.lanes[queue.laneOfSlot[slot]].shape, on: draft.holdings.topology)
    return !forecast.feeds(draw) || !draft.holdings.power.feeds(draw)
  }

  /// Whether others lend a class that no rule keeps from starting no room that there is, wherever
  /// it is, as before: then its turn would change nothing. Where the room goes, `addThoseNotLent`
  /// comes back to it.
  private func isStillNotLent(_ slot: Int, _ draft: inout PlanDraft) -> Bool {
    guard queue.classes[slot].told == .borrowing, !mayLackPower(slot, draft),
      // Who prefers a place finds it or not by how long its first job itself has waited.
      queue.lanes[queue.laneOfSlot[slot]].shape.closeness.preferred == nil
    else { return false }
    let (milli, models) = (queue.marks[slot].milli, queue.classes[slot].models)
    let request = queue.classes[slot].request
    return !draft.holdings.mayBeLent(request, milli: milli, models) && mayFit(slot, &draft)
      // Where a rule leaves it but some models, there may be no room on those.
      && draft.holdings.allowed(models, to: request, milli: milli, isForRoom: true) == models
  }

  /// Whether it was room that a class lacked, and it still does.
  func isKnownNotToFit(_ slot: Int, _ draft: inout PlanDraft) -> Bool {
    queue.marks[slot].standing == .lacksRoom && !mayFit(slot, &draft)
  }

  /// Whether there is room for the first job of a class, whatever the rules say.
  func mayFit(_ slot: Int, _ draft: inout PlanDraft) -> Bool {
    let lane = queue.laneOfSlot[slot]
    let limit = queue.marks[slot].limit
    guard queue.lanes[lane].shape.closeness.preferred != nil else {
      return draft.rooms.fits(lane, queue.lanes, until: draft.now + limit)
    }
    return draft.mayFit(
      queue.lanes[lane].shape, for: limit, waited: draft.now - queue.marks[slot].first.since)
  }

  /// Whether the place that a class was not lent is there no more, nor another of that model, so
  /// that it finds one of another model, which it may be lent.
  private mutating func hasLostPlace(_ slot: Int, _ draft: inout PlanDraft) -> Bool {
    guard queue.classes[slot].models.count > 1, let place = queue.classes[slot].place else {
      return false
    }
    let (mark, end) = (queue.marks[slot], draft.now + queue.marks[slot].limit)
    guard !draft.rooms.isOpen(place, until: end) else { return false }
    // Who found a mixture is asked again.
    guard case .borrowing(_, _, let model, _, let asked) = queue.classes[slot].cause,
      asked == mark.milli
    else { return true }
    let (shape, names) = (queue.classes[slot].key.shape, [draft.holdings.charging.models[model]])
    let eligibility = shape.eligibility?.with(models: names) ?? Eligibility(models: names)
    queue[slot].place = draft.rooms.room(until: end).placement(
      of: shape.with(eligibility), afterWaiting: draft.now - mark.first.since)
    return queue.classes[slot].place == nil
  }
}
