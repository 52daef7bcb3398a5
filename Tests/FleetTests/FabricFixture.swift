import Fleet
import Units

/// Fleets for the network model, and gangs on them.
enum FabricFixture {
  /// Eight accelerators at 450 GB/s, eight interfaces of 400 Gbit/s: 50 GB/s for each.
  static let hgx = NodeType(name: "hgx", acceleratorModel: "h100", accelerators: 8)

  /// A tray of an NVL72 rack: four at 900 GB/s, an interface each.
  static let tray: NodeType = {
    var type = NodeType(name: "tray", acceleratorModel: "gb200", accelerators: 4)
    type.links.acceleratorGigabytes = 900
    type.links.interfaces = 4
    return type
  }()

  /// Two islands of four.
  static let bridged: NodeType = {
    var type = NodeType(name: "bridged", acceleratorModel: "a100", accelerators: 8)
    type.islands = [4, 4]
    type.links.interfaces = 2
    return type
  }()

  static let cpu = NodeType(name: "cpu", accelerators: 0, host: HostShare(cores: 64))

  /// A regular fleet: so many domains of each level inside each of the level before, then nodes.
  static func regular(
    _ levels: [(DomainLevel, Int)], nodes: Int, _ type: NodeType, oversubscription: Int = 1000
  ) throws -> Topology {
    var builder = TopologyBuilder(name: "regular")
    var next = 0
    func fill(_ rest: ArraySlice<(DomainLevel, Int)>) throws {
      guard let (level, count) = rest.first else {
        try builder.addNodes((next..<next + nodes).map { NodeName("n\($0)") }, type: type)
        next += nodes
        return
      }
      for number in 0..<count {
        var attributes = DomainAttributes()
        if level != .block { attributes.oversubscription = oversubscription }
        try builder.open(level, "\(number)", attributes)
        try fill(rest.dropFirst())
        try builder.close()
      }
    }
    try fill(levels[...])
    return try builder.build()
  }

  /// All accelerators of these nodes.
  static func gang(_ nodes: some Sequence<Int>, on topology: Topology) -> Allocation {
    Allocation(
      slices: nodes.sorted().map { node in
        let count = topology.type(of: node).accelerators
        let all = count == 64 ? ~0 : (UInt64(1) << UInt64(count)) - 1
        return NodeSlice(node: topology.nodes[node].id, accelerators: all)
      })
  }

  /// A fleet of random levels, kinds of node and oversubscription, of at most 30 nodes.
  static func random(
    _ random: inout SeededGenerator, mostOversubscription: Int = 4
  ) throws -> Topology {
    var builder = TopologyBuilder(name: "random")
    let levels = DomainLevel.allCases.filter { _ in random.below(3) > 0 }
    let types = [hgx, tray, bridged, cpu]
    let oneType = random.below(2) == 0 ? types[random.below(4)] : nil
    var next = 0
    func fill(_ rest: ArraySlice<DomainLevel>) throws {
      guard let level = rest.first else {
        for _ in 0...random.below(3) where next < 30 || random.below(9) == 0 {
          try builder.addNodes([NodeName("n\(next)")], type: oneType ?? types[random.below(4)])
          next += 1
        }
        if next == 0 {
          try builder.addNodes([NodeName("n0")], type: hgx)
          next = 1
        }
        return
      }
      for number in 0...random.below(3) where number == 0 || next < 30 {
        var attributes = DomainAttributes()
        attributes.oversubscription = 1000 + 500 * random.below(2 * mostOversubscription - 1)
        try builder.open(level, "\(number)", attributes)
        let before = next
        try fill(rest.dropFirst())
        if next == before {
          try builder.addNodes([NodeName("n\(next)")], type: oneType ?? hgx)
          next += 1
        }
        try builder.close()
      }
    }
    try fill(levels[...])
    return try builder.build()
  }

  /// A gang on random nodes, often with all of their accelerators, now and then with parts of some.
  static func gang(_ random: inout SeededGenerator, on topology: Topology) -> Allocation {
    let whole = random.below(2) == 0
    var allocation = Allocation(slices: [])
    let one = 1 + random.below(4)
    for node in topology.nodes.indices where random.below(4) < one {
      let count = topology.type(of: node).accelerators
      var bits: UInt64 = 0
      for device in 0..<count where whole || random.below(2) == 0 { bits |= 1 << UInt64(device) }
      for device in 0..<count where bits >> UInt64(device) & 1 == 0 && random.below(8) == 0 {
        allocation.shares.append(
          DeviceHold(slice: allocation.slices.count, device: device, amount: 500))
      }
      allocation.slices.append(NodeSlice(node: topology.nodes[node].id, accelerators: bits))
    }
    return allocation
  }

  /// A model with φ and one mix.
  static func model(_ exposedShare: Int, _ mix: TrafficMix) -> NetworkModel {
    var model = NetworkModel()
    model.exposedShare = exposedShare
    model.mix = mix
    return model
  }
}
