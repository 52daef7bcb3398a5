import Fleet
import Units

/// Room cleared for gangs on 12,500 nodes × 8 where 20,000 jobs run that may all be evicted.
///
/// The jobs hold 1 to 512 accelerators, most of them a part of a node, as the house places them;
/// about 95 % of the fleet is taken, and idle nodes are kept for others. Seven in ten have made a
/// checkpoint within the last 30 minutes, the others have lost up to ten hours; a restart takes
/// five minutes.
struct ClearingStream {
  private static let sizes = [1, 1, 1, 1, 1, 2, 2, 2, 4, 4, 8, 8, 12, 12]

  private let occupancy: Occupancy
  private let candidates: [ClearingCandidate]
  private let shape: GangShape

  /// The full fleet; which jobs run there follows from the seed.
  init(_ shape: GangShape, seed: UInt64 = 1) throws {
    self.shape = shape
    var random = SeededGenerator(seed: seed)
    var occupancy = Occupancy(topology: try PlacementStream.topology())
    var candidates: [ClearingCandidate] = []
    while candidates.count < 20_000 {
      var size = Self.sizes[random.below(Self.sizes.count)]
      if random.below(500) == 0 { size = 128 << random.below(3) }
      let shape = GangShape.accelerators(size, perNode: 8)
      guard let allocation = occupancy.placement(of: shape) else { break }
      occupancy.take(allocation)
      let seconds = random.below(random.below(10) < 7 ? 1800 : 36_000)
      candidates.append(
        ClearingCandidate(
          job: JobID(UInt32(candidates.count + 1)), allocation: allocation,
          loss: Int64(size * (seconds + 300) * 1000),
          started: Instant(milliseconds: Int64(-1000 * (seconds + random.below(36_000))))))
    }
    let idle = occupancy.topology.nodes.map { NodeSlice(node: $0.id, accelerators: 0xFF) }
      .filter { occupancy.isFree(Allocation(slices: [$0])) }
    occupancy.take(Allocation(slices: idle))
    self.occupancy = occupancy
    self.candidates = candidates
  }

  /// Clears the room so many times, each time from the start.
  func run(times: Int) -> Benchmark.Product {
    var digest: UInt64 = 0
    for _ in 0..<times {
      guard let clearing = occupancy.clearing(for: shape, among: candidates, by: .leastLoss)
      else { continue }
      digest = digest &* 31 &+ UInt64(bitPattern: clearing.loss)
      digest = digest &* 31 &+ UInt64(clearing.evicted.count)
    }
    let free = occupancy.freeAccelerators
    return Benchmark.Product(
      jobs: times, digest: "\(candidates.count)-\(free)-\(String(digest, radix: 16))")
  }
}
