import Accounts
import Cluster
import Control
import Fleet
import Jobs
import Policy
import Simulation
import Testing
import Units

/// Jobs of two nodes' fleets of four accelerators, by minutes.
private func job(
  of account: UInt16, nodes: Int, at minute: Int64, minutes: Int64, urgent: Bool = false,
  leastMembers: Int? = nil
) -> SimulatedJob {
  var request = JobRequest(
    shape: .accelerators(4 * nodes, perNode: 4), timeLimit: .seconds(600 * 60))
  request.account = AccountID(account)
  request.mode = ModeID(urgent ? 1 : 0)
  if let leastMembers {
    var options = JobTerms.Options()
    options.leastMembers = leastMembers
    request.terms = JobTerms(options)
  }
  return SimulatedJob(
    submitted: Instant(milliseconds: minute * 60_000), request: request,
    runTime: .seconds(minutes * 60))
}

@Suite struct `What a replay measures of sharing` {
  private func measured(
    _ jobs: [SimulatedJob], _ policy: ClusterPolicy, _ incidents: [Incident] = []
  ) throws -> PolicyMetrics {
    let topology = try Topology.flat(nodes: 2, accelerators: 4)
    var metrics = PolicyMetrics(topology: topology, policy: policy)
    var cluster = VirtualCluster(topology: topology, policy: policy)
    cluster.incidents = incidents
    cluster.run(jobs, observer: &metrics)
    metrics.finish()
    return metrics
  }

  /// The gang shrinks at 30 + 2 min, and grows again when b ends at 62: its work of 120
  /// member-minutes takes 32 × 2, then 30 × 1, then 13 × 2.
  @Test func `counts a gang that gave up a member, and what it held with either size`() throws {
    let jobs = [
      job(of: 1, nodes: 2, at: 0, minutes: 60, leastMembers: 1),
      job(of: 2, nodes: 1, at: 30, minutes: 30),
    ]
    let metrics = try measured(jobs, .urgentHalves())
    #expect(metrics.preemption.shrinks == 1)
    #expect(metrics.preemption.evictions == 0)
    #expect(metrics.preemption.lostHours == 0)
    let figures = metrics.accounts.figures
    #expect(figures.map(\.path) == ["everybody", "a", "b"])
    // 32 × 8 + 30 × 4 + 13 × 8 accelerator-minutes, of which a is entitled to four at a time.
    #expect(figures.map { $0.usedHours * 60 } == [600, 480, 120])
    #expect(figures.map { $0.borrowedHours * 60 } == [0, 180, 0])
    #expect(figures.map { $0.lentHours.map { $0 * 60 } } == [0, 0, 180])
  }

  /// Told at 10 min, the victim goes at 12, though the urgent job is taken back at 11.
  @Test func `counts apart who went for a job that was taken back`() throws {
    let jobs = [
      job(of: 1, nodes: 1, at: 0, minutes: 60), job(of: 1, nodes: 1, at: 0, minutes: 60),
      job(of: 2, nodes: 1, at: 10, minutes: 5, urgent: true),
    ]
    let cancel = Incident(at: Instant(milliseconds: 660_000), .cancel(JobID(3)))
    let metrics = try measured(jobs, ClusterPolicy.urgentHalves { $0.reclaims = false }, [cancel])
    #expect(metrics.preemption.claims == 1)
    #expect(metrics.preemption.evictions == 1)
    #expect(metrics.preemption.dissolved == 1)
    #expect(metrics.preemption.useless == 0)
    // Twelve minutes of four accelerators, and five to be there again.
    #expect(metrics.preemption.lostHours * 60 == 4 * 17)
  }

  /// What nobody was promised is lent by the root: b has a quarter, a nothing.
  @Test func `attributes what is promised to nobody to all together`() throws {
    var policy = ClusterPolicy.urgentHalves()
    var accounts = AccountTree(root: "everybody")
    accounts.add(Account(name: "a", kind: .member, parent: .root))
    var b = Account(name: "b", kind: .member, parent: .root)
    b.entitlement = Entitlement(ofEach: .fraction(250_000))
    accounts.add(b)
    policy.accounts = accounts
    let metrics = try measured([job(of: 1, nodes: 2, at: 0, minutes: 60)], policy)
    let figures = metrics.accounts.figures
    #expect(figures.map(\.entitledHours) == [8, 0, 2])
    #expect(figures.map(\.borrowedHours) == [0, 8, 0])
    #expect(figures.map(\.lentHours) == [6, 0, 2])
    #expect(figures.map(\.shareError) == [0, 1, -1])
    #expect(metrics.accounts.jain == 1, "nobody was owed anything that it asked for")
  }

  /// B waits from minute 20 for what a holds of its half, and has it once that was told to go.
  @Test func `tells how long a member waited for room within its entitlement`() throws {
    let jobs = [
      job(of: 1, nodes: 2, at: 0, minutes: 60), job(of: 2, nodes: 1, at: 20, minutes: 10),
    ]
    #expect(try measured(jobs, .urgentHalves()).guarantees.worst == .seconds(120))
  }

  /// All is a's, but it may run one job at a time: the second waits for the first, not for room.
  @Test func `counts no lack of room where a limit keeps a job from starting`() throws {
    var policy = ClusterPolicy.urgentHalves()
    var accounts = AccountTree(root: "everybody")
    var a = Account(name: "a", kind: .member, parent: .root)
    a.entitlement = Entitlement(ofEach: .fraction(1_000_000))
    accounts.add(a)
    policy.accounts = accounts
    policy.modes[0].perUser.jobs = 1
    let jobs = (0..<3).map { _ in job(of: 1, nodes: 1, at: 0, minutes: 60) }
    #expect(try measured(jobs, policy).guarantees.worst == .zero)
  }

  /// A job of b waits from minute 20 to 60, when it has all that is left: while a node is out its
  /// member is entitled to half of a node.
  @Test func `counts as entitled to what a member is while nodes are out`() throws {
    let jobs = [
      job(of: 1, nodes: 1, at: 0, minutes: 60), job(of: 2, nodes: 1, at: 20, minutes: 10),
    ]
    let idle = try #require(Topology.flat(nodes: 2, accelerators: 4).nodes.last?.id)
    let incidents = [(10, NodeCondition.drained), (90, .inService)].map { minute, condition in
      Incident(
        at: Instant(milliseconds: minute * 60_000),
        .noted([idle], .wanted(condition, reason: "")))
    }
    let metrics = try measured(jobs, .urgentHalves(), incidents)
    #expect(metrics.guarantees.worst == .zero)
    #expect(metrics.accounts.figures[2].wait.max == 40 * 60)
  }
}
