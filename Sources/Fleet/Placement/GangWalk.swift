import Units

/// What of a gang is in one domain, or in one NVLink domain.
struct GangPart {
  /// The raw value of a domain's level; 4 for an NVLink domain.
  var level = 0

  /// The domain of this level or the next wider one there is; -1 for the fleet as a whole.
  var domain: Int32 = -1

  /// How many NVLink domains this stands for, the smallest of which is described.
  var count: Int32 = 1

  /// Accelerators, whole or in part; a member without any counts as one.
  var units: Int64 = 0

  /// The interfaces that its members use, in billionths of an interface a rail.
  var interfaces: Int64 = 0

  /// The most that one of its members uses.
  var widest: Int64 = 0
}

/// What a gang is as a whole.
struct GangSize {
  var members = 0

  /// Its kind of node, or the entry past the last where there are several.
  var kind: Int32 = -1

  /// The slowest of its links, in Mbit/s an accelerator.
  var inside = Int64.max
  var outside = Int64.max

  /// The most that the smallest member can have together in an island.
  var smallestTogether = Int64.max

  /// The most islands that any member needs.
  var islands: Int64 = 1
}

/// A walk along a gang's slices that finds its parts at every level.
///
/// Neighbours are mostly alike: what is the same for several members is worked out once, and a
/// member costs a few additions.
struct GangWalk {
  static let nvlinkLevel = 4

  private let fabric: FabricSizes
  private var size = GangSize()

  /// The parts that aren't finished, by level, without the members of `run`.
  private var open: InlineArray<4, GangPart> = InlineArray(repeating: GangPart())

  /// The members in the innermost domain that the walk is in.
  private var run = GangPart()

  /// Those of them that are NVLink domains of their own.
  private var alone = GangPart(level: nvlinkLevel, count: 0, units: .max)

  private var groups = SIMD4<Int32>(repeating: -2)
  private var isInBlock = false

  // What the last member was, and what follows from it.
  private var domain: Int32 = -1
  private var type: Int32 = -1
  private var units: Int64 = -1
  private var interfaces: Int64 = 0
  private var islands = 0..<0

  private init(_ fabric: FabricSizes) { self.fabric = fabric }

  /// How many accelerators a gang has, whole or in part; a member without any counts as one.
  /// O(members)
  static func units(of allocation: Allocation) -> Int64 {
    var units: Int64 = 0
    var share = 0
    for slice in allocation.slices.indices {
      units += Int64(max(1, devices(of: slice, allocation, &share).nonzeroBitCount))
    }
    return units
  }

  /// Calls `body` for each part of a gang at each level. O(members), and nothing is allocated.
  ///
  /// - Precondition: the slices are in the order of their nodes.
  @inline(__always) @discardableResult
  static func forEachPart(
    of allocation: Allocation, in topology: Topology, _ body: (GangPart) -> Void
  ) -> GangSize {
    var walk = GangWalk(topology.fabric)
    guard !allocation.slices.isEmpty else { return walk.size }
    walk.size.members = allocation.slices.count
    var share = 0
    for slice in allocation.slices.indices {
      let place = walk.fabric.places[topology.index(of: allocation.slices[slice].node)]
      let devices = devices(of: slice, allocation, &share)
      let units = Int64(max(1, devices.nonzeroBitCount))
      if place.domain != walk.domain { walk.enter(place.domain, body) }
      if place.type != walk.type || units != walk.units { walk.change(place.type, units) }
      walk.run.units += units
      walk.run.interfaces += walk.interfaces
      walk.run.widest = max(walk.run.widest, walk.interfaces)
      if walk.isInBlock { continue }
      walk.islands.isEmpty ? walk.addAlone(units) : walk.addIslands(devices, units)
    }
    walk.closeRun(body)
    for level in 0..<4 { body(walk.open[level]) }
    return walk.size
  }

  /// The accelerators that a member holds any part of.
  @inline(__always)
  private static func devices(
    of slice: Int, _ allocation: Allocation, _ share: inout Int
  ) -> UInt64 {
    var devices = allocation.slices[slice].accelerators
    while share < allocation.shares.count, allocation.shares[share].slice == slice {
      devices |= 1 << UInt64(allocation.shares[share].device)
      share += 1
    }
    return devices
  }

  /// Goes on to another innermost domain, and finishes the parts that are left by it.
  @inline(__always)
  private mutating func enter(_ next: Int32, _ body: (GangPart) -> Void) {
    let isFirst = domain < 0
    if !isFirst { closeRun(body) }
    let around = fabric.groups[Int(next)]
    for level in 0..<4 where isFirst || around[level] != groups[level] {
      if !isFirst { body(open[level]) }
      open[level] = GangPart(level: level, domain: around[level])
    }
    groups = around
    domain = next
    isInBlock = around[3] >= 0 && fabric.levels[Int(around[3])] == 3
  }

  /// Adds the run to the parts that it is inside of.
  @inline(__always)
  private mutating func closeRun(_ body: (GangPart) -> Void) {
    for level in 0..<4 {
      open[level].units += run.units
      open[level].interfaces += run.interfaces
      open[level].widest = max(open[level].widest, run.widest)
    }
    if isInBlock { alone = GangPart(level: Self.nvlinkLevel, units: run.units) }
    body(alone)
    run = GangPart()
    alone = GangPart(level: Self.nvlinkLevel, count: 0, units: .max)
  }

  /// Takes in a member that is unlike the one before.
  private mutating func change(_ type: Int32, _ units: Int64) {
    let kind = fabric.kinds[Int(type)]
    interfaces = FabricSizes.interface * units / max(Int64(kind.accelerators), units)
    islands = kind.islands
    self.units = units
    self.type = type
    size.inside = min(size.inside, kind.inside)
    size.outside = min(size.outside, kind.outside)
    let largest = Int64(max(1, kind.largestIsland))
    let needed = (units + largest - 1) / largest
    size.islands = max(size.islands, needed)
    size.smallestTogether = min(size.smallestTogether, units / needed)
    size.kind = size.kind == -1 || size.kind == type ? type : Int32(fabric.kinds.count)
  }

  @inline(__always)
  private mutating func addAlone(_ units: Int64) {
    alone.count += 1
    alone.units = min(alone.units, units)
  }

  /// Outside of a block, each island of a node is an NVLink domain of its own.
  private mutating func addIslands(_ devices: UInt64, _ units: Int64) {
    guard devices != 0 else { return addAlone(units) }
    for island in islands {
      let together = (devices & fabric.islandMasks[island]).nonzeroBitCount
      if together > 0 { addAlone(Int64(together)) }
    }
  }
}
