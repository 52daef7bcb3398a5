public import Fleet
public import Traces
import Units

/// Pods come and go, and a method places those that it has room for.
///
/// The protocol that `FillProtocol` lacks: what leaves makes holes, and a method is judged by how
/// well it fills them. A pod that does not fit is refused and does not come back. The same seed
/// gives every method the same pods at the same times with the same stays.
public struct ChurnProtocol: Sendable {
  /// How much comes, and how much of it is measured.
  public struct Options: Sendable {
    /// What all pods would hold if none were refused, in percent of the accelerators, on average.
    public var loadPercent: Int
    /// How many pods come while it is measured.
    public var measured = 400_000
    /// What times and stays are drawn from, and what methods draw from.
    public var seed: UInt64 = 1

    /// So much load, and a seed of one.
    public init(loadPercent: Int) { self.loadPercent = loadPercent }
  }

  private let fleet: PodFleet
  private let start: ChurnArrivals
  private let options: Options

  /// A protocol for these nodes and pods.
  ///
  /// - Parameter order: which pod arrives, time after time; from its end it goes on at its start.
  /// - Throws: `TopologyError` where the nodes are no fleet.
  /// - Precondition: some pod in the order asks for accelerators; the load is above zero.
  public init(
    nodes: [OpenbNode], pods: [OpenbPod], order: [Int], nodeOrder: FillProtocol.NodeOrder,
    options: Options
  ) throws(TopologyError) {
    let fleet = try PodFleet(nodes: nodes, pods: pods, nodeOrder: nodeOrder)
    precondition(options.loadPercent > 0, "a load of \(options.loadPercent) %")
    precondition(order.contains { fleet.milli(of: $0) > 0 }, "no pod asks for accelerators")
    self.fleet = fleet
    self.options = options
    start = ChurnArrivals(
      order: order, pods: pods, asked: { fleet.milli(of: $0) },
      load: (options.loadPercent, fleet.capacity), seed: options.seed)
  }

  /// How many pods come while it is measured.
  public var arrivals: Int { options.measured }

  /// Runs it; the measuring begins when those that were there at the start have left.
  ///
  /// - Parameter progress: is told how many pods have come since.
  public func run(_ method: PackingMethod, progress: (Int) -> Void = { _ in }) -> ChurnResult {
    var arrivals = start
    var run = Run(fleet: fleet, method: method, seed: options.seed)
    while run.offered * 100 < fleet.capacity * options.loadPercent {
      run.comes(arrivals.nextThatIsThere())
    }
    while arrivals.now < arrivals.settled { run.comes(arrivals.next()) }
    run.beginMeasuring()
    for count in 0..<options.measured {
      run.comes(arrivals.next())
      if count & 1023 == 0 { progress(count) }
    }
    return run.result
  }
}

/// What came of pods that come and go; amounts in thousandths of an accelerator.
public struct ChurnResult: Equatable, Sendable {
  /// The fleet.
  public let capacity: Int
  /// How long was measured, in milliseconds.
  public internal(set) var milliseconds = 0
  /// What pods held, times the milliseconds that they held it.
  public internal(set) var allocated = Int128(0)
  /// The same if none had been refused.
  public internal(set) var offered = Int128(0)
  /// What pods have asked for.
  public internal(set) var asked = 0
  /// What those asked for that were refused.
  public internal(set) var refused = 0
  /// Pods that came before anything was measured.
  public internal(set) var earlier = 0
  /// Pods that came while it was.
  public internal(set) var pods = 0
  /// Pods that were refused.
  public internal(set) var failed = 0

  /// A result before anything came.
  init(capacity: Int) { self.capacity = capacity }
}

/// A run of the protocol: who is there, and what is measured.
private struct Run {
  private let fleet: PodFleet
  private var packer: Packer
  private var stays = Stays()
  private var now = 0
  private var allocated = 0

  /// What those ask for who would be there.
  private(set) var offered = 0
  private(set) var result: ChurnResult

  init(fleet: PodFleet, method: PackingMethod, seed: UInt64) {
    self.fleet = fleet
    packer = fleet.packer(method, seed: seed)
    result = ChurnResult(capacity: fleet.capacity)
  }

  mutating func beginMeasuring() {
    let earlier = result.pods
    result = ChurnResult(capacity: result.capacity)
    result.earlier = earlier
  }

  mutating func comes(_ arrival: ChurnArrivals.Arrival) {
    // At the same moment those who leave make room first.
    while let end = stays.takeNext(by: arrival.at) { leaves(end.stay, at: end.at) }
    advance(to: arrival.at)
    let asked = fleet.milli(of: arrival.pod)
    let allocation = packer.arrive(fleet.shapeOfPod[arrival.pod])
    result.pods += 1
    result.asked += asked
    offered += asked
    if allocation == nil {
      result.failed += 1
      result.refused += asked
    } else {
      allocated += asked
    }
    stays.add(
      Stays.Stay(asked: asked, allocation: allocation), until: arrival.at + arrival.stay)
  }

  private mutating func leaves(_ stay: Stays.Stay, at time: Int) {
    advance(to: time)
    offered -= stay.asked
    guard let allocation = stay.allocation else { return }
    allocated -= stay.asked
    packer.leave(allocation)
  }

  private mutating func advance(to time: Int) {
    result.allocated += Int128(allocated) * Int128(time - now)
    result.offered += Int128(offered) * Int128(time - now)
    result.milliseconds += time - now
    now = time
  }
}
