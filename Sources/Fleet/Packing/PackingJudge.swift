/// What it costs to place a request on a node, by one method.
struct PackingJudge: Sendable {
  /// The cost where there is no room.
  static let noRoom = Int.max

  let method: PackingMethod
  let measure: FragmentationMeasure

  /// What is left of each node.
  private(set) var nodes: [PackingNode]

  /// By node: its fragmentation or loss before anything is placed there.
  private var base: [Int]
  private var values: RoomValue

  /// What the largest nodes have: thousandths of a core, and of accelerators.
  private let largest: (milliCores: Int, milli: Int)

  /// For an empty fleet.
  init(
    method: PackingMethod, measure: FragmentationMeasure, values: RoomValue, topology: Topology
  ) {
    self.method = method
    self.measure = measure
    let cores = topology.nodeTypes.reduce(1) { max($0, Int($1.host.milliCores)) }
    largest = (cores, topology.mostAcceleratorsPerNode * 1000)
    self.values = values
    nodes = topology.nodes.indices.map { PackingNode($0, of: topology) }
    base = []
    refreshBase()
  }

  /// What of all nodes is fragmented, in thousandths of an accelerator.
  var fragmentation: Int {
    guard measure.total > 0 else { return 0 }
    return nodes.reduce(0) { $0 + measure.fragmentation(of: $1) } / measure.total
  }

  /// Judges by other values from now on.
  mutating func adopt(_ values: RoomValue) {
    self.values = values
    refreshBase()
  }

  /// Reads anew what is left of a node.
  mutating func update(_ node: Int, of occupancy: Occupancy) {
    nodes[node].update(node, of: occupancy)
    base[node] = baseCost(of: nodes[node])
  }

  private mutating func refreshBase() { base = nodes.map(baseCost) }

  private func baseCost(of node: PackingNode) -> Int {
    switch method {
    case .fgd, .epsilonFGD: measure.fragmentation(of: node)
    case .muster: values.loss(of: node)
    case .random, .firstFit, .bestFit: 0
    }
  }

  /// What a request costs on a node at best, the less the better, and which accelerator it shares.
  func judgement(of request: PackingRequest, on node: Int) -> (cost: Int, device: Int) {
    let state = nodes[node]
    if method == .muster {
      return values.cheapest(request, on: state, before: base[node]) ?? (Self.noRoom, 0)
    }
    guard request.fits(state) else { return (Self.noRoom, 0) }
    guard request.count == 1, request.milli < 1000 else {
      return (cost(of: request, on: node, state, device: 0), 0)
    }
    var best = (cost: Self.noRoom, device: 0)
    for device in 0..<state.devices where state.left[device] >= request.milli {
      guard !state.isRepeated(device) else { continue }
      let cost = cost(of: request, on: node, state, device: device)
      if cost < best.cost { best = (cost, device) }
    }
    return best
  }

  private func cost(
    of request: PackingRequest, on node: Int, _ before: PackingNode, device: Int
  ) -> Int {
    switch method {
    case .random: return 0
    case .firstFit: return node
    case .bestFit:
      let idle = before.idle - request.count * request.milli
      let cores = Int(before.host.milliCores - request.host.milliCores)
      let left = cores * largest.milli + idle * largest.milliCores
      // Of one node's accelerators, the one with the least left.
      return left * 1024 + (request.milli < 1000 ? Int(before.left[device]) : 0)
    case .fgd:
      let after = measure.fragmentation(of: before.taking(request, device))
      return 100 - measure.score(before: base[node], after: after)
    case .epsilonFGD:
      return measure.fragmentation(of: before.taking(request, device)) - base[node]
    case .muster: preconditionFailure("the values judge for themselves")
    }
  }
}

extension PackingNode {
  /// What is left of an empty node.
  init(_ node: Int, of topology: Topology) {
    let type = topology.nodeTypes[Int(topology.typeIndices[node])]
    host = type.host
    devices = type.accelerators
    for device in 0..<devices { left[device] = 1000 }
    if let index = topology.models.firstIndex(of: type.acceleratorModel), devices > 0 {
      model = 1 << UInt64(index)
    }
  }

  /// Reads anew what is left. What is left in slices is nothing: only slices are of use there, and
  /// those are not packed.
  mutating func update(_ node: Int, of occupancy: Occupancy) {
    host = occupancy.host(freeOn: node)
    let first = Int(occupancy.topology.firstDevices[node])
    let free = occupancy.accelerators(freeOn: node)
    let sharesByMilli = occupancy.topology.sharesByMilli(on: node)
    for device in 0..<devices {
      left[device] =
        sharesByMilli
        ? Int16(occupancy.residuals[first + device])
        : (free >> UInt64(device) & 1 == 1 ? 1000 : 0)
    }
  }

  /// Thousandths of accelerators that are left in all.
  var idle: Int { (0..<devices).reduce(0) { $0 + Int(left[$1]) } }

  /// Whether an accelerator before it has the same left, so that it is the same.
  func isRepeated(_ device: Int) -> Bool {
    for other in 0..<device where left[other] == left[device] { return true }
    return false
  }

  /// What is left once a request is placed.
  func taking(_ request: PackingRequest, _ device: Int) -> PackingNode {
    var after = self
    after.take(request, device: device)
    return after
  }
}

extension Topology {
  /// Whether what is left of a node's accelerators is known in thousandths.
  fileprivate func sharesByMilli(on node: Int) -> Bool {
    switch sharing(of: node) {
    case .fractions: true
    case .none, .mig: false
    }
  }
}
