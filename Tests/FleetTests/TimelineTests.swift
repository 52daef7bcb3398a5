import Fleet
import Testing
import Units

@Suite struct `The timelines, against brute force` {
  /// What runs: allocations with the second they end at.
  private func randomRuns(
    _ random: inout SeededGenerator, _ occupancy: inout Occupancy
  ) -> [(allocation: Allocation, end: Int64)] {
    var runs: [(allocation: Allocation, end: Int64)] = []
    for _ in 0..<random.below(12) {
      let shape = randomShape(&random, on: occupancy.topology)
      guard let allocation = occupancy.placement(of: shape) else { continue }
      occupancy.take(allocation)
      runs.append((allocation, Int64(1 + random.below(9))))
    }
    return runs
  }

  @Test(arguments: 0..<300)
  func `a gang starts at the first instant at which enough has ended`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let topology = try randomTopology(&random)
    var now = Occupancy(topology: topology)
    let runs = randomRuns(&random, &now)
    var timeline = ReleaseTimeline(topology: topology)
    for run in runs { timeline.hold(run.allocation, until: Instant(milliseconds: run.end)) }
    let shape = randomShape(&random, on: topology)
    let expected: Instant? = (0...9).lazy.map { Int64($0) }.first { second in
      var then = now
      for run in runs where run.end <= second { then.giveBack(run.allocation) }
      return then.fits(shape)
    }.map { $0 == 0 ? .distantPast : Instant(milliseconds: $0) }
    let start = timeline.earliestStart(of: shape)
    #expect(start == expected ?? .distantFuture)
    guard let expected else { return }
    // Whoever takes all the open room for ever does not delay the gang.
    let open = timeline.openRoom(beside: shape, at: expected, of: now)
    #expect(open.common(with: now) == open)
    var then = now.common(butNotWith: open)
    for run in runs where run.end <= expected.milliseconds { then.giveBack(run.allocation) }
    #expect(then.fits(shape))
    for run in runs {
      timeline.release(run.allocation, until: Instant(milliseconds: run.end))
    }
    #expect(timeline.earliestStart(of: shape) <= start)
  }

  @Test func `a reservation holds back as little as it can of what is free`() throws {
    let picture: FleetPicture = "n0[....] n1[aaaa] n2[bbbb] n3[cc..]"
    let free = try picture.occupancy()
    var timeline = ReleaseTimeline(topology: free.topology)
    timeline.hold(picture.allocation(of: "a"), until: Instant(milliseconds: 5))
    timeline.hold(picture.allocation(of: "b"), until: Instant(milliseconds: 7))
    timeline.hold(picture.allocation(of: "c"), until: Instant(milliseconds: 9))
    let shape = GangShape.accelerators(8, perNode: 4)
    #expect(timeline.earliestStart(of: shape) == Instant(milliseconds: 5))
    func open(at instant: Int64) -> Occupancy {
      timeline.openRoom(beside: shape, at: Instant(milliseconds: instant), of: free)
    }
    // At 5 it needs n1 and the idle n0; from 7 on it can have n1 and n2 instead.
    #expect(open(at: 5).freeAccelerators == 2)
    #expect(open(at: 7).freeAccelerators == 6)
    let three = GangShape.accelerators(12, perNode: 4)
    let besides = timeline.openRoom(beside: three, at: Instant(milliseconds: 9), of: free)
    // n3 holds back two accelerators, n0 would hold back four.
    #expect(besides.idleNodes == 1)
    #expect(besides.freeAccelerators == 4)
  }

  @Test(arguments: 0..<200)
  func `a window is the earliest in which a gang has room throughout`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let topology = try randomTopology(&random)
    var profile = CapacityProfile(topology: topology)
    let horizon = 24
    var free = Array(repeating: Occupancy(topology: topology), count: horizon + 12)
    for _ in 0..<10 {
      let shape = randomShape(&random, on: topology)
      guard Occupancy(topology: topology).fits(shape) else { continue }
      let length = 1 + random.below(6)
      let window = profile.earliestFit(
        of: shape, for: TimeSpan(milliseconds: Int64(length)), from: Instant(milliseconds: 0))
      let found = try #require(window)
      let start = Int(found.start.milliseconds)
      // A pool's promises are bound when they start; see the test below.
      guard !topology.isPool else { return }
      let allocation = try #require(found.allocation)
      for second in start..<start + length { #expect(free[second].isFree(allocation)) }
      for earlier in 0..<start {
        let throughout = (earlier..<earlier + length).map { free[$0] }
          .reduce(Occupancy(topology: topology)) { $0.common(with: $1) }
        #expect(!throughout.fits(shape), "a window at \(earlier) was missed")
      }
      guard start + length <= horizon else { continue }
      profile.hold(shape, as: found, for: TimeSpan(milliseconds: Int64(length)))
      for second in start..<start + length { free[second].take(allocation) }
    }
  }

  @Test func `in a pool counts decide, whatever nodes are free when`() throws {
    var profile = CapacityProfile(topology: try Topology.flat(nodes: 2, accelerators: 1))
    let one = GangShape.accelerators(1, perNode: 1)
    func hold(_ start: Int64, _ length: Int64) {
      let promise = Reservation(start: Instant(milliseconds: start), allocation: nil)
      profile.hold(one, as: promise, for: TimeSpan(milliseconds: length))
    }
    hold(0, 5)
    hold(5, 5)
    let window = profile.earliestFit(
      of: one, for: TimeSpan(milliseconds: 10), from: Instant(milliseconds: 0))
    #expect(window?.start == Instant(milliseconds: 0))
  }

  @Test func `what is given back leaves no seam`() throws {
    var profile = CapacityProfile(topology: try Topology.flat(nodes: 3, accelerators: 2))
    let shape = GangShape.accelerators(3, perNode: 2)
    let span = TimeSpan(milliseconds: 10)
    let zero = Instant(milliseconds: 0)
    let window = try #require(profile.earliestFit(of: shape, for: span, from: zero))
    profile.hold(shape, as: window, for: span)
    #expect(profile.segmentCount == 3)
    profile.release(shape, as: window, for: span, from: zero)
    #expect(profile.segmentCount == 1)
  }
}

extension Occupancy {
  /// What is free in both.
  fileprivate func common(with other: Occupancy) -> Occupancy {
    var result = self
    for unit in units where result.isFree(unit) && !other.isFree(unit) { result.take(unit) }
    return result.takingCores { max(0, $0 - other.freeCores($1)) }
  }

  /// What is free in this one alone.
  fileprivate func common(butNotWith other: Occupancy) -> Occupancy {
    var result = self
    for unit in units where result.isFree(unit) && other.isFree(unit) { result.take(unit) }
    return result.takingCores { min($0, other.freeCores($1)) }
  }

  /// Every accelerator by itself.
  private var units: [Allocation] {
    topology.nodes.enumerated().flatMap { index, node in
      (0..<topology.type(of: index).accelerators).map { bit in
        Allocation(slices: [NodeSlice(node: node.id, accelerators: 1 << bit)])
      }
    }
  }

  private func cores(_ count: Int, of node: Int) -> Allocation {
    let slice = NodeSlice(node: topology.nodes[node].id, accelerators: 0)
    return Allocation(slices: [slice], hosts: [HostShare(cores: count)])
  }

  private func freeCores(_ node: Int) -> Int {
    let all = topology.type(of: node).host.cores
    return (0...all).last { isFree(cores($0, of: node)) } ?? 0
  }

  private func takingCores(_ count: (_ free: Int, _ node: Int) -> Int) -> Occupancy {
    var result = self
    for node in topology.nodes.indices {
      result.take(cores(count(freeCores(node), node), of: node))
    }
    return result
  }
}
