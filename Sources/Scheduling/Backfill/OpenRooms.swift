import Fleet
import Units

/// What is free now and stays open until a time: nobody is promised it before, and no window keeps
/// it.
///
/// A job that ends by then may have it. What is kept is sorted by when from: the k-th room is what
/// is free less the first k of them, and the later a job ends the smaller the room it may have.
/// Where counts decide whether a shape fits, they are written down room by room, as far as anybody
/// asks; any other shape has a last end with which it fits: that it doesn't fit is found by looking
/// at one room, and else the end by bisection, and both are remembered. Rooms are made only where
/// they are asked for.
///
/// Complexity: a room O(what is kept before its end · nodes each), once, and so all counts up to
/// there; the last end of a shape that must be looked for O(log kept) rooms, once until something
/// is taken.
struct OpenRooms: Sendable {
  /// For whom, or why, something is kept.
  enum Owner: Hashable, Sendable {
    /// A job was promised it.
    case promise(JobID)
    /// A job has a claim to it.
    case claim(ClaimID)
    /// A window, by its place among those that are upcoming.
    case window(Int)
  }

  /// Something kept from a time on.
  fileprivate struct Kept: Sendable {
    var from: Instant
    var footprint: Footprint
    var owner: Owner
    /// Whether it is kept no longer.
    var isGone = false

    /// Whether it names an accelerator, or a part of one, of a place that holds nothing but whole
    /// ones.
    func names(anyOfWhole place: Allocation) -> Bool {
      let allocation = footprint.allocation
      guard allocation.shares.isEmpty, let slice = allocation.slices.first,
        allocation.slices.count == 1
      else { return allocation.contends(with: place) }
      return place.slices.contains {
        $0.node == slice.node && $0.accelerators & slice.accelerators != 0
      }
    }
  }

  /// What is kept, for a plan to begin with.
  struct Shelf: Sendable {
    /// In the order in which it was told.
    fileprivate var all: [Kept] = []
    /// Its places, sorted by when from, of equals the last first.
    fileprivate var byStart: [Int] = []

    private let topology: Topology

    /// Nothing is kept of a fleet.
    init(of topology: Topology) { self.topology = topology }

    /// Keeps an allocation from a time on, beside what is kept. O(its slices + what is kept)
    mutating func add(_ allocation: Allocation, from: Instant, owner: Owner) {
      let place = byStart.partitioningIndex { all[$0].from >= from }
      byStart.insert(all.count, at: place)
      let footprint = Footprint(of: allocation, on: topology)
      all.append(Kept(from: from, footprint: footprint, owner: owner))
    }
  }

  /// What is known of the last end with which a gang fits.
  private struct LastEnd: Sendable {
    /// The last end with which it is known to fit; the beginning of time where none is.
    var fits = Instant.distantPast
    /// An end with which, and with all later ones, it is known not to fit.
    var fails: Instant?
  }

  private struct Known: Sendable {
    var shape: GangShape
    var required: DomainLevel?
    var end = LastEnd()
  }

  /// Counts of rooms, by who asks.
  private struct Stages: Sendable {
    private var eligibilities: [Eligibility?] = []
    private(set) var counts: [RoomCounts] = []

    /// The place of the counts of the nodes that some may have, which reach to where the first of
    /// what is kept are taken.
    mutating func place(
      of eligibility: Eligibility?, upTo stage: Int, of free: borrowing Occupancy,
      _ places: borrowing [Int], _ shelf: borrowing Shelf
    ) -> Int {
      let place = eligibilities.firstIndex { $0 == eligibility } ?? eligibilities.count
      if place == eligibilities.count {
        eligibilities.append(eligibility)
        counts.append(RoomCounts(copy free, on: eligibility))
      }
      while counts[place].count <= stage {
        let next = places[counts[place].count - 1]
        counts[place].append(withholding: shelf.all[next].footprint)
      }
      return place
    }
  }

  private var free: Occupancy

  /// All that is kept.
  private var shelf: Shelf

  /// The places of what is kept of what is free, sorted by when from, of equals the last first:
  /// once a room is asked for. What nobody could have now makes no room smaller.
  private var inTheWay: [Int]?

  /// By how much is in the way: the room, once it was asked for.
  private var rooms: [Occupancy?] = []

  /// The counts of what is free once so many of what is in the way are taken, and before: as far as
  /// anybody has asked, of the nodes that some may have.
  private var stages = Stages()

  /// The same without what some jobs are promised, who stand in order.
  private var others: (yielding: [JobID], places: [Int], stages: Stages)?

  /// By shape, in order.
  private var lastEnds: [Known] = []

  /// By the queue's lanes: the last end, and at which change it was found.
  private var laneEnds: [(change: Int, end: LastEnd)] = []

  /// Another number whenever somebody has taken room, or is promised some, or keeps it no longer.
  private(set) var changes = 0

  init(_ free: Occupancy, keeping shelf: Shelf) {
    self.free = free
    self.shelf = shelf
  }

  /// Whether a gang fits on all that is free, whoever it is kept for.
  func mayFitAnywhere(_ shape: GangShape, afterWaiting wait: TimeSpan) -> Bool {
    free.fits(shape, afterWaiting: wait)
  }

  /// All that is free, whoever it is kept for.
  var all: Occupancy { free }

  /// Keeps an allocation from a time on.
  mutating func keep(_ allocation: Allocation, from: Instant, owner: Owner) {
    shelf.add(allocation, from: from, owner: owner)
    let footprint = shelf.all[shelf.all.count - 1].footprint
    guard inTheWay != nil, free.mayOverlap(footprint) else { return }
    forgetEnds()
    let place = count(before: from)
    inTheWay?.insert(shelf.all.count - 1, at: place)
    rooms.insert(nil, at: place + 1)
    for index in rooms.indices.dropFirst(place + 2) {
      rooms[index]?.withhold(footprint)
    }
  }

  /// No longer keeps what an owner was promised.
  mutating func letGo(owner: Owner) {
    guard let gone = shelf.all.firstIndex(where: { $0.owner == owner && !$0.isGone }) else {
      return
    }
    shelf.all[gone].isGone = true
    guard let place = inTheWay?.firstIndex(of: gone) else { return }
    inTheWay?.remove(at: place)
    forgetEnds()
    rooms.removeLast()
    for index in rooms.indices.dropFirst(place) { rooms[index] = nil }
  }

  /// Somebody starts on what is free.
  mutating func take(_ allocation: Allocation) {
    forgetEnds()
    free.take(allocation)
    for index in rooms.indices { rooms[index]?.withhold(allocation) }
  }

  private mutating func forgetEnds() {
    stages = Stages()
    others = nil
    lastEnds.removeAll(keepingCapacity: true)
    changes += 1
  }

  /// What is kept of what is free, in order.
  private mutating func sort() {
    guard inTheWay == nil else { return }
    let places = shelf.byStart.filter {
      !shelf.all[$0].isGone && free.mayOverlap(shelf.all[$0].footprint)
    }
    inTheWay = places
    rooms = Array(repeating: nil, count: places.count + 1)
  }

  /// The room for who has ended by a time.
  mutating func room(until end: Instant) -> Occupancy {
    sort()
    return room(count(before: end))
  }

  /// The room for who has ended by a time, with what a job is promised itself, and some others are,
  /// who stand in order. O(what is kept · log others) and what of it is in the way
  mutating func room(
    until end: Instant, besides job: JobID, orThoseOf others: [JobID]
  ) -> Occupancy {
    sort()
    var room = free
    for place in inTheWay ?? [] {
      if shelf.all[place].from >= end { break }
      if case .promise(let owner) = shelf.all[place].owner,
        owner == job || others.sortedContains(owner)
      {
        continue
      }
      room.withhold(shelf.all[place].footprint)
    }
    return room
  }

  /// Whether a place of whole accelerators is free until a time, and kept for nobody before; where
  /// it holds anything else, false.
  mutating func isOpen(_ place: Allocation, until end: Instant) -> Bool {
    guard place.hosts.isEmpty, place.shares.isEmpty, free.isFree(place) else { return false }
    sort()
    return (inTheWay ?? []).allSatisfy {
      shelf.all[$0].from >= end || !shelf.all[$0].names(anyOfWhole: place)
    }
  }

  /// Whether a lane's shape, which prefers nothing, fits until a time.
  mutating func fits(_ lane: Int, _ lanes: [ShapeLane], until end: Instant) -> Bool {
    if free.isDecidedByCounts(lanes[lane].shape) {
      return fits(lanes[lane].shape, lanes[lane].alternatives, until: end)
    }
    if laneEnds.count < lanes.count {
      laneEnds += Array(repeating: (-1, LastEnd()), count: lanes.count - laneEnds.count)
    }
    var known = laneEnds[lane].change == changes ? laneEnds[lane].end : LastEnd()
    let fits = search(lanes[lane].shape, waited: .zero, until: end, &known)
    laneEnds[lane] = (changes, known)
    return fits
  }

  /// Whether a gang fits until a time; what it prefers is required until it has waited.
  mutating func fits(_ shape: GangShape, until end: Instant, waited: TimeSpan) -> Bool {
    if free.isDecidedByCounts(shape) { return fits(shape, shape.alternatives, until: end) }
    let required = shape.closeness.required(afterWaiting: waited)
    let place = place(of: shape, required)
    if place == lastEnds.count || lastEnds[place].shape != shape
      || lastEnds[place].required != required
    {
      lastEnds.insert(Known(shape: shape, required: required), at: place)
    }
    var known = lastEnds[place].end
    let fits = search(shape, waited: waited, until: end, &known)
    lastEnds[place].end = known
    return fits
  }

  /// Whether a gang fits until a time, as counts of its alternatives decide.
  private mutating func fits(
    _ shape: GangShape, _ alternatives: [Eligibility?], until end: Instant
  ) -> Bool {
    guard free.mayFit(shape) else { return false }
    sort()
    let stage = count(before: end)
    return alternatives.contains { eligibility in
      let place = countsPlace(on: eligibility, upTo: stage)
      return stages.counts[place].fits(shape, at: stage)
    }
  }

  /// Whether a gang fits until a time, by what is known of its last end, or finds out.
  ///
  /// Most gangs that wait do not fit however soon they end: the room of the time asked for is
  /// looked at first; where the gang fits in it, and a later time is asked for, its last end is
  /// found by bisection.
  private mutating func search(
    _ shape: GangShape, waited: TimeSpan, until end: Instant, _ known: inout LastEnd
  ) -> Bool {
    if end <= known.fits { return true }
    if let fails = known.fails, end >= fails { return false }
    sort()
    let stage = count(before: end)
    if free.isBoundedByCounts(shape) {
      let place = countsPlace(on: shape.eligibility, upTo: stage)
      guard stages.counts[place].mayFit(shape, at: stage, besides: 0) else {
        known.fails = end
        return false
      }
    }
    guard room(0).fits(shape, afterWaiting: waited) else {
      known.fails = .distantPast
      return false
    }
    guard stage == 0 || room(stage).fits(shape, afterWaiting: waited) else {
      known.fails = end
      return false
    }
    let places = inTheWay ?? []
    func lastEnd(_ stage: Int) -> Instant {
      // Whoever ends when something is kept from then on is not in its way.
      stage == places.count ? .distantFuture : shelf.all[places[stage]].from
    }
    guard known.fits > .distantPast else {
      known.fits = lastEnd(stage)
      return true
    }
    // The largest room of those that are too small begins after the last that is large enough.
    var (low, high) = (stage, places.count)
    while low < high {
      let middle = (low + high + 1) / 2
      if room(middle).fits(shape, afterWaiting: waited) {
        low = middle
      } else {
        high = middle - 1
      }
    }
    known.fits = lastEnd(low)
    known.fails = low == places.count ? nil : known.fits + TimeSpan(milliseconds: 1)
    return true
  }

  /// The place of the counts of what is free once so many of what is in the way are taken, and
  /// before, of the nodes that some may have.
  private mutating func countsPlace(on eligibility: Eligibility?, upTo stage: Int) -> Int {
    stages.place(of: eligibility, upTo: stage, of: free, inTheWay ?? [], shelf)
  }

  /// Whether a gang may fit until a time where it is promised some of what is free itself; false is
  /// sure. O(slices of the promise) once the stages are counted
  mutating func mayFit(
    _ shape: GangShape, until end: Instant, besides promised: Allocation
  ) -> Bool {
    guard free.isBoundedByCounts(shape) else { return true }
    sort()
    let stage = count(before: end)
    let place = countsPlace(on: shape.eligibility, upTo: stage)
    let own = free.nodesFree(of: promised)
    return stages.counts[place].mayFit(shape, at: stage, besides: own)
  }

  /// On how many nodes a member of a gang may have room until a time, with what a job is promised
  /// itself, and some others are, who stand in order: not on more; nil where counts don't tell.
  /// O(what is kept of what is free), and O(its slices) once for all who ask for the same others
  mutating func mostNodes(
    for shape: GangShape, until end: Instant, besides job: JobID, orThoseOf yielding: [JobID]
  ) -> Int? {
    guard free.isBoundedByCounts(shape) else { return nil }
    sort()
    if others?.yielding != yielding {
      let places = (inTheWay ?? []).filter { place in
        guard case .promise(let owner) = shelf.all[place].owner else { return true }
        return !yielding.sortedContains(owner)
      }
      others = (yielding, places, Stages())
    }
    let places = others?.places ?? []
    let stage = places.partitioningIndex { shelf.all[$0].from >= end }
    guard
      let place = others?.stages.place(of: shape.eligibility, upTo: stage, of: free, places, shelf),
      let most = others?.stages.counts[place].nodes(for: shape, at: stage)
    else { return nil }
    var own = 0
    for place in places[..<stage] where shelf.all[place].owner == .promise(job) {
      own = free.nodesFree(of: shelf.all[place].footprint.allocation)
    }
    return most + own
  }

  /// The first promise or window that is in the way of who ends by a time.
  func firstKept(before end: Instant) -> (owner: Owner, from: Instant)? {
    var first: Int?
    for index in shelf.all.indices where shelf.all[index].from < end && !shelf.all[index].isGone {
      if case .claim = shelf.all[index].owner { continue }
      if let first, shelf.all[index].from > shelf.all[first].from { continue }
      first = index
    }
    return first.map { (shelf.all[$0].owner, shelf.all[$0].from) }
  }

  private mutating func room(_ count: Int) -> Occupancy {
    if let room = rooms[count] { return room }
    var known = count
    while known > 0, rooms[known] == nil { known -= 1 }
    var room = rooms[known] ?? free
    for place in (inTheWay ?? [])[known..<count] { room.withhold(shelf.all[place].footprint) }
    rooms[count] = room
    return room
  }

  /// How many things are kept from before a time.
  private func count(before end: Instant) -> Int {
    let places = inTheWay ?? []
    var (low, high) = (0, places.count)
    while low < high {
      let middle = (low + high) / 2
      if shelf.all[places[middle]].from < end { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func place(of shape: GangShape, _ required: DomainLevel?) -> Int {
    var (low, high) = (0, lastEnds.count)
    while low < high {
      let middle = (low + high) / 2
      let entry = lastEnds[middle]
      if entry.shape < shape
        || entry.shape == shape
          && (entry.required?.rawValue ?? 0, entry.required == nil ? 0 : 1)
            < (required?.rawValue ?? 0, required == nil ? 0 : 1)
      {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }
}
