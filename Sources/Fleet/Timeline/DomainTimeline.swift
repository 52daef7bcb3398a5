import Units

/// What is free of one domain over time: a step function that only the gangs on it touch.
///
/// A domain here is a leaf or a block, or a run of nodes inside one that is too large for a quick
/// look; where the fleet is flat, just such a run. Shape: segment i lasts from `starts[i]`, the
/// first one since always, to `starts[i + 1]`, the last one for ever; it has a row of the free map,
/// and one of hosts and one of accelerators' parts where those are counted.
///
/// Invariants, checked by `checkInvariants()`: two segments in a row differ; `free` and `idle`
/// count what the rows say; outside its own nodes a row's bits are clear.
struct DomainTimeline: Sendable {
  /// Its nodes, at most 64.
  let nodes: Range<Int>

  /// The words of the fleet's map in which its nodes lie; others may share the first and the last.
  let words: Range<Int>

  /// Its accelerators, numbered as the fleet's are.
  let devices: Range<Int>

  /// The innermost domain of the fleet around it, or nil in a flat fleet.
  let domain: Int?

  private(set) var starts: [Instant]

  /// The free bits: `words.count` a segment.
  private(set) var maps: [UInt64]

  /// What is free of the hosts: `nodes.count` a segment; empty where no host is counted.
  private(set) var hosts: [HostShare]

  /// What is left of each accelerator: `devices.count` a segment; empty where none is shared.
  private(set) var residuals: [UInt16]

  /// How many accelerators are free in a segment: a filter.
  private(set) var free: [Int32]

  /// How many nodes are wholly free in a segment: a filter.
  private(set) var idle: [Int32]

  /// The nodes that take no work, and those kept for a reservation: bit i is the i-th node.
  var outOfService: UInt64 = 0
  var reserved: UInt64 = 0

  /// A part of a fleet of which everything is free.
  init(_ nodes: Range<Int>, of fleet: Occupancy) {
    let topology = fleet.topology
    let fields = topology.acceleratorFields
    self.nodes = nodes
    let widths = nodes.reduce(0) { $0 + Int(fields[$1].width) }
    let first = Int(topology.firstDevices[nodes.lowerBound])
    devices = first..<first + widths
    domain = topology.nodes[nodes.lowerBound].domain
    let filled = nodes.filter { fields[$0].width > 0 }
    if let first = filled.first, let last = filled.last {
      words = Int(fields[first].word)..<Int(fields[last].word) + 1
    } else {
      words = 0..<0
    }
    var map = Array(repeating: UInt64(0), count: words.count)
    for node in filled {
      map[Int(fields[node].word) - words.lowerBound] |=
        fields[node].ones << UInt64(fields[node].shift)
    }
    starts = [.distantPast]
    maps = map
    hosts = fleet.freeHosts.isEmpty ? [] : Array(fleet.freeHosts[nodes])
    residuals = fleet.residuals.isEmpty ? [] : Array(fleet.residuals[devices])
    free = [Int32(widths)]
    idle = [Int32(nodes.count)]
  }

  /// The segment in which an instant lies. O(log segments)
  func segment(at instant: Instant) -> Int {
    var low = 0
    var high = starts.count
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] <= instant { low = middle + 1 } else { high = middle }
    }
    return max(0, low - 1)
  }

  /// Forgets what was before `now`; says what the segments that are over were followed by.
  mutating func advance(to now: Instant) -> TimelinePassage {
    let past = segment(at: now)
    guard past > 0 else { return .nothing }
    var hasGained = !hosts.isEmpty || !residuals.isEmpty
    for place in words.count..<(past + 1) * words.count
    where maps[place] & ~maps[place - words.count] != 0 {
      hasGained = true
    }
    starts.removeFirst(past)
    starts[0] = .distantPast
    maps.removeFirst(past * words.count)
    free.removeFirst(past)
    idle.removeFirst(past)
    if !hosts.isEmpty { hosts.removeFirst(past * nodes.count) }
    if !residuals.isEmpty { residuals.removeFirst(past * devices.count) }
    return hasGained ? .more : .less
  }

  // MARK: Holding and releasing

  /// The segments of a window, whose ends become seams; `close` takes away those that part nothing.
  mutating func open(from: Instant, to: Instant) -> Range<Int> {
    let first = seam(at: from)
    return first..<(to == .distantFuture ? starts.count : seam(at: to))
  }

  mutating func close(_ segments: Range<Int>) {
    mergeIfEqual(segments.upperBound)
    mergeIfEqual(segments.lowerBound)
  }

  private mutating func seam(at instant: Instant) -> Int {
    let before = segment(at: instant)
    if starts[before] == instant { return before }
    let new = before + 1
    starts.insert(instant, at: new)
    free.insert(free[before], at: new)
    idle.insert(idle[before], at: new)
    maps.repeatRow(before, of: words.count)
    hosts.repeatRow(before, of: nodes.count)
    residuals.repeatRow(before, of: devices.count)
    return new
  }

  private mutating func mergeIfEqual(_ segment: Int) {
    guard segment > 0, segment < starts.count, free[segment] == free[segment - 1],
      maps.rowsAreEqual(segment, of: words.count), hosts.rowsAreEqual(segment, of: nodes.count),
      residuals.rowsAreEqual(segment, of: devices.count)
    else { return }
    starts.remove(at: segment)
    free.remove(at: segment)
    idle.remove(at: segment)
    maps.removeRow(segment, of: words.count)
    hosts.removeRow(segment, of: nodes.count)
    residuals.removeRow(segment, of: devices.count)
  }

  /// Takes accelerators of a node, or gives them back, in some segments.
  mutating func change(
    _ accelerators: UInt64, of node: Int, in segments: Range<Int>, _ change: TimelineChange,
    _ topology: Topology
  ) {
    guard accelerators != 0 else { return }
    let field = topology.acceleratorFields[node]
    let word = Int(field.word) - words.lowerBound
    let bits = accelerators << UInt64(field.shift)
    let ones = field.ones << UInt64(field.shift)
    let count = Int32(accelerators.nonzeroBitCount)
    for segment in segments {
      let place = segment &* words.count &+ word
      let here = maps[place]
      switch change {
      case .hold:
        precondition(here & bits == bits, "the profile is overbooked")
        if here & ones == ones, isHostFree(node, segment, topology) { idle[segment] -= 1 }
        free[segment] -= count
      case .release:
        precondition(here & bits == 0, "the profile releases what is free")
        if (here | bits) & ones == ones, isHostFree(node, segment, topology) { idle[segment] += 1 }
        free[segment] += count
      }
      maps[place] = here ^ bits
    }
    guard !residuals.isEmpty else { return }
    let whole = topology.nodeTypes[topology.nodes[node].type].sharing.whole
    let first = Int(topology.firstDevices[node]) - devices.lowerBound
    for segment in segments {
      var rest = accelerators
      while rest != 0 {
        let device = segment * devices.count + first + rest.trailingZeroBitCount
        residuals[device] = change == .hold ? 0 : whole
        rest &= rest - 1
      }
    }
  }

  /// Takes a part of a node's host, or gives it back, in some segments.
  mutating func change(
    _ host: HostShare, of node: Int, in segments: Range<Int>, _ change: TimelineChange,
    _ topology: Topology
  ) {
    guard !hosts.isEmpty, !host.isEmpty else { return }
    for segment in segments {
      let place = segment * nodes.count + node - nodes.lowerBound
      let wasIdle = isIdle(node, segment, topology)
      if change == .hold { hosts[place] -= host } else { hosts[place] += host }
      precondition(
        hosts[place].covers(.none) && topology.fullHost(of: node).covers(hosts[place]),
        "the profile is overbooked")
      idle[segment] += (isIdle(node, segment, topology) ? 1 : 0) - (wasIdle ? 1 : 0)
    }
  }

  /// Takes a part of an accelerator, or gives it back, in some segments.
  mutating func change(
    _ hold: DeviceHold, of node: Int, in segments: Range<Int>, _ change: TimelineChange,
    _ topology: Topology
  ) {
    let sharing = topology.nodeTypes[topology.nodes[node].type].sharing
    let field = topology.acceleratorFields[node]
    let word = Int(field.word) - words.lowerBound
    let bit = UInt64(1) << UInt64(field.shift + hold.device)
    let device = Int(topology.firstDevices[node]) + Int(hold.device) - devices.lowerBound
    for segment in segments {
      let place = segment * devices.count + device
      let wasIdle = isIdle(node, segment, topology)
      let before = residuals[place]
      let after = sharing.residual(before, after: change, of: hold.amount)
      residuals[place] = after
      if before == sharing.whole { free[segment] -= 1 }
      if after == sharing.whole {
        free[segment] += 1
        maps[segment * words.count + word] |= bit
      } else {
        maps[segment * words.count + word] &= ~bit
      }
      idle[segment] += (isIdle(node, segment, topology) ? 1 : 0) - (wasIdle ? 1 : 0)
    }
  }

  private func isHostFree(_ node: Int, _ segment: Int, _ topology: Topology) -> Bool {
    hosts.isEmpty
      || hosts[segment * nodes.count + node - nodes.lowerBound] == topology.fullHost(of: node)
  }

  /// Whether nothing of a node is held in a segment.
  func isIdle(_ node: Int, _ segment: Int, _ topology: Topology) -> Bool {
    let field = topology.acceleratorFields[node]
    guard field.width > 0 else { return isHostFree(node, segment, topology) }
    let word = maps[segment * words.count + Int(field.word) - words.lowerBound]
    return word >> UInt64(field.shift) & field.ones == field.ones
      && isHostFree(node, segment, topology)
  }

  func checkInvariants(_ topology: Topology) {
    precondition(starts[0] == .distantPast, "a timeline begins late")
    for segment in starts.indices {
      let row = maps[segment * words.count..<(segment + 1) * words.count]
      precondition(
        free[segment] == row.reduce(0) { $0 + Int32($1.nonzeroBitCount) }, "free is miscounted")
      let idleNodes = nodes.filter { isIdle($0, segment, topology) }
      precondition(idle[segment] == idleNodes.count, "idle nodes are miscounted")
      guard segment > 0 else { continue }
      precondition(starts[segment - 1] < starts[segment], "segments out of order")
      precondition(
        !maps.rowsAreEqual(segment, of: words.count)
          || !hosts.rowsAreEqual(segment, of: nodes.count)
          || !residuals.rowsAreEqual(segment, of: devices.count), "a seam parts nothing")
    }
  }
}

extension DomainTimeline: Equatable {}

/// What has come to pass on a timeline since somebody looked last.
public enum TimelinePassage: Int, Comparable, Sendable {
  /// What was free still is, and nothing else.
  case nothing
  /// Something was to begin, and nothing to end.
  case less
  /// Something was to end.
  case more

  public static func < (a: TimelinePassage, b: TimelinePassage) -> Bool {
    a.rawValue < b.rawValue
  }
}

/// What becomes of a part of the future.
enum TimelineChange: Sendable {
  case hold
  case release
}

extension DeviceSharing {
  /// What is left of an accelerator once a part of it is held or released.
  func residual(_ before: UInt16, after change: TimelineChange, of amount: UInt16) -> UInt16 {
    switch (self, change) {
    case (.mig, .hold):
      precondition(before & amount == amount, "an accelerator's slice is held twice")
      return before & ~amount
    case (.mig, .release):
      precondition(before & amount == 0, "a slice is released that nobody holds")
      return before | amount
    case (.fractions, .hold), (.none, .hold):
      precondition(self != .none && before >= amount, "an accelerator's parts are overbooked")
      return before - amount
    case (.fractions, .release), (.none, .release):
      precondition(before + amount <= whole, "more of an accelerator is released than there is")
      return before + amount
    }
  }
}

extension Topology {
  /// What a node's host has in all.
  func fullHost(of node: Int) -> HostShare { nodeTypes[nodes[node].type].host }
}

/// Rows of one length, one after the other; no rows at all where nothing is counted.
extension Array where Element: Equatable {
  fileprivate mutating func repeatRow(_ row: Int, of length: Int) {
    guard !isEmpty else { return }
    // One by one: a slice would be a copy, or keep the array alive while it changes.
    if length == 1 {
      insert(self[row], at: row + 1)
      return
    }
    let copy = Array(self[row * length..<(row + 1) * length])
    insert(contentsOf: copy, at: (row + 1) * length)
  }

  fileprivate mutating func removeRow(_ row: Int, of length: Int) {
    guard !isEmpty else { return }
    removeSubrange(row * length..<(row + 1) * length)
  }

  /// Whether a row is the same as the one before.
  fileprivate func rowsAreEqual(_ row: Int, of length: Int) -> Bool {
    guard !isEmpty else { return true }
    for place in row * length..<(row + 1) * length where self[place] != self[place - length] {
      return false
    }
    return true
  }
}
