extension Occupancy {
  /// Whether enough accelerators of a node have the part free that a member needs of each.
  func hasParts(for member: MemberShape, on node: Int) -> Bool {
    guard topology.sharing(of: node).offers(member.share) else { return false }
    let first = Int(topology.firstDevices[node])
    let devices = first..<first + Int(topology.acceleratorFields[node].width)
    switch member.share {
    case .whole: return true
    case .milli(let part):
      var found = 0
      for device in devices where residuals[device] >= part { found += 1 }
      return found >= Int(member.accelerators)
    case .mig(let profile):
      guard member.accelerators == 1 else { return parts(for: member, on: node) != nil }
      return devices.contains { profile.fits(UInt8(truncatingIfNeeded: residuals[$0])) }
    }
  }

  /// What a member of parts would hold of a node's accelerators; nil where there is no room.
  ///
  /// Each part goes where the least is left: of a used accelerator before an untouched one.
  func parts(for member: MemberShape, on node: Int) -> [DeviceHold]? {
    let sharing = topology.nodeTypes[topology.nodes[node].type].sharing
    let first = Int(topology.firstDevices[node])
    var left =
      residuals.isEmpty
      ? [] : Array(residuals[first..<first + Int(topology.acceleratorFields[node].width)])
    var holds: [DeviceHold] = []
    for _ in 0..<member.accelerators {
      let hold: DeviceHold?
      switch (member.share, sharing) {
      case (.milli(let part), .fractions):
        // Parts of one member are of different accelerators.
        hold = Self.bestFit(part, in: left, besides: holds)
      case (.mig(let profile), .mig(let geometry)) where profile.geometry == geometry:
        hold = Self.bestFit(profile, in: left)
      default:
        return nil
      }
      guard let hold else { return nil }
      holds.append(hold)
      switch sharing {
      case .mig: left[Int(hold.device)] &= ~hold.amount
      case .fractions, .none: left[Int(hold.device)] -= hold.amount
      }
    }
    return holds
  }

  private static func bestFit(
    _ part: UInt16, in left: [UInt16], besides holds: [DeviceHold]
  ) -> DeviceHold? {
    var best: Int?
    for device in left.indices where left[device] >= part {
      guard !holds.contains(where: { Int($0.device) == device }) else { continue }
      if let best, left[best] <= left[device] { continue }
      best = device
    }
    return best.map { DeviceHold(slice: 0, device: $0, amount: part) }
  }

  /// The legal place that costs the fewest places of other profiles; a used accelerator goes first.
  private static func bestFit(_ profile: MIGProfile, in left: [UInt16]) -> DeviceHold? {
    var best: (cost: Int, hold: DeviceHold)?
    for device in left.indices {
      let free = UInt8(truncatingIfNeeded: left[device])
      for slots in profile.placements where free & slots == slots {
        let lost = profile.geometry.worth(of: free) - profile.geometry.worth(of: free & ~slots)
        // Breaking an untouched accelerator is dearer than anything on a used one.
        let cost = lost + (free == 0xFF && profile.kind != .seven ? 1000 : 0)
        if let best, best.cost <= cost { continue }
        best = (cost, DeviceHold(slice: 0, device: device, amount: UInt16(slots)))
      }
    }
    return best?.hold
  }

  /// Which of a node's free accelerators a member of whole ones gets: all in one island if it can
  /// be, else on one NUMA node, of the island with the least room to spare; the lowest of those.
  ///
  /// - Precondition: so many are free.
  func devices(_ count: Int, on node: Int) -> UInt64 {
    let free = accelerators(freeOn: node)
    let alignments = topology.alignments[topology.nodes[node].type]
    for groups in alignments {
      var best: UInt64?
      for group in groups {
        let room = (free & group).nonzeroBitCount
        guard room >= count else { continue }
        if let best, (free & best).nonzeroBitCount <= room { continue }
        best = group
      }
      if let best { return (free & best).lowest(count) }
    }
    guard let widest = alignments.last else { return free.lowest(count) }
    return spread(count, of: free, over: widest)
  }

  /// Over as few groups as possible: those with the most free first.
  private func spread(_ count: Int, of free: UInt64, over groups: [UInt64]) -> UInt64 {
    var chosen: UInt64 = 0
    var rest = count
    var open = groups
    while rest > 0 {
      guard
        let index = open.indices.max(by: {
          let a = (free & open[$0]).nonzeroBitCount
          let b = (free & open[$1]).nonzeroBitCount
          return a != b ? a < b : $0 > $1
        })
      else { preconditionFailure("\(rest) more accelerators than are free") }
      let bits = (free & open.remove(at: index)).lowest(rest)
      chosen |= bits
      rest -= bits.nonzeroBitCount
    }
    return chosen
  }

  /// Whether a member's accelerators can all be in one island, or there is only one.
  func isAligned(_ count: Int, on node: Int) -> Bool {
    guard let islands = topology.alignments[topology.nodes[node].type].first else { return true }
    let free = accelerators(freeOn: node)
    return islands.contains { (free & $0).nonzeroBitCount >= count }
  }
}

extension MIGProfile {
  /// Whether it could lie somewhere in free memory slices.
  fileprivate func fits(_ free: UInt8) -> Bool {
    if free == 0xFF { return true }
    return free != 0 && placements.contains { free & $0 == $0 }
  }
}

extension NodeType {
  /// Whether an idle node has room for a member.
  func hasRoom(for member: MemberShape) -> Bool {
    sharing.offers(member.share) && mostParts(member.share) >= Int(member.accelerators)
      && host.covers(member.host)
  }
}

extension MIGGeometry {
  /// How much room for slices some free memory slices are: the places where each profile could
  /// lie, weighted by its compute slices.
  fileprivate func worth(of free: UInt8) -> Int {
    var worth = 0
    for profile in profiles {
      for slots in profile.placements where free & slots == slots {
        worth += profile.computeSlices
      }
    }
    return worth
  }
}

extension NodeType {
  /// Its accelerators by what they share, the closest first; empty where there is one group only.
  var alignments: [[UInt64]] {
    var result: [[UInt64]] = []
    if islands.count > 1 { result.append(Self.groups(islands)) }
    if numaNodes > 1 {
      let sizes = Array(repeating: accelerators / numaNodes, count: numaNodes)
      let groups = Self.groups(sizes)
      if result.first != groups { result.append(groups) }
    }
    return result
  }

  private static func groups(_ sizes: [Int]) -> [UInt64] {
    var first = 0
    return sizes.map { size in
      defer { first += size }
      let ones = size == 64 ? ~UInt64(0) : (1 << UInt64(size)) - 1
      return ones << UInt64(first)
    }
  }
}
