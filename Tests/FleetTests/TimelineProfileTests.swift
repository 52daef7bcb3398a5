import Fleet
import Testing
import Units

/// A profile, and beside it what it is about: who holds what from when until when.
private struct Ledger {
  struct Hold {
    var shape: GangShape
    var reservation: Reservation
    var span: TimeSpan
    var end: Instant { reservation.start + span }
  }

  let topology: Topology
  var profile: CapacityProfile
  var holds: [Hold] = []
  var conditions: [(NodeID, NodeCondition)] = []

  init(_ topology: Topology) {
    self.topology = topology
    profile = CapacityProfile(topology: topology)
  }

  /// The fleet with nothing held.
  var empty: Occupancy {
    var fleet = Occupancy(topology: topology)
    for (node, condition) in conditions { fleet.setCondition(condition, of: node) }
    return fleet
  }

  /// What is free at one instant.
  func free(at instant: Int) -> Occupancy {
    var free = empty
    for hold in holds where hold.reservation.start <= .at(instant) && .at(instant) < hold.end {
      if let allocation = hold.reservation.allocation { free.take(allocation) }
    }
    return free
  }

  /// What is free throughout a window: all that is held at any instant of it is withheld at once.
  func isFree(_ allocation: Allocation, from start: Int, for length: Int) -> Bool {
    (start..<start + length).allSatisfy { free(at: $0).isFree(allocation) }
  }

  mutating func hold(_ allocation: Allocation, from start: Int, for length: Int) {
    let hold = Hold(
      shape: GangShape(members: 1, member: MemberShape(accelerators: 1)),
      reservation: Reservation(start: .at(start), allocation: allocation), span: .lasting(length))
    profile.hold(hold.shape, as: hold.reservation, for: hold.span)
    holds.append(hold)
  }

  mutating func release(_ index: Int, from: Int) {
    let hold = holds[index]
    profile.release(hold.shape, as: hold.reservation, for: hold.span, from: .at(from))
    let start = max(hold.reservation.start, .at(from))
    if start <= hold.reservation.start {
      holds.remove(at: index)
    } else if start < hold.end {
      holds[index].span = .lasting(from - Int(hold.reservation.start.milliseconds))
    }
  }

  mutating func setCondition(_ condition: NodeCondition, of node: NodeID) {
    profile.setCondition(condition, of: node)
    conditions.append((node, condition))
  }

  /// A few random steps.
  mutating func change(_ random: inout SeededGenerator) {
    switch random.below(8) {
    case 0:
      let node = topology.nodes[random.below(topology.nodes.count)].id
      setCondition(NodeCondition.allCases[random.below(5)], of: node)
    case 1, 2:
      guard !holds.isEmpty else { return }
      release(random.below(holds.count), from: random.below(20))
    default:
      let start = random.below(20)
      let length = 1 + random.below(8)
      guard let allocation = randomAllocation(&random, on: free(at: start)),
        isFree(allocation, from: start, for: length)
      else { return }
      hold(allocation, from: start, for: length)
    }
  }
}

@Suite struct `A profile of promises` {
  @Test(arguments: 0..<150)
  func `is the sum of what it holds, whatever was held and released`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var ledger = Ledger(try randomDeepTopology(&random))
    for _ in 0..<40 {
      ledger.change(&random)
      ledger.profile.checkInvariants()
    }
    var again = Ledger(ledger.topology)
    for (node, condition) in ledger.conditions { again.setCondition(condition, of: node) }
    for hold in ledger.holds.reversed() {
      again.profile.hold(hold.shape, as: hold.reservation, for: hold.span)
    }
    #expect(again.profile == ledger.profile)
    for second in 0..<30 {
      let room = ledger.profile.room(from: .at(second), for: .lasting(1))
      #expect(room == ledger.free(at: second), "at \(second)")
    }
    again.profile.advance(to: .at(9))
    ledger.profile.advance(to: .at(9))
    again.profile.checkInvariants()
    #expect(again.profile == ledger.profile)
    for hold in ledger.holds {
      ledger.profile.release(
        hold.shape, as: hold.reservation, for: hold.span, from: .at(9))
    }
    ledger.profile.advance(to: .at(100))
    #expect(
      ledger.profile.segmentCount == CapacityProfile(topology: ledger.topology).segmentCount)
  }

  @Test(arguments: 0..<250)
  func `finds the earliest window that has room throughout, and none before it`(
    seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    var ledger = Ledger(try randomDeepTopology(&random))
    for _ in 0..<30 { ledger.change(&random) }
    for _ in 0..<6 {
      let shape = randomPlainShape(&random, on: ledger.topology)
      try expectEarliest(shape, &ledger, &random)
    }
  }

  @Test(arguments: 0..<150)
  func `finds the earliest window on the nodes that a gang may have`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var ledger = Ledger(try randomDeepTopology(&random))
    for _ in 0..<30 { ledger.change(&random) }
    let nodes = ledger.topology.nodes.map(\.id)
    for _ in 0..<6 {
      let some = nodes.filter { _ in random.below(3) > 0 }
      let eligibility =
        random.below(2) == 0
        ? Eligibility(models: ledger.topology.models, named: some) : Eligibility(excluded: some)
      let shape = randomPlainShape(&random, on: ledger.topology).with(eligibility)
      try expectEarliest(shape, &ledger, &random)
    }
  }

  /// Looks for a gang's window, tries each instant before it, and holds it.
  private func expectEarliest(
    _ shape: GangShape, _ ledger: inout Ledger, _ random: inout SeededGenerator
  ) throws {
    let length = 1 + random.below(9)
    let now = random.below(6)
    let fits = (now..<150).first { start in
      ledger.profile.room(from: .at(start), for: .lasting(length)).fits(shape)
    }
    let window = try #require(
      ledger.profile.earliestFit(of: shape, for: .lasting(length), from: .at(now)))
    #expect(window.start == fits.map { .at($0) } ?? .distantFuture, "\(shape) for \(length)")
    guard let fits else { return }
    let allocation = try #require(window.allocation)
    #expect(ledger.isFree(allocation, from: fits, for: length))
    for slice in allocation.slices {
      #expect(ledger.empty.condition(of: slice.node) == .inService)
    }
    let room = ledger.profile.room(from: .at(fits), for: .lasting(length))
    #expect(room.placement(of: shape) == allocation)
    let profile = ledger.profile
    func before(_ bound: Int) -> Reservation? {
      profile.earliestFit(of: shape, for: .lasting(length), from: .at(now), before: .at(bound))
    }
    #expect(before(fits) == nil)
    #expect(before(fits + 1) == window)
    ledger.hold(allocation, from: fits, for: length)
    ledger.profile.checkInvariants()
  }

  @Test(arguments: 0..<100)
  func `has room throughout a window where each instant of it has`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var ledger = Ledger(try randomDeepTopology(&random))
    for _ in 0..<30 { ledger.change(&random) }
    for _ in 0..<10 {
      let start = random.below(20)
      let length = 1 + random.below(9)
      let room = ledger.profile.room(from: .at(start), for: .lasting(length))
      room.checkInvariants()
      guard let piece = randomAllocation(&random, on: ledger.empty) else { continue }
      #expect(room.isFree(piece) == ledger.isFree(piece, from: start, for: length))
    }
  }

  @Test func `does not take two nodes free one after the other for one free throughout`() throws {
    var ledger = Ledger(try Topology.flat(nodes: 2, accelerators: 4))
    let whole = ledger.topology.nodes.map {
      Allocation(slices: [NodeSlice(node: $0.id, accelerators: 0b1111)])
    }
    ledger.hold(whole[0], from: 0, for: 5)
    ledger.hold(whole[1], from: 5, for: 5)
    let shape = GangShape.accelerators(4, perNode: 4)
    func start(_ length: Int) -> Instant? {
      ledger.profile.earliestFit(of: shape, for: .lasting(length), from: .at(0))?.start
    }
    #expect(start(5) == .at(0))
    #expect(start(6) == .at(5))
  }

  @Test func `promises nothing after who has no end`() throws {
    var profile = CapacityProfile(topology: try Topology.flat(nodes: 1, accelerators: 4))
    let shape = GangShape.accelerators(4, perNode: 4)
    let forEver = TimeSpan(milliseconds: .max)
    let first = try #require(profile.earliestFit(of: shape, for: forEver, from: .at(5)))
    #expect(first.start == .at(5))
    profile.hold(shape, as: first, for: forEver)
    let never = try #require(profile.earliestFit(of: shape, for: .lasting(1), from: .at(5)))
    #expect(never == Reservation(start: .distantFuture, allocation: nil))
    profile.hold(shape, as: never, for: .lasting(1))
    profile.release(shape, as: never, for: .lasting(1), from: .at(6))
    profile.release(shape, as: first, for: forEver, from: .at(8))
    #expect(
      profile.earliestFit(of: shape, for: forEver, from: .at(6))?.start == .at(8))
  }
}

@Suite struct `A profile of a pool` {
  private func pool(_ nodes: Int) throws -> CapacityProfile {
    CapacityProfile(topology: try Topology.flat(nodes: nodes, accelerators: 1))
  }

  private let whole = GangShape(
    members: 2, member: MemberShape(accelerators: 0, wholeNode: true))

  @Test func `counts the nodes of a gang that asks for no accelerator`() throws {
    var profile = try pool(3)
    for start in [0, 5] {
      let window = try #require(
        profile.earliestFit(of: whole, for: .lasting(5), from: .at(0)))
      #expect(window.start == .at(start))
      profile.hold(whole, as: window, for: .lasting(5))
    }
    #expect(profile.segmentCount == 3)
  }

  @Test func `stops at more nodes than it has`() async {
    await #expect(processExitsWith: .failure) {
      var profile = CapacityProfile(topology: try Topology.flat(nodes: 1, accelerators: 1))
      let shape = GangShape(members: 2, member: MemberShape(accelerators: 0, wholeNode: true))
      profile.hold(shape, as: Reservation(start: .at(0), allocation: nil), for: .lasting(5))
    }
  }

  @Test func `promises no node that is out of service, held or not`() throws {
    var profile = try pool(3)
    let held = Allocation(slices: [NodeSlice(node: NodeID(0), accelerators: 1)])
    let run = Reservation(start: .at(0), allocation: held)
    let one = GangShape.accelerators(1, perNode: 1)
    profile.hold(one, as: run, for: .lasting(10))
    profile.setCondition(.drained, of: NodeID(0))
    let three = GangShape.accelerators(3, perNode: 1)
    func start(_ shape: GangShape) -> Instant? {
      profile.earliestFit(of: shape, for: .lasting(4), from: .at(1))?.start
    }
    #expect(start(whole) == .at(1))
    #expect(start(three) == .distantFuture)
    profile.setCondition(.failed, of: NodeID(1))
    #expect(start(whole) == .distantFuture)
    profile.release(one, as: run, for: .lasting(10), from: .at(3))
    profile.setCondition(.inService, of: NodeID(0))
    #expect(start(whole) == .at(3))
    profile.setCondition(.inService, of: NodeID(1))
    #expect(start(three) == .at(3))
    profile.advance(to: .at(20))
    #expect(profile.segmentCount == 1)
  }
}
