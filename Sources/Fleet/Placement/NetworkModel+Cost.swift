import Units

extension NetworkModel {
  /// What a gang's placement costs. O(members), and nothing is allocated.
  ///
  /// The ideal place, of which the slowdown is counted, is the closest that the fleet has for so
  /// many members of their kind when it is empty: a gang that no leaf could hold is not charged for
  /// leaving one.
  ///
  /// - Parameter others: what the gangs beside it ask of the uplinks; itself not included.
  /// - Precondition: the slices are in the order of their nodes.
  public func cost(
    of allocation: Allocation, in topology: Topology, others: UplinkDemand? = nil
  ) -> PlacementCost {
    var cost = PlacementCost()
    guard !allocation.slices.isEmpty else { return cost }
    let units = GangWalk.units(of: allocation)
    var place = Spread()
    let fabric = topology.fabric
    let size = GangWalk.forEachPart(of: allocation, in: topology) { part in
      place.add(part, of: units, fabric, others)
    }
    for level in DomainLevel.allCases {
      cost.domainsTouched[level] = Int(place.touched[Int(level.rawValue)])
    }
    let leaves = Int(place.parts[Int(DomainLevel.leaf.rawValue)])
    cost.spineCrossings = leaves > 1 ? leaves : 0
    cost.nvlinkDomains = Int(place.parts[GangWalk.nvlinkLevel])
    if units > 1 { cost.slowdown = slowdown(place, size, units, fabric) }
    return cost
  }

  /// How a gang is spread over the domains of each level, the fifth being NVLink domains.
  private struct Spread {
    var parts: InlineArray<5, Int32> = InlineArray(repeating: 0)
    var touched: InlineArray<5, Int32> = InlineArray(repeating: 0)

    /// The units of the smallest part.
    var smallest: InlineArray<5, Int64> = InlineArray(repeating: .max)

    /// How much more is asked of the worst domain's uplinks than there is, in millionths.
    var ringLoad: InlineArray<5, Int64> = InlineArray(repeating: Int64(one))
    var allLoad: InlineArray<5, Int64> = InlineArray(repeating: Int64(one))

    @inline(__always)
    mutating func add(
      _ part: GangPart, of units: Int64, _ fabric: FabricSizes, _ others: UplinkDemand?
    ) {
      let level = part.level
      parts[level] += part.count
      smallest[level] = min(smallest[level], part.units)
      guard level < GangWalk.nvlinkLevel, part.domain >= 0 else { return }
      if Int(fabric.levels[Int(part.domain)]) == level { touched[level] += 1 }
      // A block has no uplinks but its nodes' own.
      guard level < 3, part.units < units else { return }
      let there = fabric.uplinks[Int(part.domain)]
      let asked = others?[part.domain] ?? 0
      ringLoad[level] = max(ringLoad[level], load(asked + part.widest, there))
      allLoad[level] = max(allLoad[level], load(asked + across(part, of: units), there))
    }

    /// Rounded up, in millionths.
    private func load(_ asked: Int64, _ there: Int64) -> Int64 {
      guard asked > there else { return Int64(one) }
      let load = (Int128(asked) * Int128(one) + Int128(there) - 1) / Int128(there)
      return Int64(min(load, Int128(mostSlowdown)))
    }
  }

  private func slowdown(_ place: Spread, _ size: GangSize, _ units: Int64, _ fabric: FabricSizes)
    -> Int
  {
    let ideal = ideal(size, units, fabric)
    let alongside = excess(of: place, over: ideal, size, units, isAllToAll: false)
    let across = excess(of: place, over: ideal, size, units, isAllToAll: true)
    let sum =
      Int128(mix.ring + mix.pointToPoint) * alongside + Int128(mix.allToAll) * across
    let slowdown = Int128(exposedShare) * sum / Int128(Self.one * Self.one)
    return Int(min(slowdown, Int128(Self.mostSlowdown)))
  }

  /// B(ideal)/B − 1 of one pattern, in millionths.
  private func excess(
    of place: Spread, over ideal: Spread, _ size: GangSize, _ units: Int64, isAllToAll: Bool
  ) -> Int128 {
    let here = pace(of: place, size, units, isAllToAll: isAllToAll)
    let there = pace(of: ideal, size, units, isAllToAll: isAllToAll)
    // Bounded, so that sums can't overflow.
    let excess = (here - there) * Int128(Self.one) / there
    return min(excess, Int128(Self.mostSlowdown) * Int128(Self.one))
  }

  /// 1/B, the time for a byte at the slowest level: the largest q/(β·η·s).
  private func pace(of place: Spread, _ size: GangSize, _ units: Int64, isAllToAll: Bool) -> Int128
  {
    let scale = Int128(1_000_000_000_000)
    let one = Int128(Self.one)
    var slowest = one * one * scale / (Int128(size.inside) * Int128(max(1, efficiency.nvlink)))
    for level in 0...GangWalk.nvlinkLevel where level != 3 && place.parts[level] > 1 {
      var share = one
      var load = place.ringLoad[level]
      if isAllToAll {
        let leaving = Int128(units - place.smallest[level])
        share = (leaving * one + Int128(units) - 1) / Int128(units)
        load = place.allLoad[level]
      }
      let efficiency = Int128(max(1, efficiency.between(level)))
      let pace = share * Int128(load) * scale / (Int128(size.outside) * efficiency)
      slowest = max(slowest, pace)
    }
    return slowest
  }

  /// The closest and evenest that so many members of their kind could be, were the fleet empty.
  private func ideal(_ size: GangSize, _ units: Int64, _ fabric: FabricSizes) -> Spread {
    var spread = Spread()
    let largest = fabric.largest[Int(size.kind)]
    for level in 0..<3 {
      let domains = (size.members - 1) / Int(max(1, largest[level])) + 1
      spread.parts[level] = Int32(domains)
      spread.smallest[level] = units / Int64(domains)
    }
    let block = Int(largest[3])
    if size.members == 1 {
      spread.parts[GangWalk.nvlinkLevel] = Int32(block > 0 ? 1 : size.islands)
      spread.smallest[GangWalk.nvlinkLevel] = size.smallestTogether
    } else if block > 0 {
      let domains = (size.members - 1) / block + 1
      spread.parts[GangWalk.nvlinkLevel] = Int32(domains)
      spread.smallest[GangWalk.nvlinkLevel] = units / Int64(domains)
    } else {
      spread.parts[GangWalk.nvlinkLevel] = Int32(size.members)
      spread.smallest[GangWalk.nvlinkLevel] = size.smallestTogether
    }
    return spread
  }
}
