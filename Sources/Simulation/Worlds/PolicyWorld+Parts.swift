import Control
import Fleet
import Jobs
import Units

extension PolicyWorld {
  /// Some nodes share their accelerators, and some jobs ask for parts of them.
  ///
  /// They are shared by thousandths or by slices. All nodes count cores and memory, or none does:
  /// then some jobs ask for some of the host as well, or for nothing else.
  ///
  /// - Throws: what a fleet can't be built by; no seed is known that does.
  public mutating func addParts(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed ^ 0x9A27)
    let kinds = NodeKinds(&random)
    topology = try kinds.applied(to: topology)
    for index in incidents.indices {
      guard case .fleetChanged(let fleet) = incidents[index].input else { continue }
      let next = try kinds.applied(to: fleet)
      incidents[index] = Incident(at: incidents[index].instant, .fleetChanged(next))
    }
    for index in jobs.indices {
      let shape = jobs[index].request.shape
      var member = shape.member
      if random.below(100) < (shape.nodeCount == 1 ? 60 : 20) {
        member.accelerators = UInt16(1 + random.below(Int(member.accelerators)))
        member.share = Self.drawShare(&random)
      }
      if kinds.host != nil {
        if random.below(100) < 60 {
          member.host = HostShare(
            milliCores: 500 * (1 + random.below(8)), memory: 1024 * random.below(8))
        }
        if shape.nodeCount == 1, random.below(100) < 15 {
          member.accelerators = 0
          member.share = .whole
          if member.host.milliCores == 0 { member.host = HostShare(cores: 1) }
        }
      }
      jobs[index].request.shape = GangShape(
        members: Int(shape.members), member: member, rest: shape.rest, closeness: shape.closeness,
        eligibility: shape.eligibility)
    }
  }

  /// A node has as many cores as accelerators; some jobs ask for a core, and for nothing else, and
  /// all others for one beside their only accelerator.
  ///
  /// - Throws: what a fleet can't be built by; no seed is known that does.
  public mutating func addCores(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed ^ 0xC04E)
    let fleet = topology
    topology = try fleet.retyped { node in
      var type = fleet.type(of: node)
      type.host = HostShare(cores: type.accelerators)
      return type
    }
    for index in jobs.indices {
      let count = random.below(100) < 30 ? 0 : 1
      jobs[index].request.shape = GangShape(
        members: 1, member: MemberShape(accelerators: count, cores: 1))
    }
  }

  private static func drawShare(_ random: inout SeededGenerator) -> DeviceShare {
    guard random.below(2) == 0 else { return .milli(UInt16(100 * (1 + random.below(9)))) }
    let kinds = MIGProfile.Kind.allCases
    return .mig(MIGProfile(geometry: .h100x80, kind: kinds[random.below(kinds.count)]))
  }
}

/// What becomes of a fleet's nodes, whenever they come: their names say.
private struct NodeKinds {
  /// What each offers of its host; nil: that is not counted.
  let host: HostShare?
  private let seed: UInt64

  init(_ random: inout SeededGenerator) {
    host =
      random.below(2) == 0
      ? nil : HostShare(cores: 2 + random.below(15), memory: 4096 * (1 + random.below(8)))
    seed = random.next()
  }

  /// The same fleet, of such nodes.
  func applied(to fleet: Topology) throws -> Topology {
    try fleet.retyped { node in
      var type = fleet.type(of: node)
      let name = "\(fleet.nodes[node].name)"
      let draw = name.utf8.reduce(seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
      switch (draw >> 20) % 4 {
      case 0:
        type.name += "-fractions"
        type.sharing = .fractions
      case 1:
        type.name += "-slices"
        type.sharing = .mig(.h100x80)
      default: break
      }
      if let host { type.host = host }
      return type
    }
  }
}

extension Topology {
  /// The same domains and nodes, but for the nodes' types, by their places.
  func retyped(_ type: (Int) -> NodeType) throws -> Topology {
    var builder = TopologyBuilder(name: name)
    func add(_ nodes: Range<Int>) throws {
      for node in nodes { try builder.addNodes([self.nodes[node].name], type: type(node)) }
    }
    func add(domain index: Int) throws {
      let domain = domains[index]
      try builder.open(domain.level, domain.name, domain.attributes)
      if domain.children.isEmpty { try add(domain.nodes) }
      for child in domain.children { try add(domain: child) }
      try builder.close()
    }
    if roots.isEmpty { try add(nodes.indices) }
    for root in roots { try add(domain: root) }
    return try builder.build()
  }
}
