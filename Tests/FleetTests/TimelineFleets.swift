import Fleet
import Testing
import Units

/// A random fleet of pods, leaves and blocks, of which some levels are absent; its nodes may have
/// cores, and accelerators that are shared.
func randomDeepTopology(_ random: inout SeededGenerator) throws -> Topology {
  var builder = TopologyBuilder(name: "deep")
  let levels = DomainLevel.allCases.filter { _ in random.below(2) == 0 }
  let cores = random.below(2) == 0 ? 16 : 0
  let sharing = [DeviceSharing.none, .none, .fractions, .mig(.h100x80)][random.below(4)]
  var count = 0
  func fill(_ levels: ArraySlice<DomainLevel>) throws {
    guard let level = levels.first else {
      for _ in 0...random.below(3) {
        let width = [2, 4, 4, 40][random.below(4)]
        var type = NodeType(
          name: "t\(width)", accelerators: width, host: HostShare(cores: cores))
        type.sharing = sharing
        try builder.addNodes([NodeName("n\(count)")], type: type)
        count += 1
      }
      return
    }
    for index in 0...random.below(2) {
      try builder.open(level, "\(level)\(index)")
      try fill(levels.dropFirst())
      try builder.close()
    }
  }
  try fill(levels[...])
  return try builder.build()
}

/// What a gang might hold, of what is free: nodes chosen at random rather than well, so that holes
/// appear, and parts of accelerators where they are shared; nil if chance found nothing.
func randomAllocation(
  _ random: inout SeededGenerator, on occupancy: Occupancy
) -> Allocation? {
  let topology = occupancy.topology
  var result = Allocation(slices: [])
  let countsHosts = topology.milliCores > 0
  for (index, node) in topology.nodes.enumerated() where random.below(3) == 0 {
    let type = topology.type(of: index)
    guard occupancy.condition(of: node.id) == .inService else { continue }
    var piece = Allocation(slices: [NodeSlice(node: node.id, accelerators: 0)])
    if countsHosts { piece.hosts = [HostShare(cores: random.below(9))] }
    for device in 0..<type.accelerators where random.below(3) == 0 {
      if type.sharing == .none || random.below(2) == 0 {
        piece.slices[0].accelerators |= 1 << UInt64(device)
      } else {
        let amount =
          type.sharing == .fractions ? [250, 500][random.below(2)] : 1 << random.below(8)
        piece.shares.append(DeviceHold(slice: 0, device: device, amount: UInt16(amount)))
      }
    }
    guard occupancy.isFree(piece) else { continue }
    result.slices += piece.slices
    result.hosts += piece.hosts
    result.shares += piece.shares.map {
      DeviceHold(slice: result.slices.count - 1, device: Int($0.device), amount: $0.amount)
    }
  }
  return result.slices.isEmpty ? nil : result
}

/// A shape of whole accelerators, cores and whole nodes that may or may not fit.
func randomPlainShape(_ random: inout SeededGenerator, on topology: Topology) -> GangShape {
  var member = MemberShape(accelerators: random.below(5), wholeNode: random.below(6) == 0)
  if topology.milliCores > 0 { member.host = HostShare(cores: random.below(9)) }
  if member.accelerators == 0, member.host.isEmpty { member.wholeNode = true }
  var rest: MemberShape?
  if member.accelerators > 1, random.below(2) == 0 {
    rest = MemberShape(accelerators: 1)
    rest?.host = HostShare(cores: member.host.cores / 2)
  }
  return GangShape(members: 1 + random.below(3), member: member, rest: rest)
}

extension Instant {
  static func at(_ milliseconds: Int) -> Instant { Instant(milliseconds: Int64(milliseconds)) }
}

extension TimeSpan {
  static func lasting(_ milliseconds: Int) -> TimeSpan {
    TimeSpan(milliseconds: Int64(milliseconds))
  }
}
