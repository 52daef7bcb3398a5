public import Fleet
public import Traces

/// Fills an empty fleet with pods, one after the other, and sees how much of it is allocated.
///
/// The protocol of Weng et al. 2023 (USENIX ATC): pods arrive in a given order, one that does not
/// fit is dropped, none leaves. How much has arrived is measured in accelerators asked for, over
/// those of the fleet; dropped pods count.
public struct FillProtocol: Sendable {
  private let fleet: PodFleet
  private let order: [Int]

  /// At how many percent arrived the figures are taken.
  public static let samples = [80, 90, 100, 110, 120, 130]

  /// In which order the nodes stand: earlier ones are taken first, of equals.
  public enum NodeOrder: Hashable, Sendable {
    /// By name.
    case name
    /// At random.
    case shuffled(seed: UInt64)
  }

  /// A protocol for these nodes and pods.
  ///
  /// - Parameter order: which pod arrives, time after time.
  /// - Throws: `TopologyError` where the nodes are no fleet.
  public init(
    nodes: [OpenbNode], pods: [OpenbPod], order: [Int], nodeOrder: NodeOrder
  ) throws(TopologyError) {
    fleet = try PodFleet(nodes: nodes, pods: pods, nodeOrder: nodeOrder)
    self.order = order
  }

  /// How many pods arrive in all.
  public var arrivals: Int { order.count }

  /// Runs it until so many percent have arrived.
  ///
  /// - Parameter progress: is told how many pods have arrived.
  public func run(
    _ method: PackingMethod, seed: UInt64, until percent: Int = 130,
    progress: (Int) -> Void = { _ in }
  ) -> FillResult {
    var packer = fleet.packer(method, seed: seed)
    var result = FillResult(capacity: fleet.capacity)
    for pod in order {
      guard result.arrived * 100 < result.capacity * percent else { break }
      let isPlaced = packer.arrive(fleet.shapeOfPod[pod]) != nil
      result.note(fleet.milli(of: pod), isPlaced: isPlaced) { packer.fragmentation }
      if result.pods & 255 == 0 { progress(result.pods) }
    }
    result.finish { packer.fragmentation }
    return result
  }
}

/// What came of filling a fleet; amounts in thousandths of an accelerator.
public struct FillResult: Sendable {
  /// What was allocated and fragmented when so many percent had arrived.
  public struct Sample: Sendable {
    /// How many percent of the fleet's accelerators had been asked for.
    public var percent: Int
    /// How much was allocated.
    public var allocated: Int
    /// How much of what was idle the typical pods could not use.
    public var fragmented: Int
  }

  /// The fleet.
  public let capacity: Int
  /// What pods have asked for.
  public private(set) var arrived = 0
  /// What pods hold.
  public private(set) var allocated = 0
  /// Pods that came.
  public private(set) var pods = 0
  /// Pods that were dropped.
  public private(set) var failed = 0
  /// The figures on the way.
  public private(set) var samples: [Sample] = []

  init(capacity: Int) { self.capacity = capacity }

  mutating func note(_ asked: Int, isPlaced: Bool, fragmented: () -> Int) {
    pods += 1
    arrived += asked
    if isPlaced { allocated += asked } else { failed += 1 }
    while samples.count < FillProtocol.samples.count,
      arrived * 100 >= capacity * FillProtocol.samples[samples.count]
    {
      take(fragmented())
    }
  }

  /// An order that ends within half a percent of the next sample has reached it.
  mutating func finish(fragmented: () -> Int) {
    guard samples.count < FillProtocol.samples.count,
      arrived * 200 >= capacity * (FillProtocol.samples[samples.count] * 2 - 1)
    else { return }
    take(fragmented())
  }

  private mutating func take(_ fragmented: Int) {
    samples.append(
      Sample(
        percent: FillProtocol.samples[samples.count], allocated: allocated,
        fragmented: fragmented))
  }
}
