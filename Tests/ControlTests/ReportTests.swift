import Cluster
import Control
import Fleet
import Jobs
import Policy
import Testing
import Units

@Suite struct `News of tasks that are gone` {
  @Test func `ends the job and lets the next one start`() throws {
    var driver = try Driver()
    driver.submit(8, limit: 10, at: 0)
    driver.submit(8, limit: 10, at: 1)
    driver.gone(1, at: 5)
    #expect(driver.events.first == .ended(JobID(1), .completed, at: .second(5)))
    #expect(driver.launched == [2])
    #expect(driver.machine.state.jobs.count == 1)
  }

  @Test func `changes nothing when it comes twice`() throws {
    var driver = try Driver()
    driver.submit(4, limit: 10, at: 0)
    driver.submit(8, limit: 10, at: 0)
    driver.gone(1, at: 5)
    let (version, plans) = (driver.machine.state.version, driver.machine.planCount)
    for second in 5...30 as ClosedRange<Int64> {
      driver.gone(1, at: second)
      driver.gone(1, .terminated, at: second)
      #expect(driver.effects.isEmpty)
    }
    #expect(driver.machine.state.version == version)
    #expect(driver.machine.planCount == plans)
    #expect(driver.launched.isEmpty)
  }

  @Test func `changes nothing when the end comes first and the termination late`() throws {
    var driver = try Driver()
    driver.submit(4, limit: 10, at: 0)
    driver.tick(at: 10)
    #expect(driver.terminated == [1])
    driver.gone(1, .finished, at: 11)
    #expect(driver.events == [.ended(JobID(1), .completed, at: .second(11))])
    driver.gone(1, .terminated, at: 12)
    #expect(driver.effects.isEmpty)
  }

  @Test(arguments: [(0, 1), (1, 0), (1, 2), (2, 1), (3, 1), (999_999, 1), (.max, .max)])
  func `changes nothing when there is no such run`(job: UInt32, attempt: UInt16) throws {
    var driver = try Driver()
    driver.submit(8, limit: 10, at: 0)
    driver.submit(8, limit: 10, at: 0)
    let version = driver.machine.state.version
    driver.give(.tasksGone(JobID(job), AttemptNumber(attempt), .finished), at: 1)
    #expect(driver.effects.isEmpty)
    #expect(driver.machine.state.version == version)
    #expect(driver.machine.state.jobs.count == 2)
  }
}

@Suite struct `A submission` {
  @Test func `is numbered in the order of acceptance`() throws {
    var driver = try Driver()
    for number in 1...3 as ClosedRange<UInt32> {
      driver.submit(8, limit: 10, at: 0)
      #expect(driver.effects.contains(.accepted(JobID(number))))
    }
  }

  private static let rejections: [(request: JobRequest, code: String, text: String)] = [
    (
      .of(9, limit: 10), "too-many-members",
      "only 2 nodes have room for 4 accelerators, and the job needs 3: ask for at most 2"
    ),
    (
      JobRequest(
        shape: GangShape(members: 1, member: MemberShape(accelerators: 5)), timeLimit: .seconds(1)),
      "too-many-accelerators",
      "no node has 5 accelerators; the largest has 4: ask for at most 4 a member, and more members"
    ),
    (
      JobRequest(
        shape: GangShape(members: 1, member: MemberShape(accelerators: 1, cores: 2)),
        timeLimit: .seconds(1)), "host-too-large",
      "no node has 2 cores; the largest has nothing of its host to give: "
        + "ask for less a member, and more members"
    ),
    (
      JobRequest(
        shape: GangShape(members: 1, member: MemberShape(accelerators: 0)), timeLimit: .seconds(1)),
      "asks-for-nothing",
      "the job asks for no accelerator and no core: ask for at least one"
    ),
    (
      .of(1, limit: -1), "negative-time-limit",
      "the time limit is -1000 ms: give a positive one"
    ),
  ]

  @Test(arguments: rejections.indices) func `that is refused leaves no trace`(row: Int) throws {
    let (request, code, text) = Self.rejections[row]
    var driver = try Driver()
    driver.submit(6, limit: 10, at: 0)
    let before = driver.machine
    driver.give(.submit(request), at: 1)
    guard case .rejected(let rejection)? = driver.effects.first, driver.effects.count == 1 else {
      Issue.record("\(driver.effects)")
      return
    }
    #expect(rejection.code == code)
    #expect(rejection.description == text)
    #expect(driver.machine.state.version == before.state.version)
    #expect(driver.machine.state.nextJob == before.state.nextJob)
    #expect(driver.machine.state.jobs.count == 1)
    #expect(driver.machine.planCount == before.planCount)
    driver.submit(2, limit: 10, at: 2)
    #expect(driver.effects.contains(.accepted(JobID(2))))
  }

  @Test func `of the whole fleet is accepted while the fleet is busy`() throws {
    var driver = try Driver()
    driver.submit(1, limit: 10, at: 0)
    driver.submit(8, limit: 10, at: 0)
    #expect(driver.effects.contains(.accepted(JobID(2))))
    #expect(driver.launched.isEmpty)
  }
}
