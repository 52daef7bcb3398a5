import Fleet
import Jobs
import Units

/// The classes of one shape, by their time limits: those that may start before a promise are the
/// first of them.
struct ShapeLane: Sendable {
  let shape: GangShape

  /// The slots, the shortest limit first.
  private(set) var slots: [(limit: TimeSpan, slot: Int)] = []

  init(shape: GangShape) { self.shape = shape }

  mutating func insert(_ slot: Int, _ limit: TimeSpan) {
    slots.insert((limit, slot), at: place(of: limit))
  }

  mutating func remove(_ slot: Int, _ limit: TimeSpan) {
    var place = place(of: limit)
    while slots[place].slot != slot { place += 1 }
    slots.remove(at: place)
  }

  private func place(of limit: TimeSpan) -> Int {
    var (low, high) = (0, slots.count)
    while low < high {
      let middle = (low + high) / 2
      if slots[middle].limit < limit { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// How a class stands, in few bytes.
struct Mark: Hashable, Sendable {
  enum Standing: UInt8, Hashable, Sendable {
    /// Nobody knows yet whether its first job may start.
    case untried
    /// Room was lacking when it was tried: its shape and limit say when to try again.
    case lacksRoom
    /// There was room that others did not lend it: where the room goes, it lacks room instead.
    case notLent
    /// Something else was in the way, or room of another kind.
    case barred
    /// No job is left in it.
    case gone
  }

  var standing: Standing
  /// Whether a promise would help it.
  var wantsPromise: Bool
  var tier: Int32

  init(_ cause: Verdict?, tier: Int, _ key: ClassKey) {
    let isInWindow = key.terms?.window != nil
    self.tier = Int32(tier)
    wantsPromise = cause?.isAboutRoom == true && !isInWindow
    standing =
      switch cause?.kind {
      case nil: .untried
      case .noRoom, .wouldDelay, .window, .claims: isInWindow ? .barred : .lacksRoom
      case .borrowing: isInWindow ? .barred : .notLent
      default: .barred
      }
  }
}
