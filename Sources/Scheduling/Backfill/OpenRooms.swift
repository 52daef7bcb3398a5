import Fleet
import Units

/// What is free now and stays open until a time: nobody is promised it before, and no window keeps
/// it.
///
/// A job that ends by then may have it. What is kept is sorted by when from: the k-th room is what
/// is free less the first k of them, and the later a job ends the smaller the room it may have. So
/// each shape has a last end with which it fits, which is found by bisection and remembered; of the
/// rooms only those are made that are asked for.
///
/// Complexity: a room O(what is kept before its end · nodes each), once; the last end of a shape
/// O(log kept) rooms, once until something is taken.
struct OpenRooms: Sendable {
  /// For whom, or why, something is kept.
  enum Owner: Hashable, Sendable {
    /// A job was promised it.
    case promise(JobID)
    /// A job has a claim to it.
    case claim(ClaimID)
    /// A window by this name.
    case window(String)
  }

  /// Something kept from a time on.
  private struct Kept: Sendable {
    var from: Instant
    var allocation: Allocation
    var owner: Owner
  }

  private struct LastEnd: Sendable {
    var shape: GangShape
    var required: DomainLevel?
    var end: Instant
  }

  private var free: Occupancy
  private var kept: [Kept] = []

  /// By how much is kept: the room, once it was asked for.
  private var rooms: [Occupancy?] = [nil]

  /// By shape, in order.
  private var lastEnds: [LastEnd] = []

  init(_ free: Occupancy) { self.free = free }

  /// All that is free, whoever it is kept for.
  var all: Occupancy { free }

  /// Keeps an allocation from a time on.
  mutating func keep(_ allocation: Allocation, from: Instant, owner: Owner) {
    let place = count(before: from)
    kept.insert(Kept(from: from, allocation: allocation, owner: owner), at: place)
    rooms.insert(nil, at: place + 1)
    for index in rooms.indices.dropFirst(place + 2) {
      rooms[index]?.withhold(allocation)
    }
    lastEnds.removeAll(keepingCapacity: true)
  }

  /// No longer keeps what an owner was promised.
  mutating func letGo(owner: Owner) {
    guard let place = kept.firstIndex(where: { $0.owner == owner }) else { return }
    kept.remove(at: place)
    rooms.removeLast()
    for index in rooms.indices.dropFirst(place) { rooms[index] = nil }
    lastEnds.removeAll(keepingCapacity: true)
  }

  /// Somebody starts on what is free.
  mutating func take(_ allocation: Allocation) {
    free.take(allocation)
    for index in rooms.indices { rooms[index]?.withhold(allocation) }
    lastEnds.removeAll(keepingCapacity: true)
  }

  /// The room for who has ended by a time.
  mutating func room(until end: Instant) -> Occupancy { room(count(before: end)) }

  /// The latest time by which a gang would have to end that starts now; nil where it does not fit.
  mutating func lastEnd(of shape: GangShape, waited: TimeSpan) -> Instant? {
    let required = shape.closeness.required(afterWaiting: waited)
    let place = place(of: shape, required)
    if place < lastEnds.count, lastEnds[place].shape == shape,
      lastEnds[place].required == required
    {
      let end = lastEnds[place].end
      return end == .distantPast ? nil : end
    }
    var end = Instant.distantPast
    if free.fits(shape, afterWaiting: waited), room(0).fits(shape, afterWaiting: waited) {
      // The largest room of those that are too small begins after the last that is large enough.
      var (low, high) = (0, kept.count)
      while low < high {
        let middle = (low + high + 1) / 2
        if room(middle).fits(shape, afterWaiting: waited) {
          low = middle
        } else {
          high = middle - 1
        }
      }
      // Whoever ends when something is kept from then on is not in its way.
      end = low == kept.count ? .distantFuture : kept[low].from
    }
    lastEnds.insert(LastEnd(shape: shape, required: required, end: end), at: place)
    return end == .distantPast ? nil : end
  }

  /// The first promise or window that is in the way of who ends by a time.
  func firstKept(before end: Instant) -> (owner: Owner, from: Instant)? {
    kept.first { keep in
      guard keep.from < end else { return false }
      if case .claim = keep.owner { return false }
      return true
    }.map { ($0.owner, $0.from) }
  }

  private mutating func room(_ count: Int) -> Occupancy {
    if let room = rooms[count] { return room }
    var known = count
    while known > 0, rooms[known] == nil { known -= 1 }
    var room = rooms[known] ?? free
    for keep in kept[known..<count] { room.withhold(keep.allocation) }
    rooms[count] = room
    return room
  }

  /// How many things are kept from before a time.
  private func count(before end: Instant) -> Int {
    var (low, high) = (0, kept.count)
    while low < high {
      let middle = (low + high) / 2
      if kept[middle].from < end { low = middle + 1 } else { high = middle }
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
