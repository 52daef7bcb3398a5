import Fleet
import Foundation
import Policy
import Simulation
import Testing
import Traces
import Units

@Suite struct `The decision log of a small replay` {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Golden")

  /// Second of submission, accelerators, time limit, run time: on three nodes of four there are
  /// gangs of two nodes and a rest, backfilled jobs, jobs that end early, and one too large.
  private static let jobs: [(submitted: Int64, size: UInt32, limit: Int64, run: Int64)] = [
    (0, 6, 10, 10), (1, 9, 20, 15), (2, 3, 5, 5), (2, 3, 9, 4), (3, 2, 30, 30), (3, 13, 5, 5),
    (4, 1, 3, 3), (5, 12, 10, 8), (6, 4, 2, 2), (6, 4, 60, 1), (20, 5, 8, 8), (21, 1, 1, 1),
  ]

  private static let trace = jobs.map {
    TraceJob(
      submitted: Instant(milliseconds: $0.submitted * 1000), runTime: .seconds($0.run),
      requestedTime: .seconds($0.limit), size: $0.size)
  }

  private func log(
    of jobs: [TraceJob], on topology: Topology, _ policy: ClusterPolicy
  ) throws -> (bytes: [UInt8], digest: String) {
    var bytes: [UInt8] = []
    let log = DecisionLog { bytes.append(contentsOf: $0) }
    let replay = Replay(topology: topology, policy: policy, overruns: .raise)
    _ = replay.run(jobs[...], log: log)
    let digest = try log.finish()
    return (bytes, digest)
  }

  @Test(arguments: ["fcfs", "sjf+easy", "fcfs+conservative", "rlscheduler-sjf+backfill"])
  func `is as it was`(name: String) throws {
    let policy = try #require(ClusterPolicy.builtIn(named: name))
    let topology = try Topology.flat(nodes: 3, accelerators: 4)
    let text = String(
      decoding: try log(of: Self.trace, on: topology, policy).bytes, as: UTF8.self)
    let file = Self.folder.appending(path: "decisions-\(name).txt")
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(text == (try String(contentsOf: file, encoding: .utf8)), "UPDATE_GOLDEN=1 rewrites it")
  }

  @Test(arguments: ClusterPolicy.builtIn) func `is the same twice`(policy: ClusterPolicy) throws {
    let topology = try Topology.flat(nodes: 8, accelerators: 8)
    let workload = PhillyLikeWorkload(jobs: 400, accelerators: 64, loadPercent: 120)
    let first = try log(of: workload.generate(seed: 5), on: topology, policy)
    let second = try log(of: workload.generate(seed: 5), on: topology, policy)
    #expect(first.bytes == second.bytes)
    #expect(first.digest == second.digest)
    #expect(first.bytes.count > 10_000)
  }
}
