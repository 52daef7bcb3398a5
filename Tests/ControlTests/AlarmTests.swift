import Cluster
import Control
import Fleet
import Jobs
import Policy
import Testing
import Units

@Suite struct `A time limit` {
  @Test func `ends a run when it is reached, and only once`() throws {
    var driver = try Driver()
    driver.submit(4, limit: 10, at: 3)
    #expect(driver.alarms == [13])
    driver.tick(at: 12)
    #expect(driver.terminated.isEmpty)
    #expect(driver.alarms == [13])
    driver.tick(at: 13)
    #expect(driver.terminated == [1])
    for second in 13...20 as ClosedRange<Int64> {
      driver.tick(at: second)
      #expect(driver.terminated.isEmpty)
      #expect(driver.events.isEmpty)
    }
    #expect(driver.machine.state.jobs[JobID(1)]?.lifecycle.run != nil)
    driver.gone(1, .terminated, at: 21)
    #expect(driver.events == [.ended(JobID(1), .timedOut, at: .second(21))])
    #expect(driver.machine.state.occupancy.freeAccelerators == 8)
  }

  @Test func `is met by a run that ends exactly then`() throws {
    var driver = try Driver()
    driver.submit(4, limit: 10, at: 0)
    driver.gone(1, .finished, at: 10)
    #expect(driver.events == [.ended(JobID(1), .completed, at: .second(10))])
    driver.tick(at: 10)
    #expect(driver.terminated.isEmpty)
  }

  @Test func `of several runs ends them in order of their numbers`() throws {
    var driver = try Driver()
    for limit in [7, 5, 7, 5] as [Int64] { driver.submit(1, limit: limit, at: 0) }
    driver.tick(at: 5)
    #expect(driver.terminated == [2, 4])
    driver.tick(at: 9)
    #expect(driver.terminated == [1, 3])
  }

  @Test func `is still kept after an alarm that came late`() throws {
    var driver = try Driver()
    driver.submit(1, limit: 5, at: 0)
    driver.tick(at: 500)
    #expect(driver.terminated == [1])
  }

  @Test(arguments: ["fcfs", "fcfs+easy", "fcfs+conservative", "rlscheduler-fcfs+backfill"])
  func `too long for the calendar never comes, and nobody is promised what is after it`(
    policy: String
  ) throws {
    var driver = try Driver(policy)
    let shape = GangShape.accelerators(8, perNode: 4)
    let endless = JobRequest(shape: shape, timeLimit: TimeSpan(milliseconds: .max))
    driver.give(.submit(endless), at: 5)
    #expect(driver.launched == [1])
    #expect(driver.alarms.isEmpty)
    driver.submit(4, limit: 10, at: 6)
    driver.submit(8, limit: 10, at: 7)
    #expect(driver.machine.state.jobs.all.allSatisfy { $0.job.lifecycle.promise == nil })
    driver.tick(at: 1_000_000)
    #expect(driver.terminated.isEmpty)
    #expect(driver.alarms.isEmpty)
    driver.gone(1, at: 1_000_001)
    #expect(driver.launched == [2])
    #expect(driver.machine.state.jobs[JobID(3)]?.lifecycle.promise?.start == .second(1_000_011))
  }

  @Test func `of nothing ends a run at once`() throws {
    var driver = try Driver()
    driver.submit(1, limit: 0, at: 4)
    #expect(driver.launched == [1])
    #expect(driver.alarms == [4])
    driver.tick(at: 4)
    #expect(driver.terminated == [1])
  }
}

@Suite struct `An alarm` {
  @Test func `is asked for once while it stands`() throws {
    var driver = try Driver()
    driver.submit(1, limit: 10, at: 0)
    #expect(driver.alarms == [10])
    driver.submit(1, limit: 20, at: 1)
    #expect(driver.alarms.isEmpty)
    driver.submit(1, limit: 5, at: 2)
    #expect(driver.alarms == [7])
    driver.tick(at: 7)
    #expect(driver.terminated == [3])
    #expect(driver.alarms == [10])
  }

  @Test func `is asked for again when it rang for a job that was gone`() throws {
    var driver = try Driver()
    driver.submit(1, limit: 5, at: 0)
    driver.submit(1, limit: 9, at: 0)
    driver.gone(1, at: 2)
    driver.tick(at: 5)
    #expect(driver.terminated.isEmpty)
    #expect(driver.alarms == [9])
  }

  @Test func `is not asked for when nothing runs`() throws {
    var driver = try Driver()
    driver.tick(at: 0)
    #expect(driver.effects.isEmpty)
    driver.submit(1, limit: 5, at: 1)
    driver.gone(1, at: 2)
    driver.tick(at: 6)
    #expect(driver.alarms.isEmpty)
  }

  @Test func `starts a job that conservative backfill promised for then`() throws {
    var driver = try Driver("fcfs+conservative")
    driver.submit(8, limit: 10, at: 0)
    driver.submit(8, limit: 10, at: 1)
    #expect(driver.machine.state.jobs[JobID(2)]?.lifecycle.promise?.start == .second(10))
    driver.tick(at: 10)
    #expect(driver.terminated == [1])
    driver.gone(1, .terminated, at: 10)
    #expect(driver.launched == [2])
  }
}

@Suite struct `A machine that takes over` {
  /// Random inputs to one machine; every so often another takes over its state, and from then on
  /// both must do the same, but for alarms and for whom the first has terminated before.
  @Test(arguments: ClusterPolicy.builtIn.map(\.name), 0..<8)
  func `goes on as the one before would have`(policy: String, seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var first = try Driver(policy)
    var second = first
    var terminated: Set<Effect> = []
    var now: Int64 = 0
    for step in 0..<150 {
      now += Int64(random.below(3))
      let input = Self.input(for: first.machine, &random)
      first.give(input, at: now)
      second.give(input, at: now)
      let again = second.effects.filter { terminated.contains($0) }
      let expected = Self.withoutAlarms(first.effects)
      #expect(
        Self.withoutAlarms(second.effects).filter { !again.contains($0) } == expected, "\(step)")
      #expect(second.machine.state.version == first.machine.state.version)
      terminated.formUnion(expected.filter { if case .terminate = $0 { true } else { false } })
      guard random.below(5) == 0 else { continue }
      second = Driver(
        ControlMachine(resuming: first.machine.state, plannedAt: .second(now)))
    }
  }

  private static func input(
    for machine: ControlMachine, _ random: inout SeededGenerator
  ) -> Input {
    switch random.below(5) {
    case 0, 1:
      return .submit(.of(1 + random.below(9), limit: Int64(1 + random.below(9))))
    case 2:
      return .tick
    default:
      let running = machine.state.jobs.all.filter { $0.job.lifecycle.run != nil }
      guard !running.isEmpty else { return .tick }
      let exit = random.below(2) == 0 ? TaskExit.finished : .terminated
      return .tasksGone(running[random.below(running.count)].id, AttemptNumber(1), exit)
    }
  }

  private static func withoutAlarms(_ effects: [Effect]) -> [Effect] {
    effects.filter { if case .wake = $0 { false } else { true } }
  }

  @Test func `keeps the time limits of what runs`() throws {
    var driver = try Driver()
    driver.submit(1, limit: 10, at: 0)
    driver = Driver(ControlMachine(resuming: driver.machine.state, plannedAt: .second(0)))
    driver.tick(at: 4)
    #expect(driver.terminated.isEmpty)
    #expect(driver.alarms == [10])
    driver.tick(at: 10)
    #expect(driver.terminated == [1])
    // Whether the agents have heard of it, nobody knows: say it again.
    driver = Driver(ControlMachine(resuming: driver.machine.state, plannedAt: .second(10)))
    driver.tick(at: 11)
    #expect(driver.terminated == [1])
  }
}
