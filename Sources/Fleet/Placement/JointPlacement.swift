/// Several gangs that start in one cycle, placed together.
///
/// Each gets its place in the order of the queue first: the greedy plan. Then a local search makes
/// it better where it can: a gang that pays more than its ideal place, or has no place, is put
/// before another one, which is placed again in what is left. A change is kept if it leaves nobody
/// worse: no gang pays more than under the greedy plan, none that had a place loses it, and so the
/// sum never rises. The search goes through all pairs in a fixed order, until nothing gets better
/// or its trials are used up.
///
/// Kernighan and Lin 1970 exchange pairs in the same way; here both are placed anew.
public struct JointPlacement: Sendable {
  /// The place of each gang, in the order of the queue; nil where there is none.
  public private(set) var placements: [Placement?]

  /// What each gang would pay under the greedy plan; nil where it would have no place.
  public let greedyCosts: [PlacementCost?]

  /// How many changes the search has tried.
  public private(set) var trials = 0

  /// How many it has kept.
  public private(set) var improvements = 0

  private var occupancy: Occupancy
  private let gangs: [GangShape]
  private let model: NetworkModel
  private let mix: RequestMix?

  /// Places gangs on what is free of a fleet. O(trials × one placement)
  ///
  /// - Parameters:
  ///   - gangs: in the order of the queue.
  ///   - mix: the requests seen so far, for gangs that take a part of one node.
  ///   - mostTrials: how many changes may be tried; 0 for the greedy plan.
  public init(
    of gangs: [GangShape], on occupancy: Occupancy, by model: NetworkModel,
    among mix: RequestMix? = nil, mostTrials: Int = 256
  ) {
    self.gangs = gangs
    self.mix = mix
    self.model = model
    self.occupancy = occupancy
    var placements: [Placement?] = []
    for gang in gangs {
      let placement = self.occupancy.pricedPlacement(of: gang, by: model, among: mix)
      if let placement { self.occupancy.take(placement.allocation) }
      placements.append(placement)
    }
    self.placements = placements
    greedyCosts = placements.map { $0?.cost }
    search(mostTrials)
  }

  /// What is free when all of them have started.
  public var remaining: Occupancy { occupancy }

  /// What all that have a place pay together: slowdown × accelerators, in millionths of one.
  public var totalCost: Int {
    zip(placements, gangs).reduce(0) { $0 + ($1.0?.cost.slowdown ?? 0) * $1.1.acceleratorCount }
  }

  /// The same under the greedy plan, of those that have a place there.
  public var greedyTotalCost: Int {
    zip(greedyCosts, gangs).reduce(0) { $0 + ($1.0?.slowdown ?? 0) * $1.1.acceleratorCount }
  }

  private mutating func search(_ mostTrials: Int) {
    var hasImproved = true
    while hasImproved {
      hasImproved = false
      for gang in gangs.indices where isUnhappy(gang) {
        for other in gangs.indices where other != gang && placements[other] != nil {
          guard trials < mostTrials else { return }
          trials += 1
          guard tryBefore(gang, other) else { continue }
          improvements += 1
          hasImproved = true
          if !isUnhappy(gang) { break }
        }
      }
    }
  }

  /// Whether a gang could have it better.
  private func isUnhappy(_ gang: Int) -> Bool {
    placements[gang].map { $0.cost.slowdown > 0 || $0.cost.spineCrossings > 0 } ?? true
  }

  /// Places a gang before another, and keeps that if it gains and the other does not lose.
  private mutating func tryBefore(_ gang: Int, _ other: Int) -> Bool {
    guard let place = placements[other] else { return false }
    var trial = occupancy
    trial.giveBack(place.allocation)
    if let own = placements[gang] { trial.giveBack(own.allocation) }
    guard let new = trial.pricedPlacement(of: gangs[gang], by: model, among: mix),
      placements[gang].map({ new.cost.isLess(than: $0.cost) }) ?? true
    else { return false }
    trial.take(new.allocation)
    guard let rest = trial.pricedPlacement(of: gangs[other], by: model, among: mix),
      !place.cost.isLess(than: rest.cost)
    else { return false }
    trial.take(rest.allocation)
    occupancy = trial
    placements[gang] = new
    placements[other] = rest
    return true
  }
}

extension PlacementCost {
  /// Whether a gang is better off at this cost: by its slowdown, then by its crossings.
  func isLess(than other: PlacementCost) -> Bool {
    slowdown != other.slowdown
      ? slowdown < other.slowdown : spineCrossings < other.spineCrossings
  }
}
