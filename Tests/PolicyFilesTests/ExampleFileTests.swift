import Fleet
import Foundation
import Policy
import PolicyFiles
import Testing

/// The files that operators start from.
enum ExampleFiles {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Policies")

  /// The names of the files in `Policies` or a folder in it, sorted.
  static func names(in subfolder: String = "") -> [String] {
    let url = folder.appending(path: subfolder)
    let names = try? FileManager.default.contentsOfDirectory(atPath: url.path)
    return (names ?? []).filter { $0.hasSuffix(".yaml") }.map { subfolder + $0 }.sorted()
  }

  static func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }

  static func policy(_ name: String) throws -> ClusterPolicy {
    try PolicyFile.decode(try text(name), file: name)
  }

  static func fleet(_ name: String) throws -> Topology {
    try FleetFile.decode(try text(name), file: name)
  }
}

@Suite struct `The files in Policies` {
  @Test func `are found`() {
    #expect(ExampleFiles.names() == ["conservative.yaml", "easy.yaml", "fcfs.yaml"])
    let fleets = ["cluster-512.yaml", "cpu-cluster.yaml", "laptop.yaml"].map { "fleets/\($0)" }
    #expect(ExampleFiles.names(in: "fleets/") == fleets)
  }

  @Test(arguments: [
    ("fcfs.yaml", "fcfs"), ("easy.yaml", "fcfs+easy"), ("conservative.yaml", "fcfs+conservative"),
  ])
  func `mean what the built-in policies mean`(file: String, builtIn: String) throws {
    var policy = try ExampleFiles.policy(file)
    #expect("\(policy.name).yaml" == file)
    policy.name = builtIn
    #expect(policy == ClusterPolicy.builtIn(named: builtIn))
  }

  @Test(arguments: ExampleFiles.names()) func `say every choice of every rule`(file: String) throws
  {
    let text = try ExampleFiles.text(file)
    let choices =
      ClusterPolicy.Order.allCases.map(\.rawValue) + ClusterPolicy.Head.allCases.map(\.rawValue)
      + ClusterPolicy.Backfill.allCases.map(\.rawValue)
      + ClusterPolicy.BackfillOrder.allCases.map(\.rawValue)
    for choice in choices { #expect(text.contains("\n#   \(choice) "), "\(choice)") }
  }

  /// Nodes, accelerators, cores, and the domains from the widest on.
  private static let fleets: [(file: String, counts: [Int], domains: [String])] = [
    (
      "cluster-512", [64, 512, 6144],
      ["pod p0", "pod p1", "leaf l0", "leaf l1", "leaf l2", "leaf l3"]
    ),
    ("laptop", [1, 8, 16], []),
    ("cpu-cluster", [32, 0, 2048], ["leaf l0", "leaf l1"]),
  ]

  @Test(arguments: fleets.indices) func `hold the fleets they name`(row: Int) throws {
    let (file, counts, domains) = Self.fleets[row]
    let fleet = try ExampleFiles.fleet("fleets/\(file).yaml")
    #expect(fleet.name == file)
    #expect([fleet.nodes.count, fleet.acceleratorCount, fleet.milliCores / 1000] == counts)
    #expect(fleet.domains.map { "\($0.level) \($0.name)" } == domains)
    for domain in fleet.domains {
      #expect(domain.nodes.count == (domain.level == .pod ? 32 : 16))
    }
  }
}
