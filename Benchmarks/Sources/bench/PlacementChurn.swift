import Fleet
import Units

/// A fleet of 100,000 accelerators that gangs of all sizes come to and leave, nine tenths full.
struct PlacementChurn {
  private static let nodes = 12_500
  private static let perNode = 8
  private static let nodesPerLeaf = 50
  private static let leavesPerPod = 10

  /// How many accelerators gangs ask for; small ones come often, as in real workloads.
  private static let sizes = [1, 1, 1, 1, 1, 1, 2, 2, 4, 4, 8, 8, 8, 12, 16, 32, 64, 128, 512]

  private var occupancy: Occupancy
  private var gangs: [Allocation] = []
  private var generator: SeededGenerator
  private let fewestFree: Int

  /// The full fleet; which gangs come and which leave follows from the seed.
  init(seed: UInt64) throws {
    let topology = try Self.topology()
    occupancy = Occupancy(topology: topology)
    generator = SeededGenerator(seed: seed)
    fewestFree = topology.acceleratorCount / 10
    while placeGang() {}
  }

  /// Places so many gangs one after another; gangs leave whenever the next finds no room.
  mutating func run(gangs count: Int) -> Benchmark.Product {
    var digest: UInt64 = 0
    for _ in 0..<count {
      while !placeGang() { removeGang() }
      for slice in gangs[gangs.count - 1].slices {
        digest = (digest &* 31 &+ UInt64(slice.node.number)) &* 31 &+ slice.accelerators
      }
    }
    return Benchmark.Product(jobs: count, digest: String(digest, radix: 16))
  }

  /// Whether the next gang found room that leaves a tenth of the fleet free.
  private mutating func placeGang() -> Bool {
    let size = Self.sizes[generator.below(Self.sizes.count)]
    let shape = GangShape.accelerators(size, perNode: Self.perNode)
    guard occupancy.freeAccelerators - size >= fewestFree else { return false }
    guard let allocation = occupancy.placement(of: shape) else { return false }
    occupancy.take(allocation)
    gangs.append(allocation)
    return true
  }

  private mutating func removeGang() {
    let index = generator.below(gangs.count)
    gangs.swapAt(index, gangs.count - 1)
    occupancy.giveBack(gangs.removeLast())
  }

  private static func topology() throws -> Topology {
    var builder = TopologyBuilder(name: "churn")
    let type = NodeType(name: "node", accelerators: perNode)
    let leaves = nodes / nodesPerLeaf
    for leaf in 0..<leaves {
      let (pod, place) = leaf.quotientAndRemainder(dividingBy: leavesPerPod)
      if place == 0 { try builder.open(.pod, "p\(pod)") }
      try builder.open(.leaf, "l\(place)")
      let first = leaf * nodesPerLeaf
      let names = (first..<first + nodesPerLeaf).map { NodeName("n\($0)") }
      try builder.addNodes(names, type: type)
      try builder.close()
      if place == leavesPerPod - 1 { try builder.close() }
    }
    return try builder.build()
  }
}
