public import Fleet
public import Units

/// Which members a gang consists of that has changed its size, and which of them are leaving.
///
/// A member keeps its number for the whole of an attempt, and no number is given twice: agents
/// create each member of an attempt once.
///
/// ```
///   as it started ──letGo──▶ some are leaving ──resized──▶ smaller
///         └─────────────────────────┴────────────resized──▶ larger
/// ```
public struct GangMembers: Hashable, Sendable {
  /// The number of each slice's member, in the order of the allocation's slices.
  public private(set) var numbers: [UInt32]

  /// The number that the next new member gets.
  public private(set) var next: UInt32

  /// How often it was told to be smaller or larger.
  public private(set) var resizes: UInt32 = 0

  /// What it holds once those who are leaving are gone; nil: nobody is.
  public private(set) var keeps: Allocation?

  /// The members of a gang as it was started.
  public init(count: Int) {
    numbers = (0..<UInt32(count)).map { $0 }
    next = UInt32(count)
  }

  /// What was known before a restart; nil where it can't have been.
  public init?(
    restoring numbers: [UInt32], next: UInt32, resizes: UInt32, keeps: Allocation?
  ) {
    let sorted = numbers.sorted()
    guard resizes > 0, zip(sorted, sorted.dropFirst()).allSatisfy({ $0 < $1 }),
      sorted.last.map({ $0 < next }) ?? true
    else { return nil }
    (self.numbers, self.next, self.resizes, self.keeps) = (numbers, next, resizes, keeps)
  }

  /// It is told to hold no more than this.
  public mutating func letGo(keeping allocation: Allocation) {
    precondition(keeps == nil, "told to be smaller while some are leaving")
    keeps = allocation
    resizes += 1
  }

  /// It holds something else: who stays keeps the number, and whoever is new gets the next.
  ///
  /// Those who were leaving stay gone, though their nodes may be held again.
  /// O(members · log members)
  public mutating func resized(from old: Allocation, to allocation: Allocation) {
    let known = zip(old.slices, numbers).map { (node: $0.node, number: $1) }
      .sorted { $0.node < $1.node }
    let kept = keeps.map { keeps in keeps.slices.map(\.node).sorted() }
    if keeps != allocation { resizes += 1 }
    keeps = nil
    numbers = allocation.slices.map { slice in
      let place = known.partitioningIndex { $0.node >= slice.node }
      if place < known.count, known[place].node == slice.node,
        kept.map({ $0.sortedContains(slice.node) }) ?? true
      {
        return known[place].number
      }
      defer { next += 1 }
      return next
    }
  }
}

extension JobLifecycle.Run {
  /// The number of each slice's member: its place in the gang, until that changes its size.
  public var memberNumbers: GangMembers {
    members ?? GangMembers(count: allocation.slices.count)
  }

  /// Whether the member on a node is leaving. O(members)
  public func isLeaving(_ node: NodeID) -> Bool {
    members?.keeps.map { keeps in !keeps.slices.contains { $0.node == node } } ?? false
  }
}
