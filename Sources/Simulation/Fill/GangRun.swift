import Fleet
import Units

/// A run of the gang protocol: who is there, and what is measured.
struct GangRun {
  /// A gang that is there, or would be if it had not been refused.
  private struct Stay {
    var asked: Int
    var allocation: Allocation?
  }

  private struct End: Comparable {
    var at: Int
    /// Where the gang stands in `stays`.
    var stay: Int

    static func < (a: Self, b: Self) -> Bool { (a.at, a.stay) < (b.at, b.stay) }
  }

  private let fleet: GangFleet
  private let mix: GangMix
  private let isStrict: Bool
  private let model = NetworkModel()
  private var placer: GangPlacer
  private var stays: [Stay] = []
  private var freed: [Int] = []
  private var ends = BinaryHeap<End>()
  private var now = 0
  private var allocated = 0

  /// What those ask for who would be there.
  private(set) var offered = 0
  private(set) var result: GangResult

  init(_ fleet: GangFleet, method: GangMethod, options: GangProtocol.Options) {
    self.fleet = fleet
    mix = options.mix
    isStrict = options.isStrict
    placer = GangPlacer(fleet, method: method, mix: mix)
    result = GangResult(capacity: fleet.capacity)
  }

  mutating func beginMeasuring() {
    let earlier = result.gangs
    result = GangResult(capacity: result.capacity)
    result.earlier = earlier
  }

  mutating func comes(_ arrival: GangArrivals.Arrival) {
    // At the same moment those who leave make room first.
    while let end = ends.first, end.at <= arrival.at {
      _ = ends.popFirst()
      leaves(end)
    }
    advance(to: arrival.at)
    let kind = fleet.kinds[arrival.kind]
    let nodes = mix.entries[arrival.entry].nodes
    let asked = nodes * kind.accelerators
    let allocation = placer.place(
      arrival.entry, of: arrival.kind, required: isStrict ? kind.lowest(holding: nodes) : nil)
    result.gangs += 1
    result.asked += asked
    offered += asked
    if let allocation {
      allocated += asked
      start(allocation, asked: asked, kind)
    } else {
      result.failed += 1
      result.refused += asked
    }
    let stay = freed.popLast() ?? stays.count
    if stay == stays.count { stays.append(Stay(asked: 0)) }
    stays[stay] = Stay(asked: asked, allocation: allocation)
    ends.insert(End(at: arrival.at + arrival.stay, stay: stay))
  }

  private mutating func start(_ allocation: Allocation, asked: Int, _ kind: GangFleet.Kind) {
    placer.take(allocation)
    let nodes = fleet.indices(allocation)
    result.slowdown +=
      Int128(model.cost(of: allocation, in: fleet.topology).slowdown) * Int128(asked)
    guard nodes.count > 1 else { return }
    for level in DomainLevel.allCases where kind.largest[Int(level.rawValue)] >= nodes.count {
      result[level].could += 1
      if fleet.isInsideOne(level, nodes) { result[level].inside += 1 }
    }
  }

  private mutating func leaves(_ end: End) {
    advance(to: end.at)
    let stay = stays[end.stay]
    offered -= stay.asked
    if let allocation = stay.allocation {
      allocated -= stay.asked
      placer.giveBack(allocation)
    }
    stays[end.stay].allocation = nil
    freed.append(end.stay)
  }

  private mutating func advance(to time: Int) {
    let span = Int128(time - now)
    result.allocated += Int128(allocated) * span
    result.offered += Int128(offered) * span
    result.milliseconds += time - now
    for level in DomainLevel.allCases {
      result[level].lost += Int128(placer.lost(at: level)) * span
      result[level].free += Int128(placer.freeNodes(at: level) * GangMeasure.node) * span
    }
    now = time
  }
}
