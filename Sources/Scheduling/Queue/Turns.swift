import Units

/// A class, or a promised job, that comes up in a pass, and where it stands.
struct Turn: Comparable, Sendable {
  var key: FairOrder.Key
  /// The class's slot, or -1 for a promised job.
  var slot: Int
  /// Whether it can't start, but be promised a start if any promise is left.
  var seeksPromise = false

  static func < (a: Turn, b: Turn) -> Bool { a.key < b.key }
}

/// The turns of a pass, first come the least.
///
/// Those that only seek a promise may be thousands where one promise is to be had: they are put in
/// order only as far as they are asked for, O(n) for all and O(log n) for each, and are forgotten
/// together once no promise is left.
struct Turns {
  private var ready = BinaryHeap<Turn>()
  private var seekers = BinaryHeap<Turn>()
  private var unsorted: [Turn] = []
  private var tiers: [Int] = []

  var isEmpty: Bool { ready.isEmpty && seekers.isEmpty && unsorted.isEmpty }

  mutating func insert(_ turn: Turn) {
    if turn.seeksPromise { seekers.insert(turn) } else { ready.insert(turn) }
  }

  /// Adds one that seeks a promise, before any is popped.
  mutating func add(seeker: Turn, tier: Int) {
    unsorted.append(seeker)
    if !tiers.contains(tier) { tiers.append(tier) }
  }

  /// The next; those that seek a promise only while any tier of theirs has one left.
  mutating func popFirst(_ room: TierSlots) -> Turn? {
    if !unsorted.isEmpty {
      seekers = BinaryHeap(unsorted)
      unsorted = []
    }
    if let seeker = seekers.first {
      if !tiers.contains(where: room.has) {
        seekers = BinaryHeap()
      } else if ready.first.map({ seeker < $0 }) ?? true {
        return seekers.popFirst()
      }
    }
    return ready.popFirst()
  }
}
