import Fleet
import Testing
import Units

/// A gang of so many whole nodes of four.
private func gang(_ members: Int) -> GangShape {
  GangShape(members: members, member: MemberShape(accelerators: 4))
}

extension FleetPicture {
  /// The picture with gangs placed together drawn in, the first as b.
  fileprivate func placing(_ gangs: [GangShape], mostTrials: Int = 256) throws -> FleetPicture {
    let joint = JointPlacement(
      of: gangs, on: try occupancy(), by: NetworkModel(), mostTrials: mostTrials)
    var picture = self
    for (placement, letter) in zip(joint.placements, "bcdefgh") {
      if let placement { picture = picture.drawing(letter, placement.allocation) }
    }
    return picture
  }
}

/// All ways to place gangs one after the other on whole nodes, and what they cost.
private struct JointOracle {
  let occupancy: Occupancy
  let gangs: [GangShape]
  let model = NetworkModel()

  /// The least total cost at which nobody pays more than `limits`, whoever has no place there
  /// being free to get one; nil if there is none.
  func best(within limits: [PlacementCost?]) -> (placed: Int, cost: Int)? {
    search(0, occupancy, limits)
  }

  private func search(
    _ gang: Int, _ free: Occupancy, _ limits: [PlacementCost?]
  ) -> (placed: Int, cost: Int)? {
    guard gang < gangs.count else { return (0, 0) }
    var best: (placed: Int, cost: Int)?
    func consider(_ rest: (placed: Int, cost: Int)?, _ placed: Int, _ cost: Int) {
      guard let rest else { return }
      let total = (placed: rest.placed + placed, cost: rest.cost + cost)
      guard let known = best else {
        best = total
        return
      }
      if (-total.placed, total.cost) < (-known.placed, known.cost) { best = total }
    }
    let idle = free.topology.nodes.indices.filter { free.isFree(whole([$0], free)) }
    for nodes in subsets(of: idle, Int(gangs[gang].members)) {
      let allocation = whole(nodes, free)
      let cost = model.cost(of: allocation, in: free.topology)
      if let limit = limits[gang], limit.slowdown < cost.slowdown { continue }
      var rest = free
      rest.take(allocation)
      consider(
        search(gang + 1, rest, limits), 1, cost.slowdown * gangs[gang].acceleratorCount)
    }
    if limits[gang] == nil { consider(search(gang + 1, free, limits), 0, 0) }
    return best
  }

  private func whole(_ nodes: [Int], _ free: Occupancy) -> Allocation {
    Allocation(
      slices: nodes.map { NodeSlice(node: free.topology.nodes[$0].id, accelerators: 0b1111) })
  }

  private func subsets(of nodes: [Int], _ count: Int) -> [[Int]] {
    guard count > 0 else { return [[]] }
    guard let first = nodes.first, nodes.count >= count else { return [] }
    let rest = Array(nodes.dropFirst())
    return subsets(of: rest, count - 1).map { [first] + $0 } + subsets(of: rest, count)
  }
}

@Suite struct `Gangs that start together` {
  @Test func `make room for each other where that costs nobody anything`() throws {
    let before: FleetPicture = """
      p0/l0: n0[....] n1[....] n2[....]
      p0/l1: n3[....] n4[....] n5[aaaa]
      """
    // In the queue's order the pair takes l1, and the gang of three takes l0: nothing to gain.
    #expect(
      try before.placing([gang(2), gang(3)]) == """
        p0/l0: n0[cccc] n1[cccc] n2[cccc]
        p0/l1: n3[bbbb] n4[bbbb] n5[aaaa]
        """)
  }

  @Test func `are found places that the queue's order alone does not find`() throws {
    let before: FleetPicture = """
      p0/l0: n0[....] n1[....] n2[....]
      p0/l1: n3[....] n4[....]
      p1/l2: n5[....] n6[....] n7[....]
      p1/l3: n8[....] n9[....]
      """
    let gangs = [gang(4), gang(3), gang(3)]
    // In turn the four take a leaf of three, and the second three are left with two leaves.
    let greedy = JointPlacement(
      of: gangs, on: try before.occupancy(), by: NetworkModel(), mostTrials: 0)
    #expect(greedy.placements.map { $0?.cost.slowdown } == [0, 0, 71_428])
    let joint = JointPlacement(of: gangs, on: try before.occupancy(), by: NetworkModel())
    #expect(joint.placements.map { $0?.cost.slowdown } == [0, 0, 0])
    #expect(joint.totalCost == 0)
  }

  @Test(arguments: 0..<150)
  func `pay no more than in the queue's order, and hardly more than the least`(
    seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    let occupancy = try randomPicture(&random).occupancy()
    let gangs = (0..<2 + random.below(2)).map { _ in gang(1 + random.below(4)) }
    let joint = JointPlacement(of: gangs, on: occupancy, by: NetworkModel())
    let greedy = JointPlacement(
      of: gangs, on: occupancy, by: NetworkModel(), mostTrials: 0)
    for (place, cost) in zip(joint.placements, joint.greedyCosts) {
      guard let cost else { continue }
      #expect((place?.cost.slowdown).map { $0 <= cost.slowdown } == true)
    }
    var free = occupancy
    for place in joint.placements { if let place { free.take(place.allocation) } }
    free.checkInvariants()
    #expect(free == joint.remaining)
    let placed = joint.placements.count { $0 != nil }
    #expect(placed >= greedy.placements.count { $0 != nil })
    let oracle = JointOracle(occupancy: occupancy, gangs: gangs)
    let best = try #require(oracle.best(within: joint.greedyCosts))
    #expect((-best.placed, best.cost) <= (-placed, joint.totalCost))
  }

  private func randomPicture(_ random: inout SeededGenerator) throws -> FleetPicture {
    var lines: [String] = []
    var node = 0
    for pod in 0..<2 {
      for leaf in 0..<2 {
        let nodes = (0..<1 + random.below(3)).map { _ in
          node += 1
          return "n\(node - 1)[\(random.below(4) == 0 ? "aaaa" : "....")]"
        }
        lines.append("p\(pod)/l\(pod)\(leaf): \(nodes.joined(separator: " "))")
      }
    }
    return FleetPicture(stringLiteral: lines.joined(separator: "\n"))
  }
}
