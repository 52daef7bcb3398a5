import Fleet
import Units

/// A run of the gang protocol: who is there, and what is measured.
struct GangRun {
  private let fleet: GangFleet
  private let mix: GangMix
  private let isStrict: Bool
  private let model = NetworkModel()
  private var placer: GangPlacer
  private var stays = Stays()
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
    while let end = stays.takeNext(by: arrival.at) { leaves(end.stay, at: end.at) }
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
    stays.add(
      Stays.Stay(asked: asked, allocation: allocation), until: arrival.at + arrival.stay)
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

  private mutating func leaves(_ stay: Stays.Stay, at time: Int) {
    advance(to: time)
    offered -= stay.asked
    guard let allocation = stay.allocation else { return }
    allocated -= stay.asked
    placer.giveBack(allocation)
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
