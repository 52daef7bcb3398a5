import Cluster
import Codec
import Fleet
import Foundation
import Policy
import PolicyFiles
import Testing
import Units

@Suite struct `A snapshot of an idle cluster` {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Policies")

  private func text(_ name: String) throws -> String {
    try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
  }

  private func expectKept(_ fleet: Topology, _ policy: ClusterPolicy) throws {
    let state = ClusterState(topology: fleet, policy: policy)
    let snapshot = Snapshot(after: 1, at: EveryEntry.now, lastPlan: nil, state)
    let bytes = snapshot.encoded
    let decoded = try Snapshot(decoding: bytes)
    #expect(decoded.encoded == bytes)
    #expect(decoded.state.policy == policy)
    #expect(decoded.state.topology.nodes == fleet.nodes)
    #expect(decoded.state.topology.domains == fleet.domains)
    #expect(decoded.state.topology.nodeTypes == fleet.nodeTypes)
    #expect(decoded.state.holdings.book == state.holdings.book)
  }

  @Test(arguments: ["bench-100k", "cluster-512", "cpu-cluster", "gigafactory", "laptop"])
  func `keeps each fleet in Policies`(name: String) throws {
    let file = "fleets/\(name).yaml"
    try expectKept(
      try FleetFile.decode(try text(file), file: file), ClusterPolicy(name: "fcfs"))
  }

  @Test(arguments: ["conservative", "easy", "fcfs", "gigafactory", "single-team", "university"])
  func `keeps each policy in Policies`(name: String) throws {
    let file = "\(name).yaml"
    try expectKept(
      try Topology.flat(nodes: 4, accelerators: 8),
      try PolicyFile.decode(try text(file), file: file))
  }
}
