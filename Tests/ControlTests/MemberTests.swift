import Cluster
import Control
import Fleet
import Jobs
import Policy
import Testing
import Units

extension Driver {
  /// The tasks of the member on a node are gone.
  fileprivate mutating func ended(
    _ job: UInt32, on node: UInt32, _ exit: TaskExit = .finished, code: UInt8 = 0,
    attempt: UInt16 = 1, at second: Int64
  ) {
    give(
      .memberEnded(JobID(job), AttemptNumber(attempt), NodeID(node), exit, code: code),
      at: second)
  }
}

@Suite struct `Ends of members` {
  @Test func `end the gang with the last of them`() throws {
    var driver = try Driver(nodes: 3)
    driver.submit(12, limit: 100, at: 0)
    driver.ended(1, on: 2, at: 5)
    driver.ended(1, on: 0, at: 6)
    #expect(driver.machine.state.jobs.count == 1)
    #expect(driver.terminated.isEmpty)
    driver.ended(1, on: 1, at: 7)
    #expect(driver.events.last == .ended(JobID(1), .completed, at: .second(7)))
  }

  @Test func `have the others ended, once, where one ends badly`() throws {
    var driver = try Driver(nodes: 3)
    driver.submit(12, limit: 100, at: 0)
    driver.ended(1, on: 1, .failed, code: 3, at: 5)
    #expect(driver.terminated == [1])
    driver.ended(1, on: 0, .terminated, code: 143, at: 6)
    #expect(driver.terminated.isEmpty)
    let run = driver.machine.state.jobs[JobID(1)]?.lifecycle.run
    #expect(run?.ends?.code == 3)
    driver.ended(1, on: 2, .terminated, code: 143, at: 7)
    #expect(driver.events.last == .ended(JobID(1), .failed, at: .second(7)))
  }

  @Test(arguments: [
    ([TaskExit.finished, .finished], JobOutcome.completed),
    ([.finished, .failed], .failed),
    ([.failed, .outOfMemory], .outOfMemory),
    ([.terminated, .finished], .failed),
  ])
  func `come to the gravest of them`(exits: [TaskExit], outcome: JobOutcome) throws {
    var driver = try Driver()
    driver.submit(8, limit: 100, at: 0)
    for (node, exit) in exits.enumerated() { driver.ended(1, on: UInt32(node), exit, at: 5) }
    #expect(driver.events.last == .ended(JobID(1), outcome, at: .second(5)))
  }

  @Test func `come twice, late, or of nobody, and change nothing`() throws {
    var driver = try Driver()
    driver.submit(8, limit: 100, at: 0)
    driver.ended(1, on: 1, at: 5)
    let version = driver.machine.state.version
    driver.ended(1, on: 1, .failed, at: 6)
    driver.ended(1, on: 7, at: 6)
    driver.ended(1, on: 0, attempt: 2, at: 6)
    driver.ended(9, on: 0, at: 6)
    #expect(driver.machine.state.version == version)
    #expect(driver.effects.isEmpty)
  }

  @Test func `at the time limit are the end of the time`() throws {
    var driver = try Driver()
    driver.submit(8, limit: 10, at: 0)
    driver.tick(at: 10)
    #expect(driver.terminated == [1])
    driver.ended(1, on: 0, .terminated, at: 11)
    driver.ended(1, on: 1, .terminated, at: 12)
    #expect(driver.events.last == .ended(JobID(1), .timedOut, at: .second(12)))
  }

  @Test func `of a lost node have the job wait again and start elsewhere`() throws {
    var driver = try Driver(nodes: 4)
    driver.submit(8, limit: 100, at: 0)
    driver.ended(1, on: 0, .lost, at: 5)
    #expect(driver.terminated == [1])
    driver.ended(1, on: 1, .failed, code: 1, at: 6)
    #expect(driver.events.contains(.lost(JobID(1), at: .second(6))))
    #expect(driver.launched == [1])
    #expect(driver.machine.state.jobs[JobID(1)]?.lifecycle.run?.attempt == AttemptNumber(2))
  }

  @Test func `of a lost node end a job that asked for that`() throws {
    var driver = try Driver()
    var options = JobTerms.Options()
    options.endsWithNode = true
    var request = JobRequest.of(4, limit: 100)
    request.terms = JobTerms(options)
    driver.give(.submit(request), at: 0)
    driver.ended(1, on: 0, .lost, at: 5)
    #expect(driver.events.last == .ended(JobID(1), .nodeFailed, at: .second(5)))
  }
}

@Suite struct `Arrays` {
  @Test func `are so many jobs with the first one's number`() throws {
    var driver = try Driver()
    driver.give(.submitArray(.of(4, limit: 10), count: 3), at: 0)
    #expect(driver.effects.contains(.acceptedArray(JobID(1), count: 3)))
    #expect(driver.launched == [1, 2])
    let third = driver.machine.state.jobs[JobID(3)]
    #expect(third?.request.array == JobID(1))
  }

  @Test func `are refused as a whole`() throws {
    var driver = try Driver()
    driver.give(.submitArray(.of(400, limit: 10), count: 3), at: 0)
    #expect(driver.machine.state.jobs.count == 0)
    #expect(driver.effects.count == 1)
  }
}

@Suite struct `A job submitted as held back` {
  @Test(arguments: ["fcfs", "fcfs+easy", "fcfs+conservative", "fair-share"])
  func `waits for its release`(policy: String) throws {
    var driver = try Driver(policy)
    var options = JobTerms.Options()
    options.isHeldBack = true
    var request = JobRequest.of(4, limit: 10)
    request.terms = JobTerms(options)
    driver.give(.submit(request), at: 0)
    #expect(driver.launched.isEmpty)
    driver.give(.hold(JobID(1), false), at: 1)
    #expect(driver.launched == [1])
  }
}
