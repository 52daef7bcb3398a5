import Fleet
import Testing
import Units

@Suite struct `What of an allocation others don't hold` {
  @Test(arguments: 0..<400)
  func `is free, and the rest is once they have left`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let topology = try randomDeepTopology(&random)
    var occupancy = Occupancy(topology: topology)
    if let bystander = randomAllocation(&random, on: occupancy) { occupancy.take(bystander) }
    var holders: [Allocation.Holder] = []
    var later = occupancy
    for _ in 0..<3 {
      guard let holds = randomAllocation(&random, on: occupancy) else { continue }
      let keeps = random.below(3) == 0 ? holds.without(slices: [0]) : nil
      holders.append(Allocation.Holder(holds: holds, keeps: keeps))
      occupancy.take(holds)
      if let keeps { later.take(keeps) }
    }
    guard let claim = randomAllocation(&random, on: later) else { return }
    let rest = claim.remainder(besides: holders, on: topology)
    #expect(occupancy.isFree(rest))
    let beyond = rest.remainder(besides: [Allocation.Holder(holds: claim)], on: topology)
    #expect(beyond.slices.isEmpty, "more than it names")
    later.take(rest)
    let missing = claim.remainder(besides: [Allocation.Holder(holds: rest)], on: topology)
    #expect(later.isFree(missing))
    #expect(claim.remainder(besides: [], on: topology).acceleratorCount == claim.acceleratorCount)
  }

  @Test func `is a part of an accelerator that it names whole and another holds in part`() throws {
    var type = NodeType(name: "t", accelerators: 2, host: HostShare(cores: 16))
    type.sharing = .fractions
    var builder = TopologyBuilder(name: "one")
    try builder.addNodes([NodeName("n0")], type: type)
    let topology = try builder.build()
    let node = topology.nodes[0].id
    let claim = Allocation(
      slices: [NodeSlice(node: node, accelerators: 3)], hosts: [HostShare(cores: 9)])
    let victim = Allocation(
      slices: [NodeSlice(node: node, accelerators: 0)], hosts: [HostShare(cores: 12)],
      shares: [DeviceHold(slice: 0, device: 1, amount: 400)])
    #expect(
      claim.remainder(besides: [Allocation.Holder(holds: victim)], on: topology)
        == Allocation(
          slices: [NodeSlice(node: node, accelerators: 1)], hosts: [.none],
          shares: [DeviceHold(slice: 0, device: 1, amount: 600)]))
  }
}
