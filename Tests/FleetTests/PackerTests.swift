import Fleet
import Testing
import Units

/// A packer beside a plain account of what is left, which checks whatever is placed.
private struct Stroll {
  let fleet: PackingCase
  var packer: Packer
  var nodes: [NaiveNode]
  var held: [(allocation: Allocation, request: NaiveRequest)] = []
  private(set) var random: SeededGenerator

  init(seed: UInt64, _ method: PackingMethod) throws {
    fleet = PackingCase(seed: seed)
    packer = try fleet.packer(method, seed: seed)
    nodes = fleet.nodes
    random = SeededGenerator(seed: seed ^ 0xABCD)
  }

  /// One of the requests, as frequent ones as rare ones; nil where one leaves instead.
  mutating func next() -> Int? {
    if !held.isEmpty, random.below(5) < 2 { return nil }
    return random.below(fleet.mix.count)
  }

  func request(_ index: Int) -> NaiveRequest { fleet.mix[index].request }

  /// Any of those that are there leaves.
  mutating func leave() {
    let (allocation, request) = held.remove(at: random.below(held.count))
    packer.leave(allocation)
    account(allocation, request, -1)
  }

  /// A request arrives: whatever it gets was free, and is what it asked for.
  mutating func arrive(_ index: Int) -> Allocation? {
    let request = request(index)
    guard let allocation = packer.arrive(index) else { return nil }
    let node = Int(allocation.slices[0].node.number)
    #expect(allocation.slices.count == 1 && nodes[node].fits(request))
    #expect(allocation.hosts == [request.shape.member.host])
    if request.milli < 1000, request.count > 0 {
      #expect(allocation.acceleratorCount == 0)
      #expect(allocation.shares.map(\.amount) == [UInt16(request.milli)])
    } else {
      #expect(allocation.acceleratorCount == request.count && allocation.shares.isEmpty)
    }
    account(allocation, request, 1)
    held.append((allocation, request))
    #expect(nodes.allSatisfy { $0.left.allSatisfy { (0...1000).contains($0) } })
    return allocation
  }

  private mutating func account(
    _ allocation: Allocation, _ request: NaiveRequest, _ sign: Int
  ) {
    let node = Int(allocation.slices[0].node.number)
    nodes[node].cores -= sign * request.cores
    nodes[node].memory -= sign * request.memory
    for share in allocation.shares {
      nodes[node].left[Int(share.device)] -= sign * Int(share.amount)
    }
    for device in nodes[node].left.indices
    where allocation.slices[0].accelerators >> UInt64(device) & 1 == 1 {
      nodes[node].left[device] -= sign * 1000
    }
  }

  /// Whether any node has room.
  func hasRoom(for index: Int) -> Bool { nodes.contains { $0.fits(request(index)) } }
}

extension NaivePacker.Method {
  fileprivate var method: PackingMethod {
    switch self {
    case .firstFit: .firstFit
    case .bestFit: .bestFit
    case .fgd: .fgd(ties: .first)
    case .epsilonFGD: .epsilonFGD(thousandths: 150)
    }
  }
}

private let everyMethod: [PackingMethod] = [
  .random, .firstFit, .bestFit, .fgd(ties: .first), .fgd(ties: .random),
  .epsilonFGD(thousandths: 150), .muster,
]

@Suite struct `A packer` {
  @Test(arguments: NaivePacker.Method.allCases)
  func `chooses what the definitions say, whatever has come and gone`(
    method: NaivePacker.Method
  ) throws {
    for seed in 0..<150 as Range<UInt64> {
      var stroll = try Stroll(seed: seed, method.method)
      var naive = NaivePacker(method: method, nodes: stroll.nodes, mix: stroll.fleet.mix)
      for step in 0..<60 {
        if let index = stroll.next() {
          let expected = naive.choice(for: stroll.request(index))
          let allocation = stroll.arrive(index)
          let comment: Comment = "seed \(seed), step \(step): \(stroll.request(index))"
          #expect(allocation.map { Int($0.slices[0].node.number) } == expected?.node, comment)
          if let share = allocation?.shares.first {
            #expect(Int(share.device) == expected?.device, comment)
          }
        } else {
          stroll.leave()
        }
        naive.nodes = stroll.nodes
      }
      let exact = naive.fragmentation
      #expect(abs(Double(stroll.packer.fragmentation) - exact) < 1 + 1e-6, "seed \(seed)")
    }
  }

  @Test func `with random ties takes any of those with the best score, and no other`() throws {
    var places = Set<Int>()
    for seed in 0..<100 as Range<UInt64> {
      var stroll = try Stroll(seed: seed, .fgd(ties: .random))
      var naive = NaivePacker(method: .fgd, nodes: stroll.nodes, mix: stroll.fleet.mix)
      for _ in 0..<40 {
        guard let index = stroll.next() else {
          stroll.leave()
          naive.nodes = stroll.nodes
          continue
        }
        let costs = naive.costs(of: stroll.request(index))
        let least = costs.map(\.cost).min()
        let best = costs.filter { $0.cost == least }.map(\.node)
        guard let allocation = stroll.arrive(index) else {
          #expect(best.isEmpty)
          continue
        }
        let place = best.firstIndex(of: Int(allocation.slices[0].node.number))
        #expect(place != nil, "seed \(seed)")
        if let place, best.count > 2 { places.insert(place) }
        naive.nodes = stroll.nodes
      }
    }
    #expect(places.isSuperset(of: 0...4))
  }

  @Test func `at random finds every node with room in the end`() throws {
    for seed in 0..<20 as Range<UInt64> {
      let fleet = PackingCase(seed: seed)
      var packer = try fleet.packer(.random, seed: seed)
      let index = Int(seed) % fleet.mix.count
      let room = fleet.nodes.indices.filter { fleet.nodes[$0].fits(fleet.mix[index].request) }
      var found = Set<Int>()
      for _ in 0..<300 {
        guard let allocation = packer.arrive(index) else { break }
        found.insert(Int(allocation.slices[0].node.number))
        packer.leave(allocation)
      }
      #expect(found.sorted() == room, "seed \(seed)")
    }
  }

  @Test(arguments: everyMethod)
  func `never refuses what fits, and keeps the account`(method: PackingMethod) throws {
    for seed in 0..<15 as Range<UInt64> {
      var stroll = try Stroll(seed: seed, method)
      for step in 0..<60 {
        if let index = stroll.next() {
          let hasRoom = stroll.hasRoom(for: index)
          // The placement of gangs, which has its own rules to find room by, agrees.
          let placed = stroll.packer.occupancy.placement(of: stroll.request(index).shape)
          #expect((placed != nil) == hasRoom, "seed \(seed), step \(step)")
          #expect((stroll.arrive(index) != nil) == hasRoom, "seed \(seed), step \(step)")
        } else {
          stroll.leave()
        }
        stroll.packer.occupancy.checkInvariants()
      }
    }
  }

  @Test(arguments: everyMethod)
  func `leaves nothing behind when all have gone`(method: PackingMethod) throws {
    for seed in 0..<15 as Range<UInt64> {
      var stroll = try Stroll(seed: seed, method)
      let empty = stroll.packer.occupancy
      let fragmentation = stroll.packer.fragmentation
      for _ in 0..<25 {
        _ = stroll.arrive(Int(stroll.packer.occupancy.freeAccelerators) % stroll.fleet.mix.count)
      }
      #expect(stroll.held.isEmpty || stroll.packer.occupancy != empty)
      while !stroll.held.isEmpty { stroll.leave() }
      #expect(stroll.packer.occupancy == empty, "seed \(seed)")
      #expect(stroll.packer.fragmentation == fragmentation, "seed \(seed)")
    }
  }

  @Test(arguments: everyMethod)
  func `decides the same twice`(method: PackingMethod) throws {
    for seed in 0..<8 as Range<UInt64> {
      var (one, two) = (try Stroll(seed: seed, method), try Stroll(seed: seed, method))
      for _ in 0..<40 {
        guard let index = one.next() else {
          one.leave()
          _ = two.next()
          two.leave()
          continue
        }
        #expect(two.next() == index)
        #expect(one.arrive(index) == two.arrive(index), "seed \(seed)")
      }
    }
  }

  @Test func `weighs as many different parts of an accelerator as there are`() throws {
    var builder = TopologyBuilder(name: "many")
    var type = NodeType(name: "t", accelerators: 4)
    type.sharing = .fractions
    try builder.addNodes([NodeName("n0")], type: type)
    let shapes = (1...999).map { part in
      let member = MemberShape(accelerators: 1, share: .milli(UInt16(part)))
      return (shape: GangShape(members: 1, member: member), count: 1)
    }
    for method in everyMethod {
      var packer = Packer(
        topology: try builder.build(), shapes: shapes, method: method, seed: 1)
      #expect(packer.arrive(499) != nil)
      // Half of one is left. Of the 950 parts that count, 450 are larger than that.
      #expect(packer.fragmentation == 500 * 450 / 950)
    }
  }

  @Test func `takes parts of several accelerators of different ones`() throws {
    var builder = TopologyBuilder(name: "parts")
    var type = NodeType(name: "t", accelerators: 4)
    type.sharing = .fractions
    try builder.addNodes([NodeName("n0")], type: type)
    let shapes = [1, 2, 3].map { count in
      let member = MemberShape(accelerators: count, share: .milli(400))
      return (shape: GangShape(members: 1, member: member), count: 1)
    }
    for method in everyMethod {
      var packer = Packer(
        topology: try builder.build(), shapes: shapes, method: method, seed: 1)
      // Each of four has room for two such parts: eight in all.
      for (index, count) in [(0, 1), (1, 2), (2, 3)] {
        let placed = packer.arrive(index)
        let shares = try #require(placed).shares
        #expect(shares.map(\.amount) == Array(repeating: 400, count: count))
        #expect(Set(shares.map(\.device)).count == count)
      }
      #expect(packer.arrive(2) == nil, "two at most are left, of fewer than three")
      #expect(packer.arrive(0) != nil)
      #expect(packer.arrive(0) != nil)
      #expect(packer.arrive(0) == nil)
    }
  }
}
