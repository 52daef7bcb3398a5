import Cluster
import Codec
import Control
import Jobs
import Server
import Store
import Testing
import Units

@Suite struct `A controller` {
  @Test func `launches what it has accepted, once that is durable`() async throws {
    let cluster = try LiveCluster(in: TemporaryFolder())
    let answer = await cluster.controller.tell(
      Telling(.submit(LiveCluster.request()), from: "ada"))
    guard case .accepted(let job, count: 1) = answer else {
      Issue.record("\(answer)")
      return
    }
    #expect(job == JobID(1))
    #expect(cluster.record.all == ["accepted 1", "launch 1.1 on 1"])
  }

  @Test func `goes on after a restart where it was`() async throws {
    let folder = try TemporaryFolder()
    let clock = ManualClock()
    do {
      let cluster = try LiveCluster(in: folder, clock: clock)
      for _ in 0..<3 {
        _ = await cluster.controller.tell(
          Telling(.submit(LiveCluster.request()), from: "ada"))
      }
      cluster.controller.close()
    }
    let cluster = try LiveCluster(in: folder, clock: clock)
    _ = await cluster.controller.tell(Telling(.tasksGone(JobID(1), AttemptNumber(1), .finished)))
    #expect(cluster.record.all == ["launch 3.1 on 1"])
    #expect(cluster.controller.store.durable.state.jobs.count == 2)
  }

  @Test func `keeps nothing of news that changes nothing`() async throws {
    let cluster = try LiveCluster(in: TemporaryFolder())
    _ = await cluster.controller.tell(Telling(.submit(LiveCluster.request())))
    let gone = Telling(.tasksGone(JobID(1), AttemptNumber(1), .finished))
    _ = await cluster.controller.tell(gone)
    let before = cluster.controller.store.durable.sequence
    let answer = await cluster.controller.tell(gone)
    guard case .done = answer else {
      Issue.record("\(answer)")
      return
    }
    #expect(cluster.controller.store.durable.sequence == before)
  }

  @Test func `ends a job at its time limit by the clock`() async throws {
    let cluster = try LiveCluster(in: TemporaryFolder())
    _ = await cluster.controller.tell(Telling(.submit(LiveCluster.request())))
    cluster.clock.advance(seconds: 3600)
    _ = await cluster.controller.tell(Telling(.hold(JobID(9), true)))
    #expect(cluster.record.all.last == "terminate 1.1")
  }

  @Test func `stops and answers nobody when a commit fails`() async throws {
    struct DiskFault: Error {}
    var options = SQLiteStore.Options()
    options.beforeCommit = { number in if number > 3 { throw DiskFault() } }
    let cluster = try LiveCluster(in: TemporaryFolder(), options: options)
    var answers: [String] = []
    for _ in 0..<4 {
      let answer = await cluster.controller.tell(Telling(.submit(LiveCluster.request())))
      if case .accepted = answer { answers.append("accepted") }
      if case .stopped = answer { answers.append("stopped") }
    }
    #expect(answers == ["accepted", "stopped", "stopped", "stopped"])
    #expect(cluster.controller.failure?.code == .failed)
    #expect(cluster.record.all == ["accepted 1", "launch 1.1 on 1", "stopped: failed"])
  }

  @Test(arguments: [2, 5, 11] as [UInt64])
  func `that is started again after a failed commit has all that it answered, and no more`(
    failing: UInt64
  ) async throws {
    struct DiskFault: Error {}
    let folder = try TemporaryFolder()
    var options = SQLiteStore.Options()
    options.beforeCommit = { number in if number >= failing { throw DiskFault() } }
    var accepted: [JobID] = []
    do {
      let cluster = try LiveCluster(in: folder, options: options)
      for _ in 0..<12 {
        let answer = await cluster.controller.tell(Telling(.submit(LiveCluster.request())))
        if case .accepted(let job, _) = answer { accepted.append(job) }
      }
      #expect(accepted.count < 12)
      #expect(cluster.record.all.count { $0.hasPrefix("accepted") } == accepted.count)
    }
    let cluster = try LiveCluster(in: folder)
    #expect(cluster.controller.store.durable.state.jobs.all.map(\.id) == accepted)
    let answer = await cluster.controller.tell(Telling(.submit(LiveCluster.request())))
    guard case .accepted(let next, _) = answer else {
      Issue.record("\(answer)")
      return
    }
    #expect(next == JobID(UInt32(accepted.count) + 1))
  }
}
