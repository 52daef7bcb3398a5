import Cluster
import Control
import Fleet
import Policy
import PolicyFiles
import Simulation
import Testing
import Traces
import Units

/// Four leaves of four nodes of two, whose uplinks are narrow.
private func fleet() throws -> Topology {
  var text = "fleet: f\nnode-types:\n  n: {model: m, accelerators: 2, watts: 1 W}\ntype: n\n"
  text += "pods:\n  - name: p\n    oversubscription: 4:1\n    leaves:\n"
  text += "      - {names: \"l[0-3]\", oversubscription: 4:1, nodes: \"{leaf}n[0-3]\"}\n"
  return try FleetFile.decode(text, file: "f.yaml")
}

/// A month of a few users; what befalls them is in `more`.
private func scenario(_ more: String) throws -> Scenario {
  let text = """
    scenario: s
    fleet: 1x1
    policy: fcfs
    span: 30 d
    streams:
      small:
        arrivals: {per-hour: 2}
        sizes: {1: 3, 2: 2}
        durations: {exponential: 2 h, longest: 12 h}
        time-limit: 3
      gangs:
        arrivals: {per-hour: 0.2}
        sizes: {8: 1, 12: 1}
        durations: {exponential: 3 h, longest: 12 h}
        time-limit: 3
        checkpoints: {every: 10 min, restart: 1 min}

    """
  return try ScenarioFile(text + more, file: "s.yaml").scenario
}

private func users(_ more: String) throws -> ScenarioUsers {
  let fleet = try fleet()
  return ScenarioUsers(
    try scenario(more), topology: fleet,
    policy: try #require(ClusterPolicy.builtIn(named: "fcfs+easy")), trace: [],
    mapping: RequestMapping(topology: fleet, overruns: .raise))
}

private func replay(_ more: String) throws -> Replay.Result {
  let policy = try #require(ClusterPolicy.builtIn(named: "fcfs+easy"))
  let replay = Replay(topology: try fleet(), policy: policy, overruns: .raise)
  return replay.run(try users(more), log: DecisionLog())
}

/// Nodes of two that fail some ten times in the month each.
private let often = "failures: {nodes: 7000, lemons: 0 %, repair: 1 h, replacement: 2 h}\n"

@Suite struct `What befalls jobs` {
  @Test(arguments: ["", "network:\n", often, often + "network:\n"])
  func `leaves what users submit as it is`(more: String) throws {
    var (calm, rough) = (try users(""), try users(more))
    while calm.nextSubmission != nil {
      #expect(calm.nextSubmission == rough.nextSubmission)
      #expect(calm.submit() == rough.submit())
    }
    #expect(rough.nextSubmission == nil)
  }

  @Test(arguments: ["network:\n", often, often + "network: {exposed: 40 %}\n"])
  func `keeps every invariant, and ends`(more: String) throws {
    var users = try users(more)
    var checker = InvariantChecker(isStrict: false)
    let policy = try #require(ClusterPolicy.builtIn(named: "fcfs+easy"))
    var cluster = VirtualCluster(topology: try fleet(), policy: policy)
    cluster.surroundings = users.surroundings
    cluster.run(&users, observer: &checker)
    #expect(cluster.machine.state.jobs.count == 0)
  }
}

@Suite struct `A part of the fleet that opens later` {
  /// The names of the nodes that a job was started on before an instant.
  private struct Used: ReplayObserver {
    let before: Instant
    let topology: Topology
    var names: Set<String> = []

    mutating func performed(_ effect: Effect, at now: Instant) {
      guard case .launch(_, _, let allocation) = effect, now < before else { return }
      for slice in allocation.slices {
        names.insert(topology.nodes[topology.index(of: slice.node)].name.description)
      }
    }
  }

  private func used(_ more: String, before: TimeSpan) throws -> Set<String> {
    var users = try users(more)
    let policy = try #require(ClusterPolicy.builtIn(named: "fcfs+easy"))
    var used = Used(before: users.beginning + before, topology: try fleet())
    var cluster = VirtualCluster(topology: try fleet(), policy: policy)
    cluster.surroundings = users.surroundings
    cluster.run(&users, observer: &used)
    #expect(cluster.machine.state.jobs.count == 0)
    return used.names
  }

  @Test(arguments: ["", often]) func `runs nothing before, and then takes its part`(
    failures: String
  ) throws {
    let later = failures + "openings: [{nodes: \"l2n[0-3],l3n[0-3]\", at: 10 d}]\n"
    let first = try used(later, before: .seconds(10 * 86_400))
    #expect(!first.isEmpty && first.allSatisfy { $0.hasPrefix("l0") || $0.hasPrefix("l1") })
    #expect(try used(later, before: .seconds(30 * 86_400)).count == 16)
  }

  @Test func `makes jobs wait that the rest has no room for`() throws {
    let (whole, phased) = (
      try replay(""), try replay("openings: [{nodes: \"l1n[0-3],l2n[0-3],l3n[0-3]\", at: 10 d}]\n")
    )
    #expect(phased.metrics.counts.completed == whole.metrics.counts.completed)
    #expect(phased.metrics.waits.reduce(0, +) > 2 * whole.metrics.waits.reduce(0, +))
    #expect(phased.surroundings?.nodeFailures == 0)
  }

  @Test(arguments: [
    ("{at: 10 d}", "none of site, nodes"), ("{site: a, nodes: n0, at: 1 d}", "both"),
    ("{nodes: \"n[0-\", at: 1 d}", "names no nodes"), ("{site: a}", "at"),
  ]) func `is named well`(opening: String, words: String) throws {
    let error = #expect(throws: PolicyFileError.self) { try scenario("openings: [\(opening)]\n") }
    #expect(error.map { "\($0)".contains(words) } == true, "\(String(describing: error))")
  }

  @Test func `that the fleet does not have is found`() throws {
    let unknown = try scenario("openings: [{site: x, at: 1 d}, {nodes: \"l7n0\", at: 1 d}]\n")
    #expect(try unknown.openings.allSatisfy { try $0.unknown(to: fleet()) != nil })
    let known = try scenario("openings: [{nodes: \"l0n0,l1n0\", at: 1 d}]\n")
    #expect(try known.openings.allSatisfy { try $0.unknown(to: fleet()) == nil })
  }
}

@Suite struct `Nodes that fail` {
  @Test func `do so as often as the rates say, whatever runs`() throws {
    // 16 nodes of 2 in 720 hours: 7 in 1,000 hours of an accelerator, less the time they are down.
    let figures = try #require(try replay(often).surroundings)
    #expect((130...210).contains(figures.nodeFailures))
    let others = try #require(try replay(often + "network:\n").surroundings)
    #expect(others.nodeFailures == figures.nodeFailures)
  }

  @Test func `cost runs, and no jobs`() throws {
    let (calm, rough) = (try replay(""), try replay(often))
    #expect(try #require(rough.surroundings).lostRuns > 20)
    #expect(rough.metrics.counts.submitted == calm.metrics.counts.submitted)
    #expect(rough.metrics.counts.completed == calm.metrics.counts.completed)
    #expect(rough.metrics.counts.failed == 0)
    #expect(rough.metrics.completions.reduce(0, +) > calm.metrics.completions.reduce(0, +))
  }

  @Test func `take a leaf with them`() throws {
    let only = "failures: {nodes: 0, leaves: 100000, domain-repair: 1 h}\n"
    let figures = try #require(try replay(only).surroundings)
    #expect(figures.nodeFailures > 0 && figures.nodeFailures % 4 == 0)
  }
}

@Suite struct `Slow places` {
  @Test func `make gangs take longer by what the network model says`() throws {
    let (best, slow) = (try replay(""), try replay("network: {exposed: 50 %}\n"))
    let figures = try #require(slow.surroundings)
    #expect(figures.meanSlowdown > 1.001 && figures.meanSlowdown < 5)
    #expect(figures.nodeFailures == 0)
    #expect(slow.metrics.allocatedFraction > best.metrics.allocatedFraction)
    #expect(try replay("network: {exposed: 0 %}\n").metrics.waits == best.metrics.waits)
  }
}
