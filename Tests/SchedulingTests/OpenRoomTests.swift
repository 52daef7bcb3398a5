import Cluster
import Control
import Fleet
import Jobs
import Policy
import Testing
import Units

/// Drawn under first come, first served with so many promises, on nodes of one accelerator.
private func drawn(_ jobs: String, nodes: Int, promises: Int = 100) throws -> String {
  var policy = ClusterPolicy(name: "promises")
  policy.backfill = .reserving
  policy.reservations = promises
  policy.reserveAnew = .seconds(1)
  return try gantt(policy, on: (nodes, 1), jobs)
}

@Suite struct `What is free beside promises, drawn on a time line` {
  /// b is promised the nodes of a at second 4, c all three after it: the third is open until 7.
  @Test func `is open until the first promise that needs it`() throws {
    let jobs = """
      a 0 2 4 4
      b 0 2 3 3
      c 0 3 1 1
      d 1 1 7 7
      e 1 1 6 6
      """
    #expect(
      try drawn(jobs, nodes: 3) == """
        a |====           |
        b |....===        |
        c |.......=       |
        d | .......=======|
        e | ======        |
        """)
  }

  @Test func `is less the more promises there are before a job's end`() throws {
    // With one promise alone, b's, d may have the third node for as long as it likes.
    let jobs = """
      a 0 2 4 4
      b 0 2 3 3
      c 0 3 1 1
      d 1 1 9 9
      """
    #expect(
      try drawn(jobs, nodes: 3, promises: 1) == """
        a |====       |
        b |....===    |
        c |..........=|
        d | ========= |
        """)
  }

  @Test func `becomes less with every start`() throws {
    let jobs = """
      a 0 2 5 5
      b 0 4 1 1
      c 1 1 4 4
      d 1 1 4 4
      e 1 1 4 4
      """
    #expect(
      try drawn(jobs, nodes: 4) == """
        a |=====     |
        b |.....=    |
        c | ====     |
        d | ====     |
        e | .....====|
        """)
  }

  @Test func `is open again when a promise has moved forward`() throws {
    // a ends at 2 instead of 8: b starts, and c need not wait for second 12.
    let jobs = """
      a 0 2 8 2
      b 0 2 4 1
      c 0 1 9 9
      """
    #expect(
      try drawn(jobs, nodes: 2) == """
        a |==          |
        b |..=         |
        c |...=========|
        """)
  }

  @Test func `is open again when who was promised it is gone`() throws {
    let jobs = """
      a 0 1 8 8
      b 0 2 4 4 cancel=3
      c 0 1 9 9
      """
    #expect(
      try drawn(jobs, nodes: 2) == """
        a |========    |
        b |............|
        c |...=========|
        """)
  }
}

@Suite struct `What is free beside promises and claims` {
  /// An urgent job has a claim to the node of an ordinary one, which has three minutes to go.
  private static func claimed() throws -> Scene {
    let policy = ClusterPolicy.shared { policy in
      var rules = PreemptionRules()
      rules.reclaims = false
      policy.preemption = rules
      policy.add(mode: "ordinary") {
        $0.isPreemptible = true
        $0.notice = .seconds(60)
        $0.grace = .seconds(120)
      }
      policy.add(mode: "urgent") {
        $0.tier = 1
        $0.preempts = [0]
      }
    }
    var scene = Scene(on: try .leaves(1), policy)
    scene.submit(.nodes(1), minutes: 60, by: "alpha/ada", mode: "ordinary")
    scene.submit(.part(2), minutes: 60, by: "alpha/amy")
    scene.submit(.nodes(1), minutes: 60, by: "beta/ben", mode: "urgent")
    return scene
  }

  @Test func `is not what somebody has a claim to, however short the job`() throws {
    var scene = try Self.claimed()
    let claim = try #require(scene.machine.state.claims.first)
    #expect(claim.preemptor == JobID(3))
    scene.end(JobID(1))
    #expect(scene.isRunning(JobID(3)), "its victim is gone")
    let small = scene.submit(.part(2), minutes: 1, by: "beta/bob")
    #expect(scene.isRunning(small), "beside the part of the other node")
  }

  @Test func `is what somebody had a claim to and was taken back`() throws {
    var scene = try Self.claimed()
    scene.give(.cancel(JobID(3)))
    #expect(scene.machine.state.claims.isEmpty)
    let next = scene.submit(.nodes(1), minutes: 1, by: "beta/bob")
    #expect(!scene.isRunning(next), "who was not told to go yet stays")
    scene.end(JobID(1))
    #expect(scene.isRunning(next))
  }
}
