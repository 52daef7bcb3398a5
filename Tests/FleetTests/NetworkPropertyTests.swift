import Fleet
import Testing
import Units

@Suite struct `A placement's slowdown` {
  private func slowdown(
    _ gang: Allocation, _ fleet: Topology, _ model: NetworkModel, _ others: UplinkDemand? = nil
  ) -> Int {
    model.cost(of: gang, in: fleet, others: others).slowdown
  }

  /// One of three models.
  private func model(_ random: inout SeededGenerator) -> NetworkModel {
    let mixes = [TrafficMix.rings, .everybody, .training]
    return FabricFixture.model(100_000 + random.below(400_000), mixes[random.below(3)])
  }

  @Test(arguments: 0..<200) func `is no less for touching one more domain`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let fleet = try FabricFixture.regular(
      [(.site, 2), (.pod, 2), (.leaf, 3), (.block, 2)], nodes: 3,
      [FabricFixture.hgx, FabricFixture.tray][random.below(2)])
    let model = model(&random)
    var nodes = Array(random.below(30)..<30 + random.below(20))
    for _ in 0..<20 {
      // From a domain with several of the gang's nodes to one beside it with none.
      let level = DomainLevel.allCases[random.below(4)]
      let parents = fleet.domains(at: level).map { fleet.domains[$0].parent }
      let parent = parents[random.below(parents.count)]
      let domains = fleet.domains.filter { $0.level == level && $0.parent == parent }.map(\.nodes)
      let full = domains.filter { domain in nodes.count { domain.contains($0) } > 1 }
      let free = domains.filter { domain in !nodes.contains { domain.contains($0) } }
      guard let from = full.last, let to = free.first else { continue }
      let before = slowdown(FabricFixture.gang(nodes, on: fleet), fleet, model)
      let moved = nodes.lastIndex { from.contains($0) }
      nodes.remove(at: try #require(moved))
      nodes.append(to.lowerBound)
      let after = slowdown(FabricFixture.gang(nodes, on: fleet), fleet, model)
      #expect(after >= before, "\(level): \(nodes.sorted())")
    }
  }

  @Test(arguments: 0..<200) func `is no less beside more gangs`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let fleet = try FabricFixture.random(&random)
    let model = model(&random)
    let gang = FabricFixture.gang(&random, on: fleet)
    var others = UplinkDemand(topology: fleet)
    var before = slowdown(gang, fleet, model)
    #expect(before >= 0)
    #expect(slowdown(gang, fleet, model, others) == before)
    for _ in 0..<10 {
      others.add(FabricFixture.gang(&random, on: fleet), in: fleet, by: self.model(&random))
      let after = slowdown(gang, fleet, model, others)
      #expect(after >= before)
      before = after
    }
  }

  @Test(arguments: 0..<100)
  func `is no less where more of a step is exposed, or switches are narrower`(
    seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    let levels = [(DomainLevel.pod, 2), (.leaf, 3)]
    let nodes = 1 + random.below(4)
    var model = model(&random)
    let seed = random.next()
    var before = 0
    for oversubscription in [1000, 1500, 3000, 8000, 64_000] {
      let fleet = try FabricFixture.regular(
        levels, nodes: nodes, FabricFixture.hgx, oversubscription: oversubscription)
      var same = SeededGenerator(seed: seed)
      let after = slowdown(FabricFixture.gang(&same, on: fleet), fleet, model)
      #expect(after >= before, "\(oversubscription)")
      before = after
      model.exposedShare += random.below(2) * 10_000
    }
  }

  @Test(arguments: 0..<100)
  func `is no less between less efficient switches, where one leaf would have done`(
    seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    let fleet = try FabricFixture.regular([(.leaf, 4)], nodes: 6, FabricFixture.hgx)
    var model = model(&random)
    var nodes: [Int] = []
    for _ in 0..<6 {
      let node = random.below(24)
      if !nodes.contains(node) { nodes.append(node) }
    }
    var before = 0
    for efficiency in [900_000, 850_000, 700_000, 450_000, 1] {
      model.efficiency.spine = efficiency
      let after = slowdown(FabricFixture.gang(nodes, on: fleet), fleet, model)
      #expect(after >= before)
      before = after
    }
    #expect(before <= NetworkModel.mostSlowdown)
  }

  @Test func `stops at the most that is predicted`() throws {
    let fleet = try FabricFixture.regular(
      [(.leaf, 2)], nodes: 2, FabricFixture.hgx, oversubscription: 1_000_000)
    var model = FabricFixture.model(1_000_000, .everybody)
    model.efficiency.spine = 0
    var others = UplinkDemand(topology: fleet)
    let gang = FabricFixture.gang([0, 2], on: fleet)
    for _ in 0..<5000 { others.add(gang, in: fleet, by: model) }
    #expect(slowdown(gang, fleet, model, others) == NetworkModel.mostSlowdown)
  }
}

@Suite struct `The demand on uplinks` {
  @Test func `is one interface for a ring, and n(1 − n/N) for an all-to-all`() throws {
    let fleet = try FabricFixture.regular([(.pod, 2), (.leaf, 2)], nodes: 4, FabricFixture.hgx)
    func asked(_ nodes: [Int], _ mix: TrafficMix) -> [Int] {
      var demand = UplinkDemand(topology: fleet)
      let gang = FabricFixture.gang(nodes, on: fleet)
      demand.add(gang, in: fleet, by: FabricFixture.model(0, mix))
      return fleet.domains.indices.map { demand.asked(ofDomain: $0) }
    }
    let one = 1_000_000_000
    // Pods, then leaves.
    #expect(asked([0, 1, 2, 3], .everybody) == [0, 0, 0, 0, 0, 0])
    #expect(asked([0, 1, 2, 4], .rings) == [0, 0, one, one, 0, 0])
    #expect(asked([0, 1, 2, 4], .everybody) == [0, 0, one / 4 * 3, one / 4 * 3, 0, 0])
    #expect(
      asked([0, 1, 4, 8], .everybody) == [
        one / 4 * 3, one / 4 * 3, one, one / 4 * 3, one / 4 * 3, 0,
      ])
    #expect(asked([0, 1, 4, 8], .rings) == [one, one, one, one, one, 0])
  }

  /// Four nodes at 2:1 have two interfaces' worth of uplinks a rail; three rings ask for three.
  @Test func `makes gangs share what there is`() throws {
    let fleet = try FabricFixture.regular(
      [(.leaf, 2)], nodes: 4, FabricFixture.hgx, oversubscription: 2000)
    let model = FabricFixture.model(400_000, .rings)
    var others = UplinkDemand(topology: fleet)
    func slowdown(_ nodes: [Int]) -> Int {
      model.cost(of: FabricFixture.gang(nodes, on: fleet), in: fleet, others: others).slowdown
    }
    #expect(slowdown([0, 4]) == 114_285)
    others.add(FabricFixture.gang([1, 5], on: fleet), in: fleet, by: model)
    #expect(slowdown([0, 4]) == 114_285)
    others.add(FabricFixture.gang([2, 6], on: fleet), in: fleet, by: model)
    // 0.4 · (9/7 · 3/2 − 1)
    #expect(slowdown([0, 4]) == 371_428)
    #expect(slowdown([0, 3]) == 0)
  }

  @Test(arguments: 0..<100) func `is gone when the gangs are`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let fleet = try FabricFixture.random(&random)
    let empty = UplinkDemand(topology: fleet)
    var demand = empty
    var gangs: [Allocation] = []
    for _ in 0..<10 {
      gangs.append(FabricFixture.gang(&random, on: fleet))
      demand.add(gangs[gangs.count - 1], in: fleet, by: NetworkModel())
    }
    while !gangs.isEmpty {
      demand.remove(gangs.remove(at: random.below(gangs.count)), in: fleet, by: NetworkModel())
    }
    #expect(demand == empty)
  }
}
