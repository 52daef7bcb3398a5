import Accounts
import Cluster
import Control
import Fleet
import Jobs
import Policy
import Scheduling
import Testing
import Units

/// Policies and fleets as files would describe them.
private enum Files {
  /// A policy that shares among members; each name is a path of at most two levels.
  static func policy(
    _ paths: String, modes: [String] = ["regular"], _ tune: (inout ClusterPolicy) -> Void = { _ in }
  ) -> ClusterPolicy {
    var policy = ClusterPolicy(name: "shared")
    policy.order = .fairShare
    policy.backfill = .reserving
    for path in paths.split(separator: " ").map(String.init) {
      let names = path.split(separator: "/").map(String.init)
      let parent = names.count > 1 ? policy.accounts.account(path: names[0]) ?? .root : .root
      var account = Account(
        name: names[names.count - 1], kind: names.count > 1 ? .user : .member, parent: parent)
      account.entitlement = Entitlement(ofEach: .fraction(200_000))
      policy.accounts.add(account)
    }
    policy.modes = modes.map { AccessMode(name: $0) }
    tune(&policy)
    return policy
  }

  /// Nodes of four accelerators, by leaf: `n0 n1 | n2`.
  static func fleet(_ text: String) throws -> Topology {
    var builder = TopologyBuilder(name: "growing")
    for (index, leaf) in text.split(separator: "|").enumerated() {
      try builder.open(.leaf, "l\(index)")
      try builder.addNodes(
        leaf.split(separator: " ").map { NodeName(String($0)) },
        type: NodeType(name: "t", accelerators: 4))
      try builder.close()
    }
    return try builder.build()
  }
}

extension Driver {
  fileprivate init(_ policy: ClusterPolicy, on fleet: String) throws {
    self.init(ControlMachine(topology: try Files.fleet(fleet), policy: policy))
  }

  fileprivate var refusal: ChangeRefusal? {
    effects.compactMap { if case .refused(let refusal) = $0 { refusal } else { nil } }.first
  }

  fileprivate var rejection: JobRejection? {
    effects.compactMap { if case .rejected(let rejection) = $0 { rejection } else { nil } }.first
  }

  /// Submits whole nodes on behalf of an account.
  fileprivate mutating func submit(
    nodes: Int, as account: String, mode: String = "regular", limit: Int64 = 100, at second: Int64
  ) {
    let policy = machine.policy
    var request = JobRequest.of(4 * nodes, limit: limit)
    request.account = policy.accounts.account(path: account) ?? .root
    let place = policy.modes.firstIndex { $0.name == mode } ?? 0
    request.mode = ModeID(UInt8(place))
    give(.submit(request), at: second)
  }

  /// By path, what was charged so far: accelerator-seconds.
  fileprivate func charged(_ path: String, at second: Int64) -> Int128? {
    machine.policy.accounts.account(path: path).map {
      machine.state.holdings.book.charged($0, at: .second(second)) / 1_000_000
    }
  }
}

@Suite struct `A change of the policy` {
  @Test func `keeps the numbers of accounts and modes, in whatever order they come`() throws {
    var driver = try Driver(Files.policy("uni uni/ada firm", modes: ["a", "b"]), on: "n0 n1")
    let next = Files.policy("zoo firm uni uni/bob uni/ada", modes: ["c", "b", "a"])
    driver.give(.policyChanged(next), at: 1)
    #expect(driver.refusal == nil)
    let tree = driver.machine.policy.accounts
    let paths = (0..<tree.count).map { tree.path(of: AccountID(UInt16($0))) }
    #expect(paths == ["everybody", "uni", "uni/ada", "firm", "zoo", "uni/bob"])
    #expect(driver.machine.policy.modes.map(\.name) == ["a", "b", "c"])
    #expect(driver.machine.policy.defaultMode == ModeID(2))
  }

  @Test func `leaves those who run and wait where they are, and counts on`() throws {
    var driver = try Driver(Files.policy("uni firm"), on: "n0 n1")
    driver.submit(nodes: 1, as: "uni", at: 0)
    driver.submit(nodes: 2, as: "firm", at: 1)
    let run = driver.machine.state.jobs[JobID(1)]?.lifecycle.run
    driver.give(.policyChanged(Files.policy("firm new uni")), at: 10)
    #expect(driver.machine.state.jobs.count == 2)
    #expect(driver.machine.state.jobs[JobID(1)]?.lifecycle.run == run)
    #expect(driver.charged("uni", at: 20) == 80)
    driver.gone(1, at: 20)
    #expect(driver.launched == [2])
    #expect(driver.charged("uni", at: 30) == 80)
    #expect(driver.charged("firm", at: 30) == 80)
  }

  @Test func `charges what runs at the new rate from then on, and no more than was set aside`()
    throws
  {
    var driver = try Driver(Files.policy("uni"), on: "n0 n1")
    driver.submit(nodes: 1, as: "uni", limit: 100, at: 0)
    let run = try #require(driver.machine.state.jobs[JobID(1)]?.lifecycle.run)
    #expect(run.reserved == 400_000)
    let dearer = Files.policy("uni") { $0.chargeRates = [ChargeRate(model: "", milli: 3000)] }
    driver.give(.policyChanged(dearer), at: 10)
    #expect(driver.charged("uni", at: 20) == 160)
    let job = try #require(driver.machine.state.jobs[JobID(1)])
    let later = try #require(job.lifecycle.run)
    #expect(later.reserved == 400_000)
    let holdings = driver.machine.state.holdings
    #expect(holdings.spent(job.request, later, at: .second(20)) == 160_000)
    #expect(holdings.spent(job.request, later, at: .second(90)) == 400_000)
  }

  @Test func `goes for what is submitted after it, and for the order of those who wait`() throws {
    var driver = try Driver(Files.policy("uni firm"), on: "n0")
    driver.submit(nodes: 1, as: "uni", at: 0)
    driver.submit(nodes: 1, as: "uni", limit: 90, at: 1)
    driver.submit(nodes: 1, as: "firm", limit: 80, at: 2)
    let next = Files.policy("uni firm") {
      $0.modes[0].longestTime = .seconds(95)
      $0.order = .shortestJobFirst
    }
    driver.give(.policyChanged(next), at: 3)
    driver.submit(nodes: 1, as: "uni", limit: 100, at: 4)
    #expect(driver.rejection?.code == "too-long-for-mode")
    driver.gone(1, at: 5)
    #expect(driver.launched == [3])
  }

  @Test func `bars those who wait and could not be submitted any more, until it is taken back`()
    throws
  {
    let first = Files.policy("uni")
    var driver = try Driver(first, on: "n0")
    driver.submit(nodes: 1, as: "uni", limit: 100, at: 0)
    driver.submit(nodes: 1, as: "uni", limit: 50, at: 1)
    driver.give(
      .policyChanged(Files.policy("uni") { $0.modes[0].longestTime = .seconds(20) }), at: 2)
    driver.gone(1, at: 3)
    #expect(driver.launched.isEmpty)
    let explanation = driver.machine.explain(JobID(2), at: .second(4))
    #expect(explanation.causes.map(\.kind) == [.notAdmitted])
    driver.give(.policyChanged(first), at: 5)
    #expect(driver.launched == [2])
  }

  @Test func `closes a mode: what runs under it goes on, and nobody may ask for it`() throws {
    var driver = try Driver(Files.policy("uni", modes: ["a", "b"]), on: "n0 n1")
    driver.submit(nodes: 1, as: "uni", mode: "b", at: 0)
    driver.submit(nodes: 2, as: "uni", mode: "b", at: 1)
    driver.give(.policyChanged(Files.policy("uni", modes: ["a"])), at: 2)
    #expect(driver.refusal == nil)
    #expect(driver.machine.state.jobs[JobID(1)]?.lifecycle.run != nil)
    driver.submit(nodes: 1, as: "uni", mode: "b", at: 3)
    #expect(driver.rejection == .modeClosed("b"))
    driver.gone(1, at: 4)
    #expect(driver.launched.isEmpty)
    #expect(driver.machine.state.jobs[JobID(2)]?.isBarred == true)
  }

  @Test func `lets those go on who are charged to an account that has others below it now`() throws
  {
    var driver = try Driver(Files.policy("uni"), on: "n0")
    driver.submit(nodes: 1, as: "uni", at: 0)
    driver.submit(nodes: 1, as: "uni", at: 1)
    driver.give(.policyChanged(Files.policy("uni uni/ada")), at: 2)
    driver.submit(nodes: 1, as: "uni", at: 3)
    #expect(driver.rejection == .notAnAccount("uni"))
    driver.gone(1, at: 4)
    #expect(driver.launched == [2])
  }

  @Test func `from one without accounts to shares loses nobody`() throws {
    var driver = try Driver("fcfs+easy", nodes: 2)
    driver.submit(8, limit: 50, at: 0)
    driver.submit(8, limit: 50, at: 1)
    driver.submit(4, limit: 50, at: 1)
    driver.give(.policyChanged(Files.policy("uni firm")), at: 2)
    #expect(driver.refusal == nil)
    driver.submit(nodes: 1, as: "uni", limit: 50, at: 3)
    driver.gone(1, at: 10)
    #expect(!driver.launched.isEmpty)
    #expect(driver.machine.state.jobs.count == 3)
    driver.give(.policyChanged(try #require(ClusterPolicy.builtIn(named: "fcfs+easy"))), at: 11)
    #expect(driver.refusal?.code == "account-in-use")
  }

  @Test func `that says the same changes nothing`() throws {
    let policy = Files.policy("uni firm")
    var driver = try Driver(policy, on: "n0")
    let version = driver.machine.state.version
    driver.give(.policyChanged(policy), at: 1)
    driver.give(.fleetChanged(try Files.fleet("n0")), at: 2)
    #expect(driver.effects.isEmpty && driver.machine.state.version == version)
  }

  private static let refusals: [(next: ClusterPolicy, text: String)] = [
    (
      Files.policy("firm"),
      "account 'uni/ada' is not in the policy any more, and jobs 1 and 2 are charged to it: "
        + "keep it until they are over, or cancel them"
    ),
    (
      Files.policy("uni uni/ada", modes: ["a", "a"]),
      "two modes are named 'a': rename one of them"
    ),
    (
      Files.policy("uni uni/ada") {
        $0.windows = [
          CapacityWindow(
            name: "w", places: ["n7"], from: .second(0), until: .second(9))
        ]
      }, "fleet 'growing' has no domain and no nodes 'n7': name a domain, or nodes as a hostlist"
    ),
  ]

  @Test(arguments: refusals.indices) func `that can't be is refused`(row: Int) throws {
    let (next, text) = Self.refusals[row]
    var driver = try Driver(Files.policy("uni uni/ada"), on: "n0")
    driver.submit(nodes: 1, as: "uni/ada", at: 0)
    driver.submit(nodes: 1, as: "uni/ada", at: 1)
    let before = driver.machine
    driver.give(.policyChanged(next), at: 2)
    #expect(driver.refusal.map { "\($0)" } == text)
    #expect(driver.effects.count == 1)
    #expect(driver.machine.state.version == before.state.version)
    #expect(driver.machine.policy == before.policy)
    #expect(driver.machine.planCount == before.planCount)
  }

  @Test func `opens an account again under its old number, with its history`() throws {
    var driver = try Driver(Files.policy("uni firm"), on: "n0")
    driver.submit(nodes: 1, as: "uni", at: 0)
    driver.gone(1, at: 10)
    driver.give(.policyChanged(Files.policy("firm")), at: 11)
    #expect(driver.refusal == nil)
    driver.submit(nodes: 1, as: "uni", at: 12)
    #expect(driver.rejection == .accountClosed("uni"))
    driver.give(.policyChanged(Files.policy("firm new uni")), at: 13)
    driver.submit(nodes: 1, as: "uni", at: 14)
    #expect(driver.launched == [2])
    #expect(driver.charged("uni", at: 24) == 80)
  }
}

@Suite struct `A change of the fleet` {
  @Test func `takes new nodes in the middle into use at once`() throws {
    var driver = try Driver(Files.policy("uni"), on: "n0 n1 | n2")
    driver.submit(nodes: 3, as: "uni", at: 0)
    driver.submit(nodes: 2, as: "uni", at: 1)
    #expect(driver.launched.isEmpty)
    driver.give(.fleetChanged(try Files.fleet("n0 a n1 | b | n2")), at: 2)
    #expect(driver.launched == [2])
    let run = driver.machine.state.jobs[JobID(2)]?.lifecycle.run
    #expect(run?.allocation.slices.map(\.node.number) == [3, 4])
    #expect(driver.machine.state.holdings.book.entitledMilli(AccountID(1), model: 0) == 4000)
    driver.submit(nodes: 5, as: "uni", at: 3)
    #expect(driver.rejection == nil)
    driver.submit(nodes: 6, as: "uni", at: 4)
    #expect(driver.rejection?.code == "too-many-members")
  }

  @Test func `may leave away nodes that nobody holds, whose ids are never given again`() throws {
    var driver = try Driver(Files.policy("uni"), on: "n0 n1 n2")
    driver.submit(nodes: 1, as: "uni", at: 0)
    driver.give(.fleetChanged(try Files.fleet("n0 n1")), at: 1)
    #expect(driver.refusal == nil)
    driver.give(.nodeChanged(NodeID(2), .failed), at: 2)
    #expect(driver.effects.isEmpty)
    driver.give(.fleetChanged(try Files.fleet("n2 n0 n1")), at: 3)
    #expect(driver.machine.state.topology.nodes.map(\.id.number) == [3, 0, 1])
  }

  @Test func `bars who waits for more than there is any more`() throws {
    var driver = try Driver(Files.policy("uni"), on: "n0 n1 n2")
    driver.submit(nodes: 1, as: "uni", at: 0)
    driver.submit(nodes: 3, as: "uni", at: 1)
    driver.give(.fleetChanged(try Files.fleet("n0 n1")), at: 2)
    driver.gone(1, at: 3)
    #expect(driver.launched.isEmpty)
    #expect(driver.machine.state.jobs[JobID(2)]?.isBarred == true)
    driver.give(.fleetChanged(try Files.fleet("n0 n1 n9")), at: 4)
    #expect(driver.launched == [2])
  }

  private static let refusals: [(next: String, text: String)] = [
    (
      "n1 n2",
      "node 'n0' is not in the fleet any more, and job 1 runs there: "
        + "drain it first, and remove it when nothing runs there"
    ),
    (
      "n1 n0 n2",
      "node 'n1' stands before 'n0', and stood behind it: keep the order of the nodes that were "
        + "there; new ones may stand anywhere"
    ),
  ]

  @Test(arguments: refusals.indices) func `that can't be is refused`(row: Int) throws {
    let (next, text) = Self.refusals[row]
    var driver = try Driver(Files.policy("uni"), on: "n0 n1 n2")
    driver.submit(nodes: 1, as: "uni", at: 0)
    let version = driver.machine.state.version
    driver.give(.fleetChanged(try Files.fleet(next)), at: 1)
    #expect(driver.refusal.map { "\($0)" } == text)
    #expect(driver.machine.state.version == version)
  }

  @Test func `from accelerators to cores is another fleet`() throws {
    var driver = try Driver(Files.policy("uni"), on: "n0")
    var builder = TopologyBuilder(name: "cores")
    try builder.addNodes(
      [NodeName("n0")], type: NodeType(name: "c", accelerators: 0, host: HostShare(cores: 8)))
    driver.give(.fleetChanged(try builder.build()), at: 1)
    #expect(driver.refusal == .countsOtherwise)
  }
}
