import Fleet
import Units

/// What is free now and stays open until a time: nobody is promised it before, and no window keeps
/// it.
///
/// A job that ends by then may have it. There are as many different rooms as starts of promises;
/// those that are asked for are kept, each for the ends for which it holds.
struct OpenRooms: Sendable {
  /// Something kept from a time on.
  private struct Kept: Sendable {
    var from: Instant
    var allocation: Allocation
    var owner: Owner
  }

  /// For whom, or why, something is kept.
  enum Owner: Hashable, Sendable {
    /// A job was promised it.
    case promise(JobID)
    /// A job has a claim to it.
    case claim(ClaimID)
    /// A window by this name.
    case window(String)
  }

  private struct Room: Sendable {
    /// It holds for ends after `after` and up to `until`.
    var after: Instant
    var until: Instant
    var occupancy: Occupancy
  }

  private var free: Occupancy
  private var kept: [Kept] = []
  private var rooms: [Room] = []

  init(_ free: Occupancy) { self.free = free }

  /// All that is free, whoever it is kept for.
  var all: Occupancy { free }

  /// Keeps an allocation from a time on.
  mutating func keep(_ allocation: Allocation, from: Instant, owner: Owner) {
    var place = kept.count
    while place > 0, from < kept[place - 1].from { place -= 1 }
    kept.insert(Kept(from: from, allocation: allocation, owner: owner), at: place)
    for index in rooms.indices {
      if rooms[index].after >= from {
        rooms[index].occupancy.withhold(allocation)
      } else if rooms[index].until > from {
        rooms[index].until = from
      }
    }
  }

  /// No longer keeps what an owner was promised.
  mutating func letGo(owner: Owner) {
    kept.removeAll { $0.owner == owner }
    rooms.removeAll()
  }

  /// Somebody starts on what is free.
  mutating func take(_ allocation: Allocation) {
    free.take(allocation)
    for index in rooms.indices { rooms[index].occupancy.withhold(allocation) }
  }

  /// The room for who has ended by a time.
  mutating func room(until end: Instant) -> Occupancy {
    for room in rooms where room.after < end && end <= room.until { return room.occupancy }
    var occupancy = free
    var after = Instant.distantPast
    var until = Instant.distantFuture
    for keep in kept {
      guard keep.from < end else {
        until = keep.from
        break
      }
      after = keep.from
      occupancy.withhold(keep.allocation)
    }
    rooms.append(Room(after: after, until: until, occupancy: occupancy))
    return occupancy
  }

  /// Who keeps most of what a job would need until a time: the first promise that is in its way.
  func firstKept(before end: Instant) -> (owner: Owner, from: Instant)? {
    kept.first { keep in
      guard keep.from < end else { return false }
      if case .claim = keep.owner { return false }
      return true
    }.map { ($0.owner, $0.from) }
  }
}
