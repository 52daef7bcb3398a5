import Accounts
import Cluster
import Control
import Fleet
import Jobs
import Policy
import Simulation
import Testing
import Units

/// One node of two accelerators that are shared in some way.
private func pair(_ sharing: DeviceSharing) throws -> Topology {
  var builder = TopologyBuilder(name: "shared")
  var type = NodeType(name: "t", accelerators: 2)
  type.sharing = sharing
  try builder.addNodes([NodeName("n0")], type: type)
  return try builder.build()
}

/// Jobs that ask for a part of one accelerator, or for all of it, by minutes.
private func job(
  _ share: DeviceShare, at minute: Int64, minutes: Int64, urgent: Bool = false
) -> SimulatedJob {
  let member = MemberShape(accelerators: 1, share: share)
  var request = JobRequest(
    shape: GangShape(members: 1, member: member), timeLimit: .seconds(600 * 60))
  request.account = AccountID(urgent ? 2 : 1)
  request.mode = ModeID(urgent ? 1 : 0)
  return SimulatedJob(
    submitted: Instant(milliseconds: minute * 60_000), request: request,
    runTime: .seconds(minutes * 60))
}

/// Reclaims nothing; who was evicted takes a minute to be where it was.
private let policy = ClusterPolicy.urgentHalves {
  $0.restart = .seconds(60)
  $0.reclaims = false
}

@Suite struct `Parts of accelerators, measured` {
  @Test(arguments: [
    (DeviceSharing.fractions, DeviceShare.milli(250), 0.25),
    (.mig(.h100x80), .mig(MIGProfile(geometry: .h100x80, kind: .three)), 0.5),
  ])
  func `count as what they are when they are held, and lost`(
    sharing: DeviceSharing, share: DeviceShare, part: Double
  ) throws {
    let topology = try pair(sharing)
    // The urgent job holds one accelerator from minute 32 on; then who had a part begins anew.
    let jobs = [
      job(share, at: 0, minutes: 60), job(.whole, at: 0, minutes: 100),
      job(.whole, at: 30, minutes: 8, urgent: true),
    ]
    var shared = PolicyMetrics(topology: topology, policy: policy)
    var cluster = VirtualCluster(topology: topology, policy: policy)
    cluster.run(jobs, observer: &shared)
    #expect(shared.preemption.evictions == 1)
    #expect(shared.preemption.lostHours * 60 == part * (32 + 1))

    var held = ReplayMetrics(topology: topology)
    cluster = VirtualCluster(topology: topology, policy: policy)
    cluster.run(jobs, observer: &held)
    #expect(held.counts.started == 3 && held.makespan == .seconds(100 * 60))
    #expect(held.allocatedFraction == (part * (32 + 60) + 8 + 100) / 200)
  }

  @Test func `count against the limits of a mode`() throws {
    let topology = try pair(.fractions)
    var limited = policy
    limited.modes[0].perUser.accelerators = 1
    for (most, running, isBroken) in [(2, 3, true), (1, 2, false)] {
      var before = limited
      before.modes[0].perUser.accelerators = most
      var cluster = VirtualCluster(topology: topology, policy: before)
      var nobody = Silence()
      cluster.run((0..<3).map { _ in job(.milli(500), at: 0, minutes: 60) }, observer: &nobody)
      #expect(nobody.state?.jobs.all.count { $0.job.lifecycle.run != nil } == running)

      // Under the lower limit three halves at once are too many.
      var state = try #require(nobody.state)
      state.apply(.policyChanged(limited, at: Instant(milliseconds: 60_000)))
      var checker = ModeLimitChecker()
      checker.settled(
        ControlMachine(resuming: state, plannedAt: .distantPast), at: Instant(milliseconds: 60_000))
      #expect(checker.violations.isEmpty != isBroken, "\(checker.violations)")
    }
  }
}

/// Looks until all have come.
private struct Silence: ReplayObserver {
  var state: ClusterState?
  var isContent = false

  mutating func performed(_ effect: Effect, at now: Instant) {}

  mutating func settled(_ machine: ControlMachine, at now: Instant) {
    state = machine.state
    isContent = machine.state.nextJob.number > 3
  }
}
