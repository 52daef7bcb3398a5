import Units

/// What a gang's members need, in the terms of a domain's segments: a filter of windows.
///
/// A row has a bit for each accelerator of a domain that is of use, then a word with a bit for each
/// node that has room for the smallest member beside its accelerators, and one for the largest.
/// ANDed over a window, rows never lack a node that has room; and where a later window has more
/// room, its row has more bits, or `isBlind` says that it need not be so.
struct TimelineDemand: Sendable {
  private let member: MemberShape

  /// The rest, or a member where there is none.
  private let least: MemberShape

  private let hasRest: Bool

  /// Whether nodes have room or not for more than the number of their free accelerators.
  private let looksAtNodes: Bool

  private let includesReserved: Bool

  /// Of shared accelerators: how many thousandths a member needs.
  private let part: UInt16?

  /// Whether members hold parts of accelerators.
  private let isByParts: Bool

  /// Whether a row is narrowed by the map of a segment alone.
  let isByMap: Bool

  /// Whether rows do not show all that is gained: slices of accelerators are not told apart.
  let isBlind: Bool

  init(_ shape: GangShape) {
    member = shape.member
    hasRest = shape.rest != nil
    least = shape.rest ?? shape.member
    looksAtNodes =
      !member.host.isEmpty || member.wholeNode || !least.host.isEmpty || least.wholeNode
    includesReserved = shape.eligibility?.includesReserved == true
    if case .milli(let part) = least.share { self.part = part } else { part = nil }
    isByParts = least.share != .whole
    isByMap = !isByParts && !looksAtNodes
    isBlind = least.share != .whole && (part == nil || member.share != least.share)
  }

  /// The length of a row in domains of so many words.
  static func rowLength(words: Int) -> Int { words + 2 }

  /// Whether a segment's counts leave room for anybody.
  @inline(__always)
  func mayFit(free: Int32, idle: Int32) -> Bool {
    if least.wholeNode { return idle > 0 }
    return isByParts || free >= Int32(least.accelerators)
  }

  /// The nodes of a domain that a gang may have: a bit each.
  func usable(outOfService: UInt64, reserved: UInt64) -> UInt64 {
    includesReserved ? ~outOfService : ~(outOfService | reserved)
  }

  /// Clears the bits of a row that a segment does not have.
  func narrow(
    _ rows: inout [UInt64], _ row: Int, to domain: DomainTimeline, _ segment: Int, _ length: Int,
    _ topology: Topology
  ) {
    let words = domain.words.count
    if least.share == .whole {
      for word in 0..<words { rows[row &+ word] &= domain.maps[segment &* words &+ word] }
    } else if let part, !isBlind, !domain.residuals.isEmpty {
      narrow(&rows, row, to: domain, segment, part, topology)
    }
    guard looksAtNodes else { return }
    for (place, node) in domain.nodes.enumerated() {
      let bit = UInt64(1) << UInt64(place)
      let hasRoom = { (member: MemberShape) in
        member.wholeNode
          ? domain.isIdle(node, segment, topology)
          : member.host.isEmpty || domain.hosts.isEmpty
            || domain.hosts[segment * domain.nodes.count + place].covers(member.host)
      }
      if !hasRoom(least) { rows[row + length - 2] &= ~bit }
      if !hasRoom(member) { rows[row + length - 1] &= ~bit }
    }
  }

  private func narrow(
    _ rows: inout [UInt64], _ row: Int, to domain: DomainTimeline, _ segment: Int,
    _ part: UInt16, _ topology: Topology
  ) {
    for node in domain.nodes {
      let field = topology.acceleratorFields[node]
      let first = Int(topology.firstDevices[node]) - domain.devices.lowerBound
      let word = row + Int(field.word) - domain.words.lowerBound
      for device in 0..<Int(field.width)
      where domain.residuals[segment * domain.devices.count + first + device] < part {
        rows[word] &= ~(1 << UInt64(Int(field.shift) + device))
      }
    }
  }

  /// How many nodes have room for a member, and how many for the rest, by an ANDed row.
  func count(
    _ row: [UInt64], _ nodes: Range<Int>, _ words: Range<Int>, usable: UInt64,
    _ topology: Topology
  ) -> (members: Int32, rests: Int32) {
    var members: Int32 = 0
    var rests: Int32 = 0
    var free = 0
    for word in 0..<words.count { free &+= row[word].nonzeroBitCount }
    guard free >= Int(least.accelerators) else { return (0, 0) }
    let forLeast = usable & row[row.count - 2]
    let forMember = usable & row[row.count - 1]
    let fields = topology.acceleratorFields
    var rest = forLeast & (nodes.count == 64 ? ~0 : (1 << UInt64(nodes.count)) - 1)
    while rest != 0 {
      let place = rest.trailingZeroBitCount
      rest &= rest &- 1
      let field = fields[nodes.lowerBound &+ place]
      var free = 0
      if field.width > 0 {
        let word = row[Int(field.word) &- words.lowerBound]
        free = (word >> UInt64(field.shift) & field.ones).nonzeroBitCount
      }
      if free >= Int(member.accelerators), forMember >> UInt64(place) & 1 == 1 { members += 1 }
      if hasRest, free >= Int(least.accelerators) { rests += 1 }
    }
    return (members, rests)
  }
}
