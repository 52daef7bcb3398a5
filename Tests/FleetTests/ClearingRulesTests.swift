import Fleet
import Testing
import Units

/// 64 nodes × 8 in leaves of 16 that are 95 % full of jobs of all sizes, all of which may go.
private struct BusyFleet {
  private static let sizes = [1, 1, 1, 2, 2, 4, 8, 8, 8, 12, 16, 16, 32, 64]

  let occupancy: Occupancy
  let candidates: [ClearingCandidate]

  /// Seven jobs in ten have a checkpoint of the last half hour, the others none for up to ten.
  init(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var builder = TopologyBuilder(name: "busy")
    let type = NodeType(name: "t", accelerators: 8)
    for leaf in 0..<4 {
      try builder.open(.leaf, "l\(leaf)")
      try builder.addNodes((0..<16).map { NodeName("n\(leaf * 16 + $0)") }, type: type)
      try builder.close()
    }
    var occupancy = Occupancy(topology: try builder.build())
    var candidates: [ClearingCandidate] = []
    while occupancy.freeAccelerators > 512 / 20 {
      let size = Self.sizes[random.below(Self.sizes.count)]
      guard let place = occupancy.placement(of: .accelerators(size, perNode: 8)) else { continue }
      occupancy.take(place)
      let age = random.below(36_000)
      let since = random.below(10) < 7 ? age % 1800 : age
      candidates.append(
        ClearingCandidate(
          job: JobID(UInt32(candidates.count + 1)), allocation: place,
          loss: Int64(size * (since + 300) * 1000),
          started: Instant(milliseconds: Int64(-age * 1000))))
    }
    // Jobs end, and others take their room: what is free is not all in one place.
    for _ in 0..<40 {
      let index = random.below(candidates.count)
      occupancy.giveBack(candidates[index].allocation)
      let size = candidates[index].allocation.acceleratorCount
      guard let place = occupancy.placement(of: .accelerators(size, perNode: 8)) else { continue }
      candidates[index].allocation = place
      occupancy.take(place)
    }
    self.occupancy = occupancy
    self.candidates = candidates
  }
}

@Suite struct `Rules for choosing victims` {
  private struct Sum {
    var loss: Int64 = 0
    var victims = 0
  }

  /// What gangs of a shape lose by each rule on the fleets of some seeds, each gang on its own.
  private func sums(_ shape: GangShape, seeds: Range<UInt64>) throws -> [Sum] {
    var sums = ClearingAim.allCases.map { _ in Sum() }
    for seed in seeds {
      let fleet = try BusyFleet(seed: seed)
      for (index, aim) in ClearingAim.allCases.enumerated() {
        let clearing = fleet.occupancy.clearing(for: shape, among: fleet.candidates, by: aim)
        sums[index].loss += try #require(clearing).loss
        sums[index].victims += clearing?.evicted.count ?? 0
      }
    }
    return sums
  }

  @Test(arguments: [1, 4, 8, 32, 64, 128, 256])
  func `least lost work loses less than half of what youngest first loses, 95 % full`(
    accelerators: Int
  ) throws {
    var shape = GangShape.accelerators(accelerators, perNode: 8)
    if (9...128).contains(accelerators) { shape = shape.with(.within(.leaf)) }
    let sums = try sums(shape, seeds: 0..<50)
    let (least, youngest, fewest) = (sums[0], sums[1], sums[2])
    #expect(least.loss * 2 <= youngest.loss)
    #expect(least.loss <= fewest.loss)
    #expect(fewest.victims <= least.victims)
    #expect(fewest.victims <= youngest.victims)
  }
}
