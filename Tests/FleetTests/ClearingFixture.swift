import Fleet
import Testing
import Units

/// A small fleet with jobs on it, some of which may go, made from a seed.
struct ClearingFixture {
  /// What is drawn.
  struct Kind: CustomStringConvertible {
    var accelerators = 2
    var isElastic = false
    /// Whether jobs hold nodes in part.
    var isShared = true
    var leaves = 4
    /// How many jobs may go at most.
    var jobs = 8
    /// Whether gangs come in segments of so many nodes of a leaf; 0 where not.
    var segment = 0
    var hasRest = false
    /// Cores of a node; 0 where they are not counted.
    var cores = 0
    var description: String {
      "\(accelerators) a node\(isElastic ? ", elastic" : "")\(isShared ? ", shared" : "")"
        + ", \(jobs) jobs\(segment > 0 ? ", segments of \(segment)" : "")"
        + (hasRest ? ", rest" : "") + (cores > 0 ? ", \(cores) cores" : "")
    }
  }

  let occupancy: Occupancy
  let candidates: [ClearingCandidate]

  init(seed: UInt64, _ kind: Kind) throws {
    var random = SeededGenerator(seed: seed)
    var builder = TopologyBuilder(name: "clearing")
    var type = NodeType(name: "t", accelerators: kind.accelerators)
    if kind.cores > 0 { type.host = HostShare(cores: kind.cores) }
    var node = 0
    for pod in 0..<2 {
      try builder.open(.pod, "p\(pod)")
      for leaf in 0..<kind.leaves / 2 {
        try builder.open(.leaf, "l\(leaf)")
        for _ in 0...random.below(3) where node < 12 {
          try builder.addNodes([NodeName("n\(node)")], type: type)
          node += 1
        }
        try builder.close()
      }
      try builder.close()
    }
    let topology = try builder.build()
    var occupancy = Occupancy(topology: topology)
    var candidates: [ClearingCandidate] = []
    for number in 1...kind.jobs * 3 / 2 where occupancy.freeAccelerators > 0 {
      let allocation = Self.allocation(on: occupancy, kind, &random)
      guard !allocation.slices.isEmpty else { continue }
      occupancy.take(allocation)
      guard random.below(8) > 0, candidates.count < kind.jobs else { continue }
      var candidate = ClearingCandidate(
        job: JobID(UInt32(number)), allocation: allocation, loss: Int64(random.below(20)),
        started: Instant(milliseconds: Int64(random.below(100))))
      if kind.isElastic, random.below(3) == 0 {
        candidate.sparable = min(random.below(3), allocation.slices.count - 1)
        candidate.shrinkLoss = Int64(random.below(5))
      }
      candidates.append(candidate)
    }
    self.occupancy = occupancy
    self.candidates = candidates
  }

  /// A few random nodes, whole or in part.
  private static func allocation(
    on occupancy: Occupancy, _ kind: Kind, _ random: inout SeededGenerator
  ) -> Allocation {
    let isPart = kind.isShared && random.below(2) == 0
    let member = MemberShape(
      accelerators: isPart ? 1 + random.below(kind.accelerators) : kind.accelerators,
      cores: random.below(kind.cores + 1))
    var nodes = occupancy.topology.nodes.map(\.id)
    nodes.shuffle(using: &random)
    nodes = Array(nodes.prefix(1 + random.below(4))).sorted()
    var allocation = Allocation(slices: [])
    for node in nodes {
      let shape = GangShape(members: 1, member: member, eligibility: Eligibility(named: [node]))
      guard let place = occupancy.placement(of: shape) else { continue }
      allocation.slices += place.slices
      allocation.hosts += place.hosts
    }
    // No cores on one node and some on another would be no list of hosts.
    if allocation.hosts.count != allocation.slices.count { allocation.hosts = [] }
    return allocation
  }

  /// A gang that may or may not fit.
  static func shape(_ kind: Kind, _ random: inout SeededGenerator) -> GangShape {
    let isPart = random.below(3) == 0 || kind.hasRest
    let accelerators = isPart ? 1 + random.below(kind.accelerators) : kind.accelerators
    let member = MemberShape(
      accelerators: max(accelerators, kind.hasRest ? 2 : 0), cores: random.below(kind.cores + 1))
    var closeness = Closeness()
    switch random.below(4) {
    case 0: closeness.required = .leaf
    case 1: closeness.required = .pod
    default: break
    }
    let members = 1 + random.below(6)
    guard kind.segment == 0 else {
      closeness.segments[.leaf] = kind.segment
      return GangShape(members: members * kind.segment, member: member, closeness: closeness)
    }
    let rest = kind.hasRest ? MemberShape(accelerators: 1) : nil
    return GangShape(members: members, member: member, rest: rest, closeness: closeness)
  }
}

/// What a clearing costs by the criteria of an aim, in their order.
struct ClearingCost: Comparable {
  var marks: [Int64]

  static func < (a: ClearingCost, b: ClearingCost) -> Bool {
    a.marks.lexicographicallyPrecedes(b.marks)
  }

  init(
    _ aim: ClearingAim, evicted: [ClearingCandidate], given: [(ClearingCandidate, Int)]
  ) {
    let killed = evicted.reduce(Int64(0)) { $0 + $1.loss }
    let shrunk = given.reduce(Int64(0)) { $0 + $1.0.shrinkLoss * Int64($1.1) }
    let count = Int64(evicted.count)
    marks =
      aim == .fewestVictims
      ? [count, killed + shrunk, count + Int64(given.count)]
      : [killed, shrunk, count + Int64(given.count)]
  }

  init(_ aim: ClearingAim, _ clearing: Clearing, _ candidates: [ClearingCandidate]) {
    self.init(
      aim, evicted: candidates.filter { clearing.evicted.contains($0.job) },
      given: clearing.shrunk.map { shrink in
        (candidates.first { $0.job == shrink.job } ?? candidates[0], shrink.slices.count)
      })
  }
}

extension Occupancy {
  /// The least cost of room for a gang, over everything that could be taken from anybody; nil where
  /// there is never room.
  func leastCost(
    of shape: GangShape, among candidates: [ClearingCandidate], by aim: ClearingAim
  ) -> ClearingCost? {
    var best: ClearingCost?
    var evicted: [ClearingCandidate] = []
    var given: [(ClearingCandidate, Int)] = []
    func visit(_ index: Int, _ occupancy: Occupancy) {
      let cost = ClearingCost(aim, evicted: evicted, given: given)
      if let best, best <= cost { return }
      if occupancy.fits(shape) {
        best = cost
        return
      }
      guard index < candidates.count else { return }
      let candidate = candidates[index]
      visit(index + 1, occupancy)
      var without = occupancy
      without.giveBack(candidate.allocation)
      evicted.append(candidate)
      visit(index + 1, without)
      evicted.removeLast()
      let slices = candidate.allocation.slices
      for chosen in 1..<1 << slices.count {
        guard chosen.nonzeroBitCount <= candidate.sparable else { continue }
        var smaller = occupancy
        let parts = slices.indices.filter { chosen >> $0 & 1 == 1 }.map { slices[$0] }
        smaller.giveBack(candidate.allocation.part(slices.indices.filter { chosen >> $0 & 1 == 1 }))
        given.append((candidate, parts.count))
        visit(index + 1, smaller)
        given.removeLast()
      }
    }
    visit(0, self)
    return best
  }

  /// What is wrong with a clearing's proof; nil where it holds.
  func flaw(of clearing: Clearing, for shape: GangShape, among candidates: [ClearingCandidate])
    -> String?
  {
    var parts: [(job: JobID, allocation: Allocation)] = []
    for candidate in candidates where clearing.evicted.contains(candidate.job) {
      parts.append((candidate.job, candidate.allocation))
    }
    for shrink in clearing.shrunk {
      guard let candidate = candidates.first(where: { $0.job == shrink.job }) else { return "who?" }
      guard shrink.slices.count <= candidate.sparable else { return "\(shrink) gives too much" }
      for slice in shrink.slices {
        parts.append((shrink.job, candidate.allocation.part([slice])))
      }
    }
    guard clearing.evicted.count + clearing.shrunk.count == Set(parts.map(\.job)).count else {
      return "somebody is a victim twice"
    }
    var trial = self
    for part in parts { trial.giveBack(part.allocation) }
    guard trial.isFree(clearing.allocation) else { return "the room is not free" }
    guard clearing.allocation.slices.count == shape.nodeCount else { return "not the gang's room" }
    for part in parts {
      var smaller = trial
      smaller.take(part.allocation)
      if smaller.isFree(clearing.allocation) { return "\(part.job) goes in vain" }
    }
    return nil
  }
}

extension Allocation {
  /// Some of its slices, and what goes with them; no parts of accelerators.
  fileprivate func part(_ chosen: [Int]) -> Allocation {
    Allocation(
      slices: chosen.map { slices[$0] }, hosts: hosts.isEmpty ? [] : chosen.map { hosts[$0] })
  }
}
