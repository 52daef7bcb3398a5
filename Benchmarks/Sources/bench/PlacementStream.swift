import Fleet
import Units

/// Gangs of one size that come to a fleet of 12,500 nodes × 8 and go again, at several fills.
///
/// The fleet is that of `Policies/fleets/bench-100k.yaml`: leaves of 32 nodes, pods of 512. Each
/// gang is placed, taken and given back, so that every placement finds the same fill.
struct PlacementStream {
  /// What is taken before the stream begins.
  enum Fill: CaseIterable {
    case empty
    case half
    case nineTenths
    /// Half the nodes hold six of eight, the others are full.
    case fragmented
  }

  let shape: GangShape
  private var fleets: [Occupancy]

  /// The fleets filled by a seed.
  init(_ shape: GangShape, fills: [Fill], seed: UInt64 = 1) throws {
    self.shape = shape
    let topology = try Self.topology()
    fleets = fills.map { Self.filled(topology, $0, seed) }
  }

  /// Places so many gangs, in turn on each of the fleets.
  mutating func run(gangs count: Int) -> Benchmark.Product {
    var digest: UInt64 = 0
    for fleet in fleets.indices {
      for _ in 0..<count / fleets.count {
        guard let allocation = fleets[fleet].placement(of: shape) else {
          digest = digest &* 31 &+ 1
          continue
        }
        fleets[fleet].take(allocation)
        digest = digest &* 31 &+ UInt64(allocation.slices[0].node.number)
        fleets[fleet].giveBack(allocation)
      }
    }
    return Benchmark.Product(jobs: count, digest: String(digest, radix: 16))
  }

  /// Fills an empty fleet with jobs of one node each, as often as asked.
  static func fill(times: Int) throws -> Benchmark.Work {
    let empty = Occupancy(topology: try topology())
    let shape = GangShape.accelerators(8, perNode: 8)
    return {
      var jobs = 0
      for _ in 0..<times {
        var fleet = empty
        while let allocation = fleet.placement(of: shape) {
          fleet.take(allocation)
          jobs += 1
        }
      }
      return Benchmark.Product(jobs: jobs, digest: "\(jobs)")
    }
  }

  private static func filled(_ topology: Topology, _ fill: Fill, _ seed: UInt64) -> Occupancy {
    var random = SeededGenerator(seed: seed)
    var fleet = Occupancy(topology: topology)
    var slices: [NodeSlice] = []
    var order = topology.nodes.map(\.id)
    order.shuffle(using: &random)
    let whole: Int
    switch fill {
    case .empty: whole = 0
    case .half, .fragmented: whole = order.count / 2
    case .nineTenths: whole = order.count * 9 / 10
    }
    for (index, node) in order.enumerated() {
      if index < whole { slices.append(NodeSlice(node: node, accelerators: 0xFF)) }
      if index >= whole, fill == .fragmented {
        slices.append(NodeSlice(node: node, accelerators: 0x3F))
      }
    }
    fleet.take(Allocation(slices: slices))
    return fleet
  }

  static func topology() throws -> Topology {
    var builder = TopologyBuilder(name: "bench-100k")
    let type = NodeType(name: "h100x8", acceleratorModel: "h100", accelerators: 8)
    for first in stride(from: 0, to: 12_500, by: 512) {
      try builder.open(.pod, "p\(first / 512)")
      for leaf in stride(from: first, to: min(first + 512, 12_500), by: 32) {
        try builder.open(.leaf, "l\(leaf / 32)")
        let nodes = leaf..<min(leaf + 32, 12_500)
        try builder.addNodes(nodes.map { NodeName("n\($0)") }, type: type)
        try builder.close()
      }
      try builder.close()
    }
    return try builder.build()
  }
}
