import Fleet
import Foundation
import Policy
import PolicyFiles
import Simulation
import Testing
import Traces

/// A committed scenario, ready to be played.
struct StagedScenario {
  var topology: Topology
  var policy: ClusterPolicy
  var users: ScenarioUsers

  init(_ name: String, policy other: String? = nil) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Simulations")
    func text(_ path: String) throws -> String {
      try String(contentsOf: folder.appending(path: path), encoding: .utf8)
    }
    let file = try ScenarioFile(text("\(name).yaml"), file: name)
    let scenario = file.scenario
    guard case .flat(let nodes, let accelerators) = scenario.fleet else {
      preconditionFailure("\(name) has a fleet file")
    }
    topology = try Topology.flat(nodes: nodes, accelerators: accelerators)
    let named = other ?? scenario.policy
    policy = try PolicyFile.decode(text(named), file: named)
    try file.check(against: policy)
    let trace = try scenario.trace.map { try RecordedTraces.trace($0.file).jobs } ?? []
    users = ScenarioUsers(
      scenario, topology: topology, policy: policy, trace: trace,
      mapping: RequestMapping(topology: topology, overruns: .raise))
  }
}

/// A committed scenario, played to its end.
func play(_ name: String, policy other: String? = nil) throws -> Replay.Result {
  let staged = try StagedScenario(name, policy: other)
  return Replay(topology: staged.topology, policy: staged.policy, overruns: .raise)
    .run(staged.users, log: DecisionLog())
}
