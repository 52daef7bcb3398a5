/// What the network model asks of a topology, laid out flat so that a gang's nodes are walked
/// without a copy of anything that is counted.
final class FabricSizes: Sendable {
  /// Where a node stands, and what it is.
  struct Place: Sendable {
    /// Its innermost domain, or the entry past the last in a flat fleet.
    var domain: Int32
    var type: Int32
  }

  /// What a kind of node brings to the model.
  struct Kind: Sendable {
    /// Inside its NVLink domain, in Mbit/s an accelerator.
    var inside: Int64
    /// Through its interfaces, in Mbit/s an accelerator; never 0.
    var outside: Int64
    var accelerators: Int32
    /// Its masks of islands; empty where it has one island.
    var islands: Range<Int>
    var largestIsland: Int32
  }

  /// One interface a rail, in fixed point.
  static let interface: Int64 = 1_000_000_000

  let places: [Place]
  let kinds: [Kind]
  let islandMasks: [UInt64]

  /// For each domain and level, the innermost domain around it, itself included, that is of this
  /// level or wider: -1 for the fleet as a whole. The last entry is a flat fleet's.
  let groups: [SIMD4<Int32>]

  /// The level of each domain, as a raw value.
  let levels: [UInt8]

  /// What leads out of each domain, in billionths of an interface a rail.
  let uplinks: [Int64]

  /// The nodes of one kind, then of any, in the largest group of each level. Where a kind has no
  /// blocks, its entry there is 0.
  let largest: [SIMD4<Int32>]

  init(domains: [Topology.Domain], nodes: [Topology.Node], types: [NodeType]) {
    var masks: [UInt64] = []
    kinds = types.map { type in
      let first = masks.count
      if type.islands.count > 1 {
        var bit = 0
        for size in type.islands {
          masks.append((size == 64 ? ~0 : (1 << UInt64(size)) - 1) << UInt64(bit))
          bit += size
        }
      }
      let interfaces = type.links.interfaces * type.links.interfaceGigabits * 1000
      let outside = max(1, Int64(interfaces / max(1, type.accelerators)))
      let inside = Int64(type.links.acceleratorGigabytes * 8000)
      return Kind(
        inside: inside > 0 ? inside : outside, outside: outside,
        accelerators: Int32(type.accelerators), islands: first..<masks.count,
        largestIsland: Int32(type.islands.max() ?? type.accelerators))
    }
    islandMasks = masks
    levels = domains.map(\.level.rawValue)
    places = nodes.map { Place(domain: Int32($0.domain ?? domains.count), type: Int32($0.type)) }
    var groups: [SIMD4<Int32>] = []
    groups.reserveCapacity(domains.count + 1)
    for (index, domain) in domains.enumerated() {
      var around = domain.parent.map { groups[$0] } ?? SIMD4(repeating: -1)
      for level in Int(domain.level.rawValue)..<4 { around[level] = Int32(index) }
      groups.append(around)
    }
    groups.append(SIMD4(repeating: -1))
    self.groups = groups
    var uplinks = domains.map { $0.children.isEmpty ? Int64($0.nodes.count) * Self.interface : 0 }
    for (index, domain) in domains.enumerated().reversed() {
      uplinks[index] = max(
        1, uplinks[index] * 1000 / Int64(max(1, domain.attributes.oversubscription)))
      if let parent = domain.parent { uplinks[parent] += uplinks[index] }
    }
    self.uplinks = uplinks
    largest = Self.largest(places: places, groups: groups, levels: levels, kinds: types.count)
  }

  private static func largest(
    places: [Place], groups: [SIMD4<Int32>], levels: [UInt8], kinds: Int
  ) -> [SIMD4<Int32>] {
    var largest = Array(repeating: SIMD4<Int32>.zero, count: kinds + 1)
    for level in 0..<4 {
      // Counts of the group that a kind was last seen in: none need be cleared.
      var counts = Array(repeating: Int32(0), count: kinds + 1)
      var seen = Array(repeating: Int32(-2), count: kinds + 1)
      for place in places {
        let group = groups[Int(place.domain)][level]
        // Only a block joins nodes by NVLink: whatever else is around at this level does not.
        if level == 3, group < 0 || levels[Int(group)] != 3 { continue }
        for kind in [Int(place.type), kinds] {
          counts[kind] = seen[kind] == group ? counts[kind] + 1 : 1
          seen[kind] = group
          largest[kind][level] = max(largest[kind][level], counts[kind])
        }
      }
    }
    return largest
  }
}
