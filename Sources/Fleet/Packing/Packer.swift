import Units

/// Packs requests for parts of nodes, one after the other, by one method.
///
/// Each request is judged on each node once: the judgement holds until that node changes, or, for
/// `muster`, until the values are solved anew. Shape: for each different request a row of judgements
/// by node, and how far of the list of changes it has seen.
///
/// Complexity of a request: O(nodes) to find the least, and one judgement for each node that has
/// changed since a request like it came last.
public struct Packer: Sendable {
  /// What is free.
  public private(set) var occupancy: Occupancy

  private struct Row: Sendable {
    var request: PackingRequest
    var shape: GangShape
    /// How many have come.
    var count = 0
    /// By node: what placing it there costs, the less the better; `noRoom` where there is none.
    var costs: [Int] = []
    /// By node: the accelerator it would share.
    var devices: [Int8] = []
    /// How many changes the judgements reflect.
    var changesSeen = 0
    /// Which solution of the values they are by.
    var solution = -1
  }

  private static let noRoom = Int.max

  private let method: PackingMethod
  private let measure: FragmentationMeasure
  private var rows: [Row] = []
  private var nodes: [PackingNode]
  /// By node: what it has before anything is placed there: fragmentation, or loss.
  private var base: [Int] = []
  private var changes: [Int32] = []
  private var random: SeededGenerator
  private var values: RoomValue
  private var solution = 0
  private var arrivals = 0
  private var nextSolution = 1
  private let largest: (milliCores: Int, milli: Int)

  /// A packer for an empty fleet.
  ///
  /// - Parameters:
  ///   - shapes: the different requests there may be, by how frequent they are in the history that
  ///     fragmentation is measured by; `muster` does not look at how frequent they are.
  ///   - seed: what `random` is drawn from.
  public init(
    topology: Topology, shapes: [(shape: GangShape, count: Int)], method: PackingMethod,
    seed: UInt64
  ) {
    occupancy = Occupancy(topology: topology)
    self.method = method
    rows = shapes.map { Row(request: PackingRequest($0.shape, on: topology), shape: $0.shape) }
    measure = FragmentationMeasure(mix: Self.mix(zip(rows, shapes).map { ($0.request, $1.count) }))
    random = SeededGenerator(seed: seed)
    largest = (
      topology.nodeTypes.reduce(1) { max($0, Int($1.host.milliCores)) },
      topology.mostAcceleratorsPerNode * 1000
    )
    values = RoomValue(
      mostMilliCores: largest.milliCores, mostAccelerators: topology.mostAcceleratorsPerNode)
    nodes = topology.nodes.indices.map { PackingNode($0, of: topology) }
    refreshBase()
  }

  /// Requests that are alike but for their memory together, the most frequent first.
  private static func mix(
    _ counts: [(request: PackingRequest, count: Int)]
  ) -> [(request: PackingRequest, count: Int)] {
    var merged: [(request: PackingRequest, count: Int)] = []
    for (request, count) in counts {
      var key = request
      key.host = HostShare(milliCores: Int(request.host.milliCores))
      if let index = merged.firstIndex(where: { $0.request == key }) {
        merged[index].count += count
      } else {
        merged.append((key, count))
      }
    }
    // Of equals the first keeps its place.
    return merged.enumerated().sorted {
      $0.element.count != $1.element.count
        ? $0.element.count > $1.element.count : $0.offset < $1.offset
    }.map(\.element)
  }

  /// Places and takes the next request, one of the shapes by its index; nil where no node has room.
  public mutating func arrive(_ index: Int) -> Allocation? {
    note(index)
    refresh(index)
    guard let node = choose(rows[index].costs) else { return nil }
    let device = Int(rows[index].devices[node])
    let allocation = bind(rows[index], node: node, device: device)
    occupancy.take(allocation)
    changed(node)
    return allocation
  }

  /// Gives back what a request held.
  public mutating func leave(_ allocation: Allocation) {
    occupancy.giveBack(allocation)
    changed(occupancy.topology.index(of: allocation.slices[0].node))
  }

  /// What of the fleet is fragmented for the typical requests, in thousandths of an accelerator.
  public var fragmentation: Int {
    guard measure.total > 0 else { return 0 }
    return nodes.reduce(0) { $0 + measure.fragmentation(of: $1) } / measure.total
  }

  /// Counts a request, and solves the values anew whenever a quarter more have come.
  private mutating func note(_ index: Int) {
    rows[index].count += 1
    arrivals += 1
    guard method == .muster, arrivals >= nextSolution else { return }
    nextSolution = arrivals + max(16, arrivals / 4)
    values.solve(
      rows.map { row in
        RoomValue.Offer(
          milliCores: Int(row.request.host.milliCores), milli: row.request.milli,
          accelerators: row.request.count, count: row.count)
      })
    solution += 1
    refreshBase()
  }

  private mutating func changed(_ node: Int) {
    nodes[node].update(node, of: occupancy)
    base[node] = baseCost(of: nodes[node])
    changes.append(Int32(node))
  }

  private mutating func refreshBase() { base = nodes.map(baseCost) }

  private func baseCost(of node: PackingNode) -> Int {
    switch method {
    case .fgd, .epsilonFGD: measure.fragmentation(of: node)
    case .muster: values.loss(of: node)
    case .random, .firstFit, .bestFit: 0
    }
  }

  /// Brings a row of judgements up to date.
  private mutating func refresh(_ index: Int) {
    if rows[index].solution != solution || rows[index].costs.isEmpty {
      rows[index].costs = Array(repeating: Self.noRoom, count: nodes.count)
      rows[index].devices = Array(repeating: 0, count: nodes.count)
      rows[index].solution = solution
      for node in nodes.indices { judge(index, node) }
    } else {
      for change in rows[index].changesSeen..<changes.count { judge(index, Int(changes[change])) }
    }
    rows[index].changesSeen = changes.count
  }

  private mutating func judge(_ index: Int, _ node: Int) {
    let judgement = judgement(of: rows[index].request, on: node)
    rows[index].costs[node] = judgement.cost
    rows[index].devices[node] = Int8(judgement.device)
  }
}

extension Packer {
  /// What a request costs on a node at best, and with which accelerator.
  private func judgement(
    of request: PackingRequest, on node: Int
  ) -> (cost: Int, device: Int) {
    let state = nodes[node]
    guard request.fits(state) else { return (Self.noRoom, 0) }
    guard request.count == 1, request.milli < 1000 else {
      return (cost(of: request, on: node, state, device: 0), 0)
    }
    var best = (cost: Self.noRoom, device: 0)
    for device in 0..<state.devices where state.left[device] >= request.milli {
      // Accelerators with the same left are the same.
      if (0..<device).contains(where: { state.left[$0] == state.left[device] }) { continue }
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
    case .muster:
      let added = values.loss(of: before.taking(request, device)) - base[node]
      let thousandths = (added + RoomValue.one / 2) >> RoomValue.oneBits
      // Of places that cost the same, the accelerator with the least left.
      let left = request.count == 0 ? 0 : request.milli < 1000 ? Int(before.left[device]) : 1000
      return thousandths * 2048 + left
    }
  }

  /// The node to take; nil where none has room.
  private mutating func choose(_ costs: [Int]) -> Int? {
    var least = Self.noRoom
    var best = -1
    var node = 0
    for cost in costs {
      if cost < least {
        least = cost
        best = node
      }
      node &+= 1
    }
    guard best >= 0 else { return nil }
    switch method {
    case .random, .fgd(ties: .random):
      let equals = costs.count { $0 == least }
      var place = random.below(equals)
      return costs.firstIndex { cost in
        guard cost == least else { return false }
        place -= 1
        return place < 0
      }
    case .epsilonFGD(let thousandths):
      let (most, overflow) = least.addingReportingOverflow(thousandths * measure.total)
      return costs.firstIndex { $0 != Self.noRoom && (overflow || $0 <= most) }
    case .firstFit, .bestFit, .fgd(ties: .first), .muster:
      return best
    }
  }

  private func bind(_ row: Row, node: Int, device: Int) -> Allocation {
    let topology = occupancy.topology
    var slice = NodeSlice(node: topology.ids[node], accelerators: 0)
    var shares: [DeviceHold] = []
    if row.request.count > 0, row.request.milli < 1000 {
      shares = [DeviceHold(slice: 0, device: device, amount: UInt16(row.request.milli))]
    } else if row.request.count > 0 {
      slice.accelerators = occupancy.devices(row.request.count, on: node)
    }
    let hosts = topology.countsHosts ? [row.request.host] : []
    return Allocation(slices: [slice], hosts: hosts, shares: shares)
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

  /// Reads anew what is left.
  mutating func update(_ node: Int, of occupancy: Occupancy) {
    host = occupancy.host(freeOn: node)
    let first = Int(occupancy.topology.firstDevices[node])
    let free = occupancy.accelerators(freeOn: node)
    for device in 0..<devices {
      left[device] =
        occupancy.residuals.isEmpty
        ? (free >> UInt64(device) & 1 == 1 ? 1000 : 0)
        : Int16(occupancy.residuals[first + device])
    }
  }

  /// Thousandths of accelerators that are left in all.
  var idle: Int { (0..<devices).reduce(0) { $0 + Int(left[$1]) } }

  func taking(_ request: PackingRequest, _ device: Int) -> PackingNode {
    var after = self
    after.take(request, device: device)
    return after
  }
}
