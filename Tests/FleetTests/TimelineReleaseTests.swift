import Fleet
import Testing
import Units

/// Who runs, with the millisecond at which their limits end, and what they leave free.
private struct Runs {
  var now: Occupancy
  var timeline: ReleaseTimeline
  var all: [(allocation: Allocation, end: Int)] = []

  init(_ random: inout SeededGenerator) throws {
    now = Occupancy(topology: try randomDeepTopology(&random))
    timeline = ReleaseTimeline(topology: now.topology)
    for _ in 0..<random.below(14) {
      guard let allocation = randomAllocation(&random, on: now) else { continue }
      start(allocation, until: 1 + random.below(9))
    }
    for node in now.topology.nodes where random.below(6) == 0 {
      setCondition(NodeCondition.allCases[random.below(5)], of: node.id)
    }
  }

  mutating func start(_ allocation: Allocation, until end: Int) {
    now.take(allocation)
    timeline.hold(allocation, until: .at(end))
    all.append((allocation, end))
  }

  mutating func setCondition(_ condition: NodeCondition, of node: NodeID) {
    now.setCondition(condition, of: node)
    timeline.setCondition(condition, of: node)
  }

  /// What is free once all have ended that end by then, if `occupancy` is what is free now.
  func then(_ instant: Int, from occupancy: Occupancy) -> Occupancy {
    var then = occupancy
    for run in all where run.end <= instant { then.giveBack(run.allocation) }
    return then
  }

  /// The first instant at which a shape fits, by trying each.
  func start(of shape: GangShape) -> Instant {
    guard let found = (0...10).first(where: { then($0, from: now).fits(shape) }) else {
      return .distantFuture
    }
    return found == 0 ? .distantPast : .at(found)
  }
}

/// The same shape for which one must look, as it names what nodes it may have.
private func looked(_ shape: GangShape) -> GangShape {
  shape.with(Eligibility(includesReserved: true))
}

@Suite struct `A timeline of ends` {
  @Test(arguments: 0..<300)
  func `knows what will be free, of nodes in service and of shared accelerators too`(
    seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    var runs = try Runs(&random)
    for instant in 0...10 {
      let room = runs.timeline.room(at: .at(instant))
      room.checkInvariants()
      #expect(room == runs.then(instant, from: runs.now), "at \(instant)")
    }
    while !runs.all.isEmpty {
      let run = runs.all.remove(at: random.below(runs.all.count))
      runs.now.giveBack(run.allocation)
      runs.timeline.release(run.allocation, until: .at(run.end))
      #expect(runs.timeline.room(at: .at(0)) == runs.then(0, from: runs.now))
    }
  }

  @Test(arguments: 0..<400)
  func `finds the first instant at which a gang fits, whether it counts or looks`(
    seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    let runs = try Runs(&random)
    for _ in 0..<8 {
      let shape = randomPlainShape(&random, on: runs.now.topology)
      let start = runs.start(of: shape)
      #expect(runs.timeline.earliestStart(of: shape) == start, "\(shape)")
      let looked = looked(shape)
      #expect(runs.timeline.mustLook(for: looked))
      #expect(!runs.timeline.mustLook(for: shape))
      let lookedStart = runs.start(of: looked)
      #expect(runs.timeline.earliestStart(of: looked) == lookedStart)
      for instant in 0...10 {
        #expect(runs.timeline.hasRoom(for: shape, before: .at(instant)) == (start < .at(instant)))
        #expect(
          runs.timeline.hasRoom(for: looked, before: .at(instant)) == (lookedStart < .at(instant)))
      }
    }
  }

  @Test(arguments: 0..<400)
  func `leaves room open that may be taken for ever without delay to the gang`(
    seed: UInt64
  ) throws {
    var random = SeededGenerator(seed: seed)
    let runs = try Runs(&random)
    for _ in 0..<6 {
      let plain = randomPlainShape(&random, on: runs.now.topology)
      for shape in [plain, looked(plain)] {
        let start = runs.start(of: shape)
        guard start < .distantFuture else { continue }
        let open = runs.timeline.openRoom(beside: shape, at: start, of: runs.now)
        open.checkInvariants()
        var (rest, now) = (open, runs.now)
        for _ in 0..<12 {
          guard let piece = randomAllocation(&random, on: rest) else { continue }
          rest.take(piece)
          now.take(piece)
        }
        let instant = start == .distantPast ? 0 : Int(start.milliseconds)
        #expect(runs.then(instant, from: now).fits(shape), "\(shape) at \(instant)")
      }
    }
  }

  @Test func `counts a shared accelerator as free when its last sharer has ended`() throws {
    var type = NodeType(name: "shared", accelerators: 2)
    type.sharing = .fractions
    var builder = TopologyBuilder(name: "shared")
    try builder.addNodes([NodeName("n0")], type: type)
    var timeline = ReleaseTimeline(topology: try builder.build())
    func half(_ device: Int) -> Allocation {
      Allocation(
        slices: [NodeSlice(node: NodeID(0), accelerators: 0)],
        shares: [DeviceHold(slice: 0, device: device, amount: 500)])
    }
    timeline.hold(half(0), until: .at(5))
    timeline.hold(half(0), until: .at(9))
    timeline.hold(half(1), until: .at(7))
    #expect(timeline.earliestStart(of: .accelerators(1, perNode: 2)) == .at(7))
    #expect(timeline.earliestStart(of: .accelerators(2, perNode: 2)) == .at(9))
    timeline.release(half(0), until: .at(9))
    #expect(timeline.earliestStart(of: .accelerators(1, perNode: 2)) == .at(5))
  }

  @Test func `promises no node that is out of service`() throws {
    var timeline = ReleaseTimeline(topology: try Topology.flat(nodes: 2, accelerators: 4))
    let held = Allocation(slices: [NodeSlice(node: NodeID(1), accelerators: 1)])
    timeline.hold(held, until: .at(5))
    let one = GangShape.accelerators(4, perNode: 4)
    #expect(timeline.earliestStart(of: one) == .distantPast)
    timeline.setCondition(.cordoned, of: NodeID(0))
    #expect(timeline.earliestStart(of: one) == .at(5))
    #expect(timeline.earliestStart(of: .accelerators(8, perNode: 4)) == .distantFuture)
    timeline.setCondition(.inService, of: NodeID(0))
    #expect(timeline.earliestStart(of: .accelerators(8, perNode: 4)) == .at(5))
  }
}
