import Fleet
import Foundation
import Policy
import Simulation
import Testing
import Traces

/// The real traces, where there are any: set MUSTER_TRACES to the folder of traces.
enum RecordedTraces {
  static let folder = ProcessInfo.processInfo.environment["MUSTER_TRACES"]

  static var areThere: Bool { folder != nil }

  static let skipped: Comment = "set MUSTER_TRACES to the folder of traces to replay them"

  static func trace(_ name: String) throws -> Trace {
    try Trace.read(path: "\(try #require(folder))/\(name)")
  }
}

/// Replays jobs on `nodes` × `accelerators` under a built-in policy.
func replay(
  _ jobs: ArraySlice<TraceJob>, on fleet: (nodes: Int, accelerators: Int), _ policy: String
) throws -> (result: Replay.Result, digest: String) {
  let topology = try Topology.flat(nodes: fleet.nodes, accelerators: fleet.accelerators)
  let policy = try #require(ClusterPolicy.builtIn(named: policy))
  let log = DecisionLog()
  let result = Replay(topology: topology, policy: policy, overruns: .raise).run(jobs, log: log)
  return (result, try log.finish())
}
