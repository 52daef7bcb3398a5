import Fleet
import Foundation
import PolicyFiles
import Testing
import Units

/// `Policies/fleets/gigafactory.yaml`, nine tenths full of gangs that come and go.
private struct BusyFleet {
  let topology: Topology
  private(set) var occupancy: Occupancy
  private var random: SeededGenerator
  private var held: [Allocation] = []
  /// Gangs of 24 nodes: how many were placed, in one leaf, and where some leaf had the room.
  private(set) var placed = 0
  private(set) var insideLeaf = 0
  private(set) var couldBeInside = 0

  init(seed: UInt64) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Policies/fleets/gigafactory.yaml")
    topology = try FleetFile.decode(
      try String(contentsOf: file, encoding: .utf8), file: "gigafactory.yaml")
    occupancy = Occupancy(topology: topology)
    random = SeededGenerator(seed: seed)
  }

  /// One gang comes; others leave until a tenth of the fleet is free and it has room.
  mutating func step() {
    let sizes = [1, 1, 1, 1, 2, 2, 4, 4, 8, 16, 24, 24, 48, 128]
    let nodes = sizes[random.below(sizes.count)]
    let model = topology.models[random.below(topology.models.count)]
    let shape = GangShape(
      members: nodes, member: MemberShape(accelerators: model == "gb200" ? 4 : 8),
      eligibility: Eligibility(models: [model]))
    while occupancy.freeAccelerators - shape.acceleratorCount < topology.acceleratorCount / 10
      || !occupancy.fits(shape)
    {
      occupancy.giveBack(held.remove(at: random.below(held.count)))
    }
    let couldBe = nodes == 24 && someLeafHolds(shape)
    guard let allocation = occupancy.placement(of: shape) else {
      Issue.record("\(shape) fits and has no place")
      return
    }
    occupancy.take(allocation)
    held.append(allocation)
    guard nodes == 24 else { return }
    placed += 1
    let leaves = Set(allocation.slices.map { leaf(of: $0.node) })
    if leaves.count == 1 { insideLeaf += 1 }
    if couldBe { couldBeInside += 1 }
  }

  /// Gangs leave until a sixth of the fleet is free; eight others then start together. What they
  /// pay in turn and together, in millionths of an accelerator.
  mutating func batch() -> (inTurn: Int, together: Int) {
    while occupancy.freeAccelerators < topology.acceleratorCount / 6 {
      occupancy.giveBack(held.remove(at: random.below(held.count)))
    }
    let gangs = (0..<8).map { _ in
      let model = topology.models[random.below(topology.models.count)]
      return GangShape(
        members: [4, 8, 12, 16, 24, 32][random.below(6)],
        member: MemberShape(accelerators: model == "gb200" ? 4 : 8),
        eligibility: Eligibility(models: [model]))
    }
    let joint = JointPlacement(of: gangs, on: occupancy, by: NetworkModel())
    for placement in joint.placements {
      guard let placement else { continue }
      occupancy.take(placement.allocation)
      held.append(placement.allocation)
    }
    return (joint.greedyTotalCost, joint.totalCost)
  }

  private func leaf(of node: NodeID) -> Int? {
    var domain = topology.nodes[topology.index(of: node)].domain
    while let index = domain, topology.domains[index].level > .leaf {
      domain = topology.domains[index].parent
    }
    return domain
  }

  /// Looks at every node of every leaf.
  private func someLeafHolds(_ shape: GangShape) -> Bool {
    topology.domains(at: .leaf).contains { leaf in
      let free = topology.domains[leaf].nodes.filter { node in
        let type = topology.type(of: node)
        let whole = Allocation(
          slices: [NodeSlice(node: topology.nodes[node].id, accelerators: (1 << 8) - 1)])
        let half = Allocation(
          slices: [NodeSlice(node: topology.nodes[node].id, accelerators: (1 << 4) - 1)])
        return shape.eligibility?.models.contains(type.acceleratorModel) == true
          && occupancy.isFree(type.accelerators == 8 ? whole : half)
      }
      return free.count >= Int(shape.members)
    }
  }
}

@Suite struct `On the reference fleet, nine tenths full` {
  @Test(arguments: [1, 2, 3])
  func `a gang of 24 nodes is inside a leaf whenever any leaf has room`(seed: UInt64) throws {
    var fleet = try BusyFleet(seed: seed)
    for _ in 0..<4000 { fleet.step() }
    fleet.occupancy.checkInvariants()
    #expect(fleet.placed > 100)
    #expect(fleet.couldBeInside > 0)
    #expect(fleet.insideLeaf == fleet.couldBeInside)
    print("24-node gangs, seed \(seed):", fleet.insideLeaf, "of", fleet.placed, "in one leaf")
  }

  @Test func `gangs that start together pay less than in turn`() throws {
    var inTurn = 0
    var together = 0
    for seed in 1...3 as ClosedRange<UInt64> {
      var fleet = try BusyFleet(seed: seed)
      for _ in 0..<2000 { fleet.step() }
      for _ in 0..<100 {
        let cost = fleet.batch()
        #expect(cost.together <= cost.inTurn)
        inTurn += cost.inTurn
        together += cost.together
      }
    }
    #expect(together < inTurn)
    print("eight gangs lose, in turn and together:", inTurn / 300, together / 300)
  }
}
