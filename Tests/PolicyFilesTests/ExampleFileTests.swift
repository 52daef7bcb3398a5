import Fleet
import Foundation
import Policy
import PolicyFiles
import Testing
import Units

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

  /// The largest of the fleets, built once.
  static let gigafactory = Result { () throws(PolicyFileError) in
    let text = (try? Self.text("fleets/gigafactory.yaml")) ?? ""
    return try FleetFile.decode(text, file: "gigafactory.yaml")
  }

  static func fleet(_ name: String) throws -> Topology {
    try FleetFile.decode(try text(name), file: name)
  }
}

@Suite struct `The files in Policies` {
  @Test func `are found`() {
    let policies = ["conservative", "easy", "fcfs", "gigafactory", "single-team", "university"]
    #expect(ExampleFiles.names() == policies.map { "\($0).yaml" })
    let fleets = ["bench-100k", "cluster-512", "cpu-cluster", "gigafactory", "laptop"]
    #expect(ExampleFiles.names(in: "fleets/") == fleets.map { "fleets/\($0).yaml" })
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

  @Test(arguments: ["fcfs.yaml", "easy.yaml", "conservative.yaml"])
  func `say every choice of every rule`(file: String) throws {
    let text = try ExampleFiles.text(file)
    let choices =
      ClusterPolicy.Order.allCases.map(\.rawValue) + ClusterPolicy.Head.allCases.map(\.rawValue)
      + ClusterPolicy.Backfill.allCases.map(\.rawValue)
      + ClusterPolicy.BackfillOrder.allCases.map(\.rawValue)
    for choice in choices { #expect(text.contains("\n#   \(choice) "), "\(choice)") }
  }

  @Test(arguments: [
    ("gigafactory.yaml", "gigafactory"), ("university.yaml", "cluster-512"),
    ("single-team.yaml", "cluster-512"), ("fcfs.yaml", "laptop"),
  ])
  func `fit the fleets they are written for`(file: String, fleet: String) throws {
    let policy = try PolicyFile(try ExampleFiles.text(file), file: file)
    try policy.check(against: try ExampleFiles.fleet("fleets/\(fleet).yaml"))
  }

  @Test func `keep the bounds that they publish`() throws {
    #expect(try ExampleFiles.policy("gigafactory.yaml").guaranteeDelay == .seconds(40 * 60))
    #expect(try ExampleFiles.policy("university.yaml").guaranteeDelay == .seconds(25 * 60))
    #expect(try ExampleFiles.policy("single-team.yaml").guaranteeDelay == nil)
  }

  /// Nodes, accelerators, cores, and how many sites, pods, leaves and blocks.
  private static let fleets: [(file: String, counts: [Int], domains: [Int])] = [
    ("bench-100k", [12_500, 100_000, 0], [0, 25, 391, 0]),
    ("cluster-512", [64, 512, 6144], [0, 2, 4, 0]),
    ("cpu-cluster", [32, 0, 2048], [0, 0, 2, 0]),
    ("gigafactory", [18_260, 100_000, 2_708_672], [2, 24, 290, 640]),
    ("laptop", [1, 8, 16], [0, 0, 0, 0]),
  ]

  @Test(arguments: fleets.indices) func `hold the fleets they name`(row: Int) throws {
    let (file, counts, domains) = Self.fleets[row]
    let fleet = try ExampleFiles.fleet("fleets/\(file).yaml")
    #expect(fleet.name == file)
    #expect([fleet.nodes.count, fleet.acceleratorCount, fleet.milliCores / 1000] == counts)
    #expect(DomainLevel.allCases.map { fleet.domains(at: $0).count } == domains)
  }

  /// A node of each kind of place, and the domains around it from the widest on.
  private static let places: [(file: String, node: Int, name: String, around: String)] = [
    ("bench-100k", 0, "p00l00n00", "p00 l00"),
    ("bench-100k", 512 * 7 + 32 * 3 + 31, "p07l03n31", "p07 l03"),
    ("bench-100k", 12_499, "p24l06n19", "p24 l06"),
    ("cluster-512", 63, "n63", "p1 l3"),
    ("gigafactory", 4607, "t8l15n31", "cernavoda t8 l15"),
    ("gigafactory", 4608, "playl0n00", "cernavoda play l0"),
    ("gigafactory", 6739, "i3l15n31", "cernavoda i3 l15"),
    ("gigafactory", 6740, "g0l0b0n00", "doicesti g0 l0 b0"),
    ("gigafactory", 18_259, "g9l7b7n17", "doicesti g9 l7 b7"),
  ]

  @Test(arguments: places.indices) func `number nodes depth-first`(row: Int) throws {
    let (file, node, name, around) = Self.places[row]
    let fleet = try ExampleFiles.fleet("fleets/\(file).yaml")
    #expect("\(fleet.nodes[node].name)" == name)
    var names: [String] = []
    var domain = fleet.nodes[node].domain
    while let index = domain {
      names.insert(fleet.domains[index].name, at: 0)
      #expect(fleet.domains[index].nodes.contains(node))
      domain = fleet.domains[index].parent
    }
    #expect(names.joined(separator: " ") == around)
  }

  /// Leaves of 32 nodes and pods of 512, but for the last.
  @Test func `keep the sizes that measurements rely on`() throws {
    let fleet = try ExampleFiles.fleet("fleets/bench-100k.yaml")
    let pods = fleet.domains(at: .pod).map { fleet.domains[$0].nodes.count }
    #expect(pods == Array(repeating: 512, count: 24) + [212])
    let leaves = fleet.domains(at: .leaf).map { fleet.domains[$0].nodes.count }
    #expect(leaves == Array(repeating: 32, count: 390) + [20])
    var type = NodeType(name: "h100x8", acceleratorModel: "h100", accelerators: 8)
    type.acceleratorWatts = 700
    #expect(fleet.nodeTypes == [type])
  }

  /// The file of phase I is that of both phases without the second site.
  @Test func `let the second phase join the first, whose ids stay`() throws {
    let text = try ExampleFiles.text("fleets/gigafactory.yaml")
    let end = try #require(text.firstRange(of: "  # Phase II")?.lowerBound)
    let first = String(text[..<end]).replacing(
      "totals: {nodes: 18260, accelerators: 100000}", with: "")
    let phaseOne = try FleetFile.decode(first, file: "phase-1.yaml")
    #expect(phaseOne.nodes.count == 6740)
    let both = try phaseOne.growing(to: try ExampleFiles.fleet("fleets/gigafactory.yaml"))
    #expect(both.nodes.prefix(6740).map(\.id) == phaseOne.nodes.map(\.id))
    #expect(both.nodes.map(\.id.number) == Array(0..<18_260))
  }
}
