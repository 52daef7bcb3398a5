import Cluster
import Control
import Jobs
import Testing
import Units

@Suite struct `A job that an operator holds back` {
  /// A job of two nodes waits for one that runs.
  private func waiting() throws -> Driver {
    var driver = try Driver()
    driver.submit(8, limit: 100, at: 0)
    driver.submit(8, limit: 100, at: 1)
    return driver
  }

  private func job(_ driver: Driver) -> Job? { driver.machine.state.jobs[JobID(2)] }

  @Test func `is not released by its user`() throws {
    var driver = try waiting()
    driver.give(.hold(JobID(2), true, byOperator: true), at: 2)
    driver.give(.hold(JobID(2), false), at: 3)
    #expect(job(driver)?.isHeldBack == true)
    driver.give(.hold(JobID(2), false, byOperator: true), at: 4)
    #expect(job(driver)?.isHeldBack == false && job(driver)?.isHeldByOperator == false)
  }

  @Test func `is the operator's though its user has held it before`() throws {
    var driver = try waiting()
    driver.give(.hold(JobID(2), true), at: 2)
    driver.give(.hold(JobID(2), true, byOperator: true), at: 3)
    driver.give(.hold(JobID(2), true), at: 4)
    #expect(job(driver)?.isHeldByOperator == true)
  }
}
