import Accounts
import Cluster
import Codec
import Control
import Fleet
import Jobs
import Policy
import Scheduling
import TestFiles
import Testing
import Units

@Suite struct `A snapshot of a random world` {
  private func forEachState(
    _ seeds: Range<UInt64>,
    _ check: (Snapshot, _ rest: ArraySlice<JournalEntry.Draft>) throws -> Void
  ) throws {
    for seed in seeds {
      let journal = WorldJournal.of(try PolicyWorld(seed: seed), stateEvery: 17)
      for (after, state) in journal.states {
        let last = journal.entries[after - 1]
        try check(
          Snapshot(after: UInt64(after), at: last.instant, lastPlan: last.lastPlan, state),
          journal.entries[after...])
      }
    }
  }

  @Test func `gives the same state again, in all that it consists of`() throws {
    try forEachState(0..<40) { snapshot, _ in
      let decoded = try Snapshot(decoding: snapshot.encoded)
      #expect(decoded.sequence == snapshot.sequence && decoded.instant == snapshot.instant)
      #expect(decoded.lastPlan == snapshot.lastPlan)
      expectSame(decoded.state, snapshot.state)
      decoded.state.checkInvariants()
    }
  }

  @Test func `is written in one way`() throws {
    try forEachState(0..<40) { snapshot, _ in
      let bytes = snapshot.encoded
      let decoded = try Snapshot(decoding: bytes)
      #expect(decoded.encoded == bytes)
    }
  }

  @Test func `goes on as the state does that it was taken of`() throws {
    try forEachState(40..<60) { snapshot, rest in
      var (mine, other) = (snapshot.state, try Snapshot(decoding: snapshot.encoded).state)
      for draft in rest {
        for event in draft.events {
          mine.apply(event)
          other.apply(event)
        }
      }
      expectSame(other, mine)
    }
  }

  @Test func `is planned for as the state is that it was taken of`() throws {
    try forEachState(60..<80) { snapshot, _ in
      let other = try Snapshot(decoding: snapshot.encoded).state
      var plans: [[Decision]] = []
      for state in [snapshot.state, other] {
        var planner = Planner(policy: state.policy, state: state, at: snapshot.instant)
        plans.append(planner.plan(for: state, at: snapshot.instant).decisions)
      }
      #expect(plans[0] == plans[1])
    }
  }
}

/// Compares two states part by part; parts without an `==` by all that they hold, private or not.
private func expectSame(
  _ a: ClusterState, _ b: ClusterState, location: SourceLocation = #_sourceLocation
) {
  #expect(a.holdings.book == b.holdings.book, sourceLocation: location)
  #expect(a.holdings.charging == b.holdings.charging, sourceLocation: location)
  #expect(a.holdings.modeUse == b.holdings.modeUse, sourceLocation: location)
  #expect(a.holdings.allowances == b.holdings.allowances, sourceLocation: location)
  #expect(a.holdings.power == b.holdings.power, sourceLocation: location)
  #expect(a.holdings.arrays == b.holdings.arrays, sourceLocation: location)
  #expect(a.policy == b.policy, sourceLocation: location)
  #expect(a.churn == b.churn && a.claims == b.claims, sourceLocation: location)
  #expect(a.version == b.version, sourceLocation: location)
  #expect(a.nextJob == b.nextJob && a.nextClaim == b.nextClaim, sourceLocation: location)
  #expect(a.jobs.count == b.jobs.count, sourceLocation: location)
  #expect(a.image.outcomes == b.image.outcomes, sourceLocation: location)
  let isSameJobs = zip(a.jobs.all, b.jobs.all).allSatisfy { $0.id == $1.id && $0.job == $1.job }
  #expect(isSameJobs, sourceLocation: location)
  #expect(whole(a.mix) == whole(b.mix), sourceLocation: location)
  #expect(
    whole(Parts(of: a.occupancy)) == whole(Parts(of: b.occupancy)), sourceLocation: location)
  #expect(whole(Parts(of: a.topology)) == whole(Parts(of: b.topology)), sourceLocation: location)
}

/// What a value holds, by its mirror: but for a topology and conditions, which have equals.
private struct Parts {
  var parts: [String] = []

  init(of value: Any) {
    for child in Mirror(reflecting: value).children
    where child.label != "topology" && child.label != "conditions" && child.label != "fabric" {
      parts.append("\(child.label ?? ""): \(whole(child.value))")
    }
  }
}

private func whole(_ value: Any) -> String {
  var text = ""
  dump(value, to: &text)
  return text
}

@Suite struct `A snapshot` {
  /// A fleet that has grown in the middle: its ids are not in order.
  static func grown() throws -> Topology {
    func fleet(_ leaves: [[String]]) throws -> Topology {
      var builder = TopologyBuilder(name: "grown")
      var type = NodeType(
        name: "t", acceleratorModel: "h200", accelerators: 8, host: HostShare(cores: 64, memory: 9))
      type.acceleratorWatts = 700
      type.sharing = .mig(.h200x141)
      type.islands = [4, 4]
      type.numaNodes = 2
      var attributes = DomainAttributes()
      attributes.country = "RO"
      attributes.oversubscription = 1500
      try builder.open(.site, "s", attributes)
      for (index, names) in leaves.enumerated() {
        try builder.open(.leaf, "l\(index)")
        try builder.addNodes(names.map { NodeName($0) }, type: type)
        try builder.close()
      }
      try builder.close()
      return try builder.build()
    }
    return try fleet([["n1", "n3"]]).growing(to: fleet([["n1", "n2", "n3"], ["n4"]]))
  }

  @Test func `keeps the ids of nodes that a grown fleet gave them`() throws {
    let topology = try Self.grown()
    var state = ClusterState(topology: topology, policy: ClusterPolicy(name: "p"))
    state.apply(.conditionChanged(NodeID(2), .failed, at: EveryEntry.now))
    let snapshot = Snapshot(after: 7, at: EveryEntry.now, lastPlan: nil, state)
    let decoded = try Snapshot(decoding: snapshot.encoded).state
    #expect(decoded.topology.nodes == topology.nodes)
    #expect(decoded.topology.nodes.map(\.id.number) == [0, 2, 1, 3])
    #expect(decoded.topology.domains == topology.domains)
    #expect(decoded.topology.nodeTypes == topology.nodeTypes)
    #expect(decoded.occupancy.condition(of: NodeID(2)) == .failed)
  }

  @Test func `is written in bytes that never change within a version`() throws {
    let world = WorldJournal.of(try PolicyWorld(seed: 3), stateEvery: 30)
    let lines = world.states.map { after, state in
      Snapshot(
        after: UInt64(after), at: world.entries[after - 1].instant, lastPlan: nil, state
      ).encoded.hexadecimal + "\n"
    }
    #expect(lines.count > 1)
    try Golden.expect(lines.joined(), in: "snapshots-v1.txt")
  }

  private static let fields: [(value: any Sendable, count: Int)] = [
    (ClusterPolicy(name: ""), 16), (AccessMode(name: ""), 15),
    (PreemptionRules(), 6), (OrderWeights(), 4), (PowerBudget(site: "", watts: 1), 5),
    (CapacityWindow(name: "", places: [], from: EveryEntry.now, until: EveryEntry.now), 6),
    (Account(name: "", kind: .user, parent: nil), 9),
    (NodeType(name: "", accelerators: 1), 9), (DomainAttributes(), 3), (NodeLinks(), 3),
    (Budget(acceleratorMilliseconds: 0), 4), (EveryEntry.request, 6), (EveryEntry.terms, 7),
    (EveryEntry.request.shape, 5), (EveryEntry.claim, 8), (EveryEntry.parts, 3),
    (Job(request: EveryEntry.request, submitted: EveryEntry.now), 8),
    (JobLifecycle.Run(AttemptNumber(1), from: EveryEntry.now, on: EveryEntry.parts), 7),
    (EveryEntry.state, 9), (EveryEntry.state.holdings, 8), (EveryEntry.state.holdings.book, 17),
  ]

  /// A field that is added to one of these types must be written by the codec as well; then raise
  /// the number here.
  @Test func `knows every field of what it holds`() {
    for (value, count) in Self.fields {
      let found = Mirror(reflecting: value).children.count
      #expect(found == count, "\(type(of: value)) has \(found) fields")
    }
  }

  @Test func `of a policy with everything in it keeps it all`() throws {
    var policy = ClusterPolicy(name: "all")
    policy.order = .fairShare
    policy.head = .keptUntilStarted
    policy.backfill = .reserving
    policy.backfillOrder = .submission
    policy.compression = .queue
    policy.preemption = PreemptionRules()
    policy.preemption?.churnPerHour = 77
    policy.windows = [
      CapacityWindow(name: "w", places: ["n1"], from: EveryEntry.now, until: .distantFuture)
    ]
    policy.windows[0].every = .seconds(5)
    policy.windows[0].accounts = [AccountID(1)]
    policy.power = [PowerBudget(site: "s", watts: 9_000_000)]
    var member = Account(name: "uni", kind: .member, parent: .root)
    member.memberClass = .academic
    member.weight = 3
    member.lendLimit = .accelerators(7)
    member.borrowLimit = .fraction(250_000)
    member.entitlement = Entitlement(
      ofModels: [Entitlement.OfModel(model: "h200", amount: .accelerators(5))])
    member.budgets = [Budget(acceleratorMilliseconds: 5, stopsHard: false)]
    policy.accounts.add(member)
    policy.modes[0].allowance = AccessMode.Allowance(
      acceleratorMilliseconds: 9, validity: .seconds(3), cutOffs: [EveryEntry.now])
    policy.modes[0].perUser.jobs = 4
    policy.modes[0].longestTime = .seconds(99)
    policy.chargeRates = [ChargeRate(model: "h200", milli: 1200)]
    let state = ClusterState(topology: try Self.grown(), policy: policy)
    let snapshot = Snapshot(after: 0, at: EveryEntry.now, lastPlan: EveryEntry.now, state)
    #expect(try Snapshot(decoding: snapshot.encoded).state.policy == policy)
  }
}

@Suite struct `Bytes that are no snapshot` {
  @Test func `give an error that says where and what, or a state with just these bytes`() throws {
    var errors = 0
    for seed in [1, 3, 8, 21] as [UInt64] {
      let world = WorldJournal.of(try PolicyWorld(seed: seed), stateEvery: 40)
      guard let (after, state) = world.states.first else { continue }
      let valid = Snapshot(
        after: UInt64(after), at: world.entries[after - 1].instant, lastPlan: nil, state
      ).encoded
      for round in 0..<1500 as Range<UInt64> {
        var mutator = Mutator(generator: SeededGenerator(seed: seed << 32 | round))
        let bytes = mutator.mutated(valid)
        do throws(CodecError) {
          let decoded = try Snapshot(decoding: bytes)
          #expect(decoded.encoded == bytes, "seed \(seed), \(round)")
        } catch {
          errors += 1
          #expect(error.path.first == "snapshot")
          #expect((0...bytes.count).contains(error.offset))
        }
      }
    }
    #expect(errors > 1000)
  }
}
