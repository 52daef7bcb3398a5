import Accounts
import Cluster
import Control
import Fleet
import Jobs
import Policy
import Simulation
import Testing
import Units

/// Notes when jobs start, by number.
private struct Starts: ReplayObserver {
  var minutes: [UInt32: Int64] = [:]

  mutating func performed(_ effect: Effect, at now: Instant) {
    guard case .append(.started(let id, _, _, _)) = effect else { return }
    minutes[UInt32(id.number)] = now.milliseconds / 60_000
  }
}

@Suite struct `Promises that give way` {
  private func job(
    of account: Int, _ accelerators: Int, at minute: Int64, minutes: Int64
  ) -> SimulatedJob {
    let span = TimeSpan.seconds(minutes * 60)
    var request = JobRequest(shape: .accelerators(accelerators, perNode: 8), timeLimit: span)
    request.account = AccountID(UInt16(account))
    return SimulatedJob(
      submitted: Instant(milliseconds: minute * 60_000), request: request, runTime: span)
  }

  @Test func `let a job start within its entitlement though nobody need go for it`() throws {
    // No two of the first three share a node. The promise of the fourth, which borrows, keeps the
    // last node idle until minute 100.
    let jobs = [
      job(of: 1, 5, at: 0, minutes: 100), job(of: 1, 5, at: 0, minutes: 100),
      job(of: 1, 5, at: 0, minutes: 100), job(of: 1, 16, at: 1, minutes: 10),
      job(of: 2, 8, at: 2, minutes: 200),
    ]
    var starts = Starts()
    var cluster = VirtualCluster(
      topology: try Topology.flat(nodes: 4, accelerators: 8), policy: .halves())
    cluster.run(jobs, observer: &starts)
    #expect(starts.minutes == [1: 0, 2: 0, 3: 0, 4: 100, 5: 2])
  }
}
