import Units

/// How many nodes of a pool are free over time: a step function of counts.
///
/// Nodes of a pool stand for each other, and each is held by one job at a time: as long as no
/// instant is overbooked, promises can be given nodes in the order of their starts.
struct PoolTimeline: Sendable {
  private(set) var starts: [Instant] = [.distantPast]
  private(set) var free: [Int]
  private let capacity: Int

  /// From when and until when each node is held by who is bound to it: by who runs there.
  private var bound: [(start: Instant, end: Instant)]

  private var isOut: [Bool]
  private var nodesOut = 0

  /// A pool of which everything is free for ever.
  init(nodes: Int) {
    capacity = nodes
    free = [nodes]
    bound = Array(repeating: (.distantPast, .distantPast), count: nodes)
    isOut = Array(repeating: false, count: nodes)
  }

  /// Forgets what was before `now`.
  mutating func advance(to now: Instant) {
    var past = 0
    while past + 1 < starts.count, starts[past + 1] <= now { past += 1 }
    guard past > 0 else { return }
    starts.removeFirst(past)
    starts[0] = .distantPast
    free.removeFirst(past)
  }

  /// Holds or releases so many nodes, whichever they are.
  mutating func change(_ nodes: Int, from: Instant, to: Instant, _ change: TimelineChange) {
    guard from < to, nodes > 0 else { return }
    add(change == .hold ? -nodes : nodes, from: from, to: to)
  }

  /// Holds or releases the nodes of who runs; a node that is out of service is not there to be
  /// counted.
  mutating func change(bound nodes: [Int], from: Instant, to: Instant, _ change: TimelineChange) {
    guard from < to else { return }
    var count = 0
    for node in nodes {
      bound[node] = change == .hold ? (from, to) : (bound[node].start, from)
      if !isOut[node] { count += 1 }
    }
    self.change(count, from: from, to: to, change)
  }

  /// Takes a node out of service, or back: for when it is not held anyway.
  mutating func setOut(_ isOut: Bool, _ node: Int) {
    guard self.isOut[node] != isOut else { return }
    self.isOut[node] = isOut
    nodesOut += isOut ? 1 : -1
    let (start, end) = bound[node]
    guard start < end else {
      add(isOut ? -1 : 1, from: .distantPast, to: .distantFuture)
      return
    }
    add(isOut ? -1 : 1, from: .distantPast, to: start)
    add(isOut ? -1 : 1, from: end, to: .distantFuture)
  }

  /// The start of the earliest window in which so many nodes are free throughout. O(segments)
  func earliestFit(
    of nodes: Int, for span: TimeSpan, from now: Instant, before bound: Instant
  ) -> Instant? {
    var segment = 0
    while segment < starts.count {
      let start = max(starts[segment], now)
      guard start < bound else { return nil }
      let isPast = segment + 1 < starts.count && starts[segment + 1] <= now
      guard !isPast, segment == 0 || starts[segment] <= now || free[segment] > free[segment - 1]
      else {
        segment += 1
        continue
      }
      let end = start + span
      var last = segment
      while free[last] >= nodes, last + 1 < starts.count, starts[last + 1] < end { last += 1 }
      if free[last] >= nodes { return start }
      segment = last + 1
    }
    return nil
  }

  private mutating func add(_ nodes: Int, from: Instant, to: Instant) {
    guard from < to else { return }
    let first = seam(at: from)
    let end = to == .distantFuture ? starts.count : seam(at: to)
    for segment in first..<end {
      free[segment] += nodes
      // Promises made before a node broke may want more than is left: they are to be made anew.
      precondition(
        (-nodesOut...capacity).contains(free[segment]), "the profile is overbooked")
    }
    mergeIfEqual(end)
    mergeIfEqual(first)
  }

  private mutating func seam(at instant: Instant) -> Int {
    var low = 0
    var high = starts.count
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] < instant { low = middle + 1 } else { high = middle }
    }
    if low < starts.count, starts[low] == instant { return low }
    starts.insert(instant, at: low)
    free.insert(free[low - 1], at: low)
    return low
  }

  private mutating func mergeIfEqual(_ segment: Int) {
    guard segment > 0, segment < starts.count, free[segment] == free[segment - 1] else { return }
    starts.remove(at: segment)
    free.remove(at: segment)
  }
}

extension PoolTimeline: Equatable {
  static func == (a: PoolTimeline, b: PoolTimeline) -> Bool {
    a.starts == b.starts && a.free == b.free && a.isOut == b.isOut
  }
}
