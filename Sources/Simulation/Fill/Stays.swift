import Fleet
import Units

/// Who is there, or would be if it had not been refused, and when each of them leaves.
struct Stays {
  /// One of those who come and go.
  struct Stay {
    /// What it asked for.
    var asked: Int
    /// What it holds; nil where it was refused.
    var allocation: Allocation?
  }

  private struct End: Comparable {
    var at: Int
    /// Where it stands in `stays`.
    var place: Int

    static func < (a: Self, b: Self) -> Bool { (a.at, a.place) < (b.at, b.place) }
  }

  private var stays: [Stay] = []
  private var freed: [Int] = []
  private var ends = BinaryHeap<End>()

  /// Somebody comes, and leaves at a time. O(log of those who are there)
  mutating func add(_ stay: Stay, until end: Int) {
    let place = freed.popLast() ?? stays.count
    if place == stays.count { stays.append(Stay(asked: 0)) }
    stays[place] = stay
    ends.insert(End(at: end, place: place))
  }

  /// The next who leaves by a time; nil where nobody does. O(log of those who are there)
  mutating func takeNext(by time: Int) -> (at: Int, stay: Stay)? {
    guard let end = ends.first, end.at <= time else { return nil }
    _ = ends.popFirst()
    let stay = stays[end.place]
    stays[end.place].allocation = nil
    freed.append(end.place)
    return (end.at, stay)
  }
}
