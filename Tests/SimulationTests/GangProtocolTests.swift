import Fleet
import Simulation
import Testing
import Units

/// Sizes with equal shares.
private func mix(_ sizes: Int...) -> GangMix {
  GangMix(sizes.map { GangMix.Entry(nodes: $0, share: 1) })
}

private let methods: [GangMethod] = [.firstFit, .bestFitDomain, .mostFree, .lifted, .muster]

@Suite struct `The measure lifted to leaves and pods` {
  /// What F is in millionths of a node where gangs of 1, 2, 4 and 8 nodes come, as many of each. A
  /// leaf of four could hold all but the last, so that each of the three is a third there.
  private static let rows: [(picture: GangPicture, leaf: Int, pod: Int)] = [
    ("p0/l0: ....\np0/l1: ....", 0, 0),
    // One free: not for 2 and 4, nor for 8.
    ("p0/l0: aaa.\np0/l1: bbbb", 666_666, 750_000),
    ("p0/l0: aa..\np0/l1: bbbb", 666_666, 1_000_000),
    ("p0/l0: a...\np0/l1: bbbb", 1_000_000, 1_500_000),
    // A whole leaf: only 8 find nothing.
    ("p0/l0: ....\np0/l1: bbbb", 0, 1_000_000),
    // What no leaf has the pod does: three free and one, for 4.
    ("p0/l0: a...\np0/l1: bbb.", 1_666_666, 1_000_000),
    ("p0/l0: a...\np0/l1: ....", 1_000_000, 1_750_000),
    ("p0/l0: a...\np1/l1: bbb.", 1_666_666, 1_666_666),
    ("p0/l0: aaaa\np0/l1: bbbb", 0, 0),
  ]

  @Test(arguments: rows.indices) func `counts what no whole gang could use`(row: Int) throws {
    let (picture, leaf, pod) = Self.rows[row]
    let topology = try picture.topology()
    var placer = GangPlacer(topology: topology, method: .firstFit, mix: mix(1, 2, 4, 8))
    placer.take(picture.held(topology))
    #expect(placer.lost(at: .leaf) == leaf)
    #expect(placer.lost(at: .pod) == pod)
    #expect(placer.lost(at: .block) == 0 && placer.lost(at: .site) == 0)
    let free = picture.cells.count { $0 == "." }
    #expect(placer.freeNodes(at: .leaf) == free && placer.freeNodes(at: .pod) == free)
    placer.giveBack(picture.held(topology))
    #expect(placer.lost(at: .leaf) == 0 && placer.lost(at: .pod) == 0)
  }
}

@Suite struct `Where each method puts a gang` {
  /// Gangs of as many nodes as `seen` come and go; then one of `nodes` comes.
  private func place(
    _ nodes: Int, by method: GangMethod, on picture: GangPicture, seen: [Int] = [],
    required: DomainLevel? = nil
  ) throws -> GangPicture? {
    let topology = try picture.topology()
    let mix = GangMix((1...8).map { GangMix.Entry(nodes: $0, share: 1) })
    var placer = GangPlacer(topology: topology, method: method, mix: mix)
    placer.take(picture.held(topology))
    for nodes in seen { _ = placer.place(nodes - 1) }
    return placer.place(nodes - 1, required: required)
      .map { picture.adding("g", $0, topology) }
  }

  private static let leaves: GangPicture = """
    p0/l0: a...
    p0/l1: ....
    p0/l2: aa..
    """

  private static let pairs: [(method: GangMethod, after: GangPicture)] = [
    (.firstFit, "p0/l0: agg.\np0/l1: ....\np0/l2: aa.."),
    (.mostFree, "p0/l0: a...\np0/l1: gg..\np0/l2: aa.."),
    (.bestFitDomain, "p0/l0: a...\np0/l1: ....\np0/l2: aagg"),
    (.muster, "p0/l0: a...\np0/l1: ....\np0/l2: aagg"),
  ]

  @Test(arguments: pairs.indices) func `two nodes, of three leaves with room`(row: Int) throws {
    let (method, after) = Self.pairs[row]
    #expect(try place(2, by: method, on: Self.leaves) == after)
  }

  @Test func `the measure keeps a pair for those that come in pairs`() throws {
    let single = try place(1, by: .bestFitDomain, on: Self.leaves, seen: [2, 2, 2])
    #expect(single == "p0/l0: a...\np0/l1: ....\np0/l2: aag.")
    let lifted = try place(1, by: .lifted, on: Self.leaves, seen: [2, 2, 2])
    #expect(lifted == "p0/l0: ag..\np0/l1: ....\np0/l2: aa..")
  }

  @Test func `the fewest leaves where none holds it, the last as tight as it goes`() throws {
    let after: GangPicture = "p0/l0: a...\np0/l1: gggg\np0/l2: aagg"
    for method in methods where method != .firstFit {
      #expect(try place(6, by: method, on: Self.leaves) == after, "\(method)")
    }
    #expect(
      try place(6, by: .firstFit, on: Self.leaves) == "p0/l0: aggg\np0/l1: ggg.\np0/l2: aa..")
  }

  @Test(arguments: methods) func `nowhere, where a level is required and has no room`(
    method: GangMethod
  ) throws {
    let full: GangPicture = "p0/l0: a...\np0/l1: b..."
    #expect(try place(4, by: method, on: full, required: .leaf) == nil)
    #expect(try place(4, by: method, on: full) != nil)
    #expect(try place(7, by: method, on: full) == nil)
  }

  @Test(arguments: methods, 1...8 as ClosedRange<UInt64>)
  func `never on a node that another gang holds, and whole`(
    method: GangMethod, seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    let topology = try Self.leaves.topology()
    let mix = mix(1, 2, 3, 5, 8)
    var placer = GangPlacer(topology: topology, method: method, mix: mix)
    var held: [Allocation] = []
    var owned = Array(repeating: false, count: topology.nodes.count)
    func note(_ isOwned: Bool, _ gang: Allocation) {
      for slice in gang.slices {
        let node = topology.index(of: slice.node)
        #expect(owned[node] != isOwned && slice.accelerators == 0xFF)
        owned[node] = isOwned
      }
    }
    for _ in 0..<400 {
      let entry = random.below(mix.entries.count)
      let required: DomainLevel? = entry < 3 && random.below(2) == 0 ? .leaf : nil
      if let gang = placer.place(entry, required: required) {
        #expect(gang.slices.count == mix.entries[entry].nodes)
        #expect(required == nil || isInsideOneLeaf(gang, topology))
        note(true, gang)
        placer.take(gang)
        held.append(gang)
      }
      #expect(placer.freeNodes(at: .pod) == owned.count { !$0 })
      guard random.below(2) == 0, !held.isEmpty else { continue }
      let leaving = held.remove(at: random.below(held.count))
      note(false, leaving)
      placer.giveBack(leaving)
    }
  }

  private func isInsideOneLeaf(_ gang: Allocation, _ topology: Topology) -> Bool {
    topology.domains(at: .leaf).contains { leaf in
      gang.slices.allSatisfy {
        topology.domains[leaf].nodes.contains(topology.index(of: $0.node))
      }
    }
  }
}

@Suite struct `Gangs that come and go` {
  private static let fleet: GangPicture = """
    p0/l0: ....
    p0/l1: ....
    p1/l2: ....
    p1/l3: ......
    """

  private static func run(
    _ method: GangMethod, mix: GangMix, load: Int = 90, strict: Bool = false, seed: UInt64 = 1,
    measured: Int = 4000
  ) throws -> GangResult {
    var options = GangProtocol.Options()
    options.mix = mix
    options.loadPercent = load
    options.isStrict = strict
    options.measured = measured
    options.seed = seed
    return GangProtocol(topology: try fleet.topology(), options: options).run(method)
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `every method gets the same gangs, and where any place will do refuses the same`(
    seed: UInt64
  ) throws {
    let results = try methods.map { try Self.run($0, mix: mix(1, 2, 4, 8), seed: seed) }
    for result in results {
      #expect(result.offered == results[0].offered && result.asked == results[0].asked)
      // Only how many nodes are free decides.
      #expect(result.refused == results[0].refused && result.refused > 0)
      #expect(result.allocated == results[0].allocated && result.allocated < result.offered)
      #expect(result.gangs == 4000 && result.capacity == 18 * 8)
      #expect(result.allocated <= Int128(result.capacity) * Int128(result.milliseconds))
    }
  }

  @Test(arguments: methods) func `what must be inside one domain is`(method: GangMethod) throws {
    let result = try Self.run(method, mix: mix(1, 2, 4, 8), strict: true)
    for level in [DomainLevel.leaf, .pod] {
      #expect(result[level].could > 0 && result[level].inside == result[level].could)
      #expect(result[level].lost > 0 && result[level].lost <= result[level].free)
    }
    // 8 nodes fit in no leaf, and a pod holds whatever a leaf does.
    #expect(result[.leaf].could < result[.pod].could)
    #expect(result[.block].could == 0 && result[.site].free == 0)
    let free = Int128(result.capacity) * Int128(result.milliseconds) - result.allocated
    #expect(result[.leaf].free == free / 8 * 1_000_000)
    #expect(try Self.run(method, mix: mix(1, 2, 4, 8)).refused < result.refused)
  }

  /// Erlang 1917: the part of calls lost by so many lines, offered so much work.
  private static func lost(lines: Int, offered: Double) -> Double {
    (1...lines).reduce(1) { lost, line in
      offered * lost / (Double(line) + offered * lost)
    }
  }

  @Test(arguments: [70, 100, 140]) func `single nodes are refused as Erlang's formula says`(
    load: Int
  ) throws {
    let result = try Self.run(.bestFitDomain, mix: mix(1), load: load, measured: 40_000)
    let expected = Self.lost(lines: 18, offered: 0.18 * Double(load))
    #expect(abs(Double(result.refused) / Double(result.asked) - expected) < 0.02)
    #expect(result[.leaf].could == 0 && result[.leaf].lost == 0 && result.slowdown == 0)
  }

  @Test(arguments: methods) func `the same seed gives the same result, another one another`(
    method: GangMethod
  ) throws {
    let mix = mix(1, 3, 6)
    let result = try Self.run(method, mix: mix, measured: 1000)
    #expect(try Self.run(method, mix: mix, measured: 1000) == result)
    #expect(try Self.run(method, mix: mix, seed: 2, measured: 1000) != result)
  }
}
