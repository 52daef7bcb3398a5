import Units

/// A class, or a promised job, that comes up in a pass, and where it stands.
struct Turn: Comparable, Sendable {
  var key: FairOrder.Key
  /// The class's slot, or -1 for a promised job.
  var slot: Int
  /// Whether it can't start, but be promised a start if any promise is left, or reclaim room.
  var seeksPromise = false

  static func < (a: Turn, b: Turn) -> Bool { a.key < b.key }
}

/// The turns of a pass, first come the least.
///
/// Those that only seek a promise may be thousands where one promise is to be had: they are put in
/// order only as far as they are asked for, O(n) for all and O(log n) for each, and are forgotten
/// together once no promise is left. Who may reclaim room is not among them.
struct Turns {
  /// Whether a job within its member's entitlement may make others go.
  private let mayReclaim: Bool

  private var ready = BinaryHeap<Turn>()
  private var seekers = BinaryHeap<Turn>()
  private var unsorted: [Turn] = []
  private var tiers: [Int] = []

  /// The slots of those that are not tried, as others lend them nothing, while sites can feed them:
  /// where power runs short first, that is in their way.
  var fed: [Int] = []

  init(mayReclaim: Bool) { self.mayReclaim = mayReclaim }

  var isEmpty: Bool { ready.isEmpty && seekers.isEmpty && unsorted.isEmpty }

  /// Adds one, before any is popped.
  mutating func add(_ turn: Turn) {
    guard onlySeeks(turn) else { return ready.insert(turn) }
    unsorted.append(turn)
    note(turn)
  }

  /// Puts one back whose place has changed.
  mutating func insert(_ turn: Turn) {
    guard onlySeeks(turn) else { return ready.insert(turn) }
    seekers.insert(turn)
    note(turn)
  }

  private func onlySeeks(_ turn: Turn) -> Bool {
    turn.seeksPromise && !(mayReclaim && turn.key.deficit > 0)
  }

  private mutating func note(_ seeker: Turn) {
    if !tiers.contains(seeker.key.tier) { tiers.append(seeker.key.tier) }
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
