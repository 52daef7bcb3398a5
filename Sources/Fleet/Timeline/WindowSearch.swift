import Units

/// A search for the earliest window in which a gang fits.
///
/// Domain by domain it keeps what is free throughout the window (a queue that answers with the AND
/// of its elements, made of two stacks: each segment is entered twice, however far the window
/// moves), how many nodes have room there for a member, and the next instant at which there can be
/// more. From one such instant to the next no window need be tried, and those whose counts add up
/// to too little are not tried either. In between a count may be too high, as windows only lose by
/// ending later: counts are brought up to date when they would let a window through.
///
/// Complexity, with s segments up to the last window tried and d domains: O(s) rows ANDed, O(d) an
/// instant looked at.
struct WindowSearch {
  private struct State {
    /// The segment in which the window starts.
    var first = 0
    /// Up to which segment there is a row that ANDs all from there to here.
    var middle = -1
    /// The last segment of the window.
    var last = -1
    /// The instant up to which the window may end without losing more.
    var lossAt = Instant.distantPast
    /// How many nodes have room for a member, and how many for the rest.
    var members: Int32 = 0
    var rests: Int32 = 0
    /// Where the row of its segment 0 would be.
    var rows = 0
    /// Those who must be together.
    var group: Int32 = 0
    /// The nodes that the gang may have, whatever their condition: bit i is the i-th.
    var eligible = ~UInt64(0)
  }

  private let profile: CapacityProfile
  private let shape: GangShape
  private let span: TimeSpan
  private let demand: TimelineDemand

  private var states: [State]

  /// When each domain may have more room than it had: apart from the rest, as it is read most.
  private var gainAt: [Instant]

  /// For each domain and each segment up to `middle`, the AND of all from that segment to `middle`;
  /// of the domains that were looked at, as often as their rows were made.
  private var front: [UInt64]

  /// For each domain, the AND of the segments after `middle`.
  private var back: [UInt64]

  /// What is free in one domain throughout the window.
  private var current: [UInt64]

  private let rowLength: Int

  /// Nodes with room in each group of domains that would do by itself, and how many such groups
  /// have enough.
  private var groups: [(members: Int32, rests: Int32)]
  private var groupsWithRoom = 0

  init(of shape: GangShape, for span: TimeSpan, in profile: CapacityProfile) {
    self.profile = profile
    self.shape = shape
    self.span = span
    demand = TimelineDemand(shape)
    let topology = profile.topology
    let mostWords = profile.domains.reduce(0) { max($0, $1.words.count) }
    rowLength = TimelineDemand.rowLength(words: mostWords)
    current = Array(repeating: 0, count: rowLength)
    states = Array(repeating: State(), count: profile.domains.count)
    gainAt = Array(repeating: .distantPast, count: profile.domains.count)
    back = Array(repeating: ~0, count: profile.domains.count * rowLength)
    groups = [(0, 0)]
    front = []
    if let eligible = topology.nodes(eligible: shape.eligibility, ofNamedModels: true) {
      leaveOut(all: eligible)
    }
    if let level = shape.closeness.required { divide(into: level) }
  }

  /// Leaves out the nodes that the gang may not have; where there is no other in a domain, nobody
  /// ever looks at it.
  private mutating func leaveOut(all eligible: NodeSet) {
    for index in states.indices {
      states[index].eligible = eligible.bits(of: profile.domains[index].nodes)
      guard states[index].eligible == 0 else { continue }
      gainAt[index] = .distantFuture
      states[index].lossAt = .distantFuture
    }
  }

  /// Counts by domain of a level; those without one around them of that level are taken for one, as
  /// counts only filter.
  private mutating func divide(into level: DomainLevel) {
    var group: (domain: Int?, number: Int32) = (nil, 0)
    for index in states.indices {
      let outer = profile.topology.outermost(from: profile.domains[index].domain, atOrBelow: level)
      if outer != group.domain {
        group = (outer, Int32(groups.count))
        groups.append((0, 0))
      }
      states[index].group = outer == nil ? 0 : group.number
    }
  }

  private func isEnough(_ group: (members: Int32, rests: Int32)) -> Bool {
    Int(group.members) >= Int(shape.members)
      && (shape.rest == nil || Int(group.rests) > Int(shape.members))
  }

  mutating func earliest(from now: Instant, before bound: Instant) -> Reservation? {
    var start = now
    while start < bound {
      for domain in gainAt.indices where gainAt[domain] <= start { move(domain, to: start) }
      if groupsWithRoom > 0 {
        for domain in states.indices
        where states[domain].members | states[domain].rests > 0
          && states[domain].lossAt < start + span
        {
          move(domain, to: start)
        }
        if groupsWithRoom > 0,
          let allocation = profile.room(from: start, for: span).placement(of: shape)
        {
          return Reservation(start: start, allocation: allocation)
        }
      }
      var next = Instant.distantFuture
      for gain in gainAt { next = min(next, gain) }
      start = next
    }
    return nil
  }

  /// Brings a domain up to date for a window that starts then.
  private mutating func move(_ index: Int, to start: Instant) {
    var state = states[index]
    let count = profile.domains[index].starts.count
    while state.first + 1 < count, profile.domains[index].starts[state.first + 1] <= start {
      state.first += 1
    }
    // Segments that have no room by themselves need not be looked at.
    var next = state.first
    while next < count, !mayFit(index, next) { next += 1 }
    guard next == state.first else {
      gainAt[index] = next < count ? profile.domains[index].starts[next] : .distantFuture
      state.lossAt = .distantFuture
      enter(index, &state, members: 0, rests: 0)
      return
    }
    if state.first > state.middle { flip(&state, index, to: start) }
    let end = start + span
    while state.last + 1 < count, profile.domains[index].starts[state.last + 1] < end {
      state.last += 1
      narrowBack(index, state.last)
    }
    state.lossAt =
      state.last + 1 < count ? profile.domains[index].starts[state.last + 1] : .distantFuture
    let row = state.rows &+ state.first &* rowLength
    for word in 0..<rowLength {
      current[word] = front[row &+ word] & back[index &* rowLength &+ word]
    }
    next = state.first + 1
    while next <= state.middle, !demand.isBlind,
      isCurrent(state.rows &+ next &* rowLength, index &* rowLength)
    {
      next += 1
    }
    gainAt[index] = next < count ? profile.domains[index].starts[next] : .distantFuture
    let room = demand.count(
      current, profile.domains[index].nodes, profile.domains[index].words,
      usable: state.eligible
        & demand.usable(
          outOfService: profile.domains[index].outOfService,
          reserved: profile.domains[index].reserved), profile.topology)
    enter(index, &state, members: room.members, rests: room.rests)
  }

  // A domain is never taken out of its array here: that would be a copy.

  @inline(__always)
  private func mayFit(_ index: Int, _ segment: Int) -> Bool {
    demand.mayFit(
      free: profile.domains[index].free[segment], idle: profile.domains[index].idle[segment])
  }

  /// Clears the bits of the row at the back that a segment does not have.
  private mutating func narrowBack(_ index: Int, _ segment: Int) {
    guard demand.isByMap else {
      demand.narrow(
        &back, index * rowLength, to: profile.domains[index], segment, rowLength, profile.topology)
      return
    }
    let words = profile.domains[index].words.count
    for word in 0..<words {
      back[index &* rowLength &+ word] &= profile.domains[index].maps[segment &* words &+ word]
    }
  }

  /// The same of a row in front.
  private mutating func narrowFront(_ row: Int, _ index: Int, _ segment: Int) {
    guard demand.isByMap else {
      demand.narrow(&front, row, to: profile.domains[index], segment, rowLength, profile.topology)
      return
    }
    let words = profile.domains[index].words.count
    for word in 0..<words {
      front[row &+ word] &= profile.domains[index].maps[segment &* words &+ word]
    }
  }

  private func isCurrent(_ front: Int, _ back: Int) -> Bool {
    for word in 0..<rowLength
    where self.front[front &+ word] & self.back[back &+ word] != current[word] {
      return false
    }
    return true
  }

  /// Makes a row for each segment of the window; none is left at the back.
  private mutating func flip(
    _ state: inout State, _ index: Int, to start: Instant
  ) {
    let end = start + span
    let count = profile.domains[index].starts.count
    state.last = max(state.last, state.first)
    while state.last + 1 < count, profile.domains[index].starts[state.last + 1] < end {
      state.last += 1
    }
    state.middle = state.last
    state.rows = front.count &- state.first &* rowLength
    front.append(
      contentsOf: repeatElement(0, count: (state.last - state.first + 1) * rowLength))
    for word in 0..<rowLength { back[index &* rowLength &+ word] = ~0 }
    var segment = state.last
    while segment >= state.first {
      let row = state.rows &+ segment &* rowLength
      for word in 0..<rowLength {
        front[row &+ word] = segment == state.last ? ~0 : front[row &+ rowLength &+ word]
      }
      narrowFront(row, index, segment)
      segment -= 1
    }
  }

  /// Keeps what a domain has come to, and counts it in its group.
  private mutating func enter(
    _ index: Int, _ state: inout State, members: Int32, rests: Int32
  ) {
    if members != state.members || rests != state.rests {
      let group = Int(state.group)
      let before = isEnough(groups[group])
      groups[group].members += members - state.members
      groups[group].rests += rests - state.rests
      let after = isEnough(groups[group])
      groupsWithRoom += (after ? 1 : 0) - (before ? 1 : 0)
      state.members = members
      state.rests = rests
    }
    states[index] = state
  }
}

extension Topology {
  /// The outermost domain of a level, or of a lower one, that a domain is or is inside of.
  fileprivate func outermost(from domain: Int?, atOrBelow level: DomainLevel) -> Int? {
    var found: Int?
    var next = domain
    while let index = next, domains[index].level >= level {
      found = index
      next = domains[index].parent
    }
    return found
  }
}
