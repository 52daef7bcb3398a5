import Fleet
import Foundation
import Testing
import Units

/// The table of `Documentation/Internals/NetworkModel.md`, worked out anew.
@Suite struct `The network model's sensitivity` {
  private struct Scenario: Sendable {
    var name: String
    var nodes: [Int]
    var mix: TrafficMix
    var isRacks = false
  }

  private static let scenarios = [
    Scenario(name: "ring, 16 nodes, two leaves", nodes: Array(24..<40), mix: .rings),
    Scenario(
      name: "all-to-all, 4 nodes, one in another leaf", nodes: [29, 30, 31, 32], mix: .everybody),
    Scenario(name: "default mix, 16 nodes, two leaves", nodes: Array(24..<40), mix: .training),
    Scenario(name: "default mix, 16 nodes, two sites", nodes: Array(120..<136), mix: .training),
    Scenario(
      name: "ring, 64 of two NVL72 under two leaves", nodes: Array(28..<44), mix: .rings,
      isRacks: true),
    Scenario(
      name: "all-to-all, 64 of two NVL72 under two leaves", nodes: Array(28..<44),
      mix: .everybody, isRacks: true),
  ]

  private static let shares = [100_000, 250_000, 400_000]
  private static let efficiencies = [450_000, 550_000, 700_000, 850_000]

  private func slowdown(_ scenario: Scenario, _ share: Int, _ efficiency: Int) throws -> Int {
    var model = FabricFixture.model(share, scenario.mix)
    model.efficiency.spine = efficiency
    model.efficiency.core = efficiency
    model.efficiency.sites = efficiency
    let fleet = scenario.isRacks ? try Self.racks() : try Self.sites(oversubscription: 1000)
    let gang = FabricFixture.gang(scenario.nodes, on: fleet)
    return model.cost(of: gang, in: fleet).slowdown
  }

  private static func racks() throws -> Topology {
    try FabricFixture.regular([(.leaf, 2), (.block, 2)], nodes: 18, FabricFixture.tray)
  }

  private static func sites(oversubscription: Int) throws -> Topology {
    try FabricFixture.regular(
      [(.site, 2), (.pod, 2), (.leaf, 2)], nodes: 32, FabricFixture.hgx,
      oversubscription: oversubscription)
  }

  /// Two decimals, rounded.
  private func text(_ slowdown: Int) -> String {
    let hundredths = (1_000_000 + slowdown + 5000) / 10_000
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }

  @Test func `is what its page says`() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let page = try String(
      contentsOf: folder.appending(path: "Documentation/Internals/NetworkModel.md"),
      encoding: .utf8)
    for scenario in Self.scenarios {
      for share in Self.shares {
        let figures = try Self.efficiencies.map { text(try slowdown(scenario, share, $0)) }
        let cells = [scenario.name, "0.\(share / 10_000)"] + figures
        let row = "| \(cells.joined(separator: " | ")) |"
        #expect(page.contains(row + "\n"), "\(row)")
      }
    }
  }

  /// From better to worse, whatever φ and η are: what the model is there to get right.
  @Test(arguments: shares, efficiencies)
  func `leaves the order of places as it is`(share: Int, efficiency: Int) throws {
    let fleet = try Self.sites(oversubscription: 4000)
    let places = [0..<16, 24..<40, 56..<72, 120..<136]
    for mix in [TrafficMix.rings, .everybody, .training] {
      var model = FabricFixture.model(share, mix)
      model.efficiency.spine = efficiency
      model.efficiency.core = efficiency
      model.efficiency.sites = efficiency
      let slowdowns = places.map { nodes in
        model.cost(of: FabricFixture.gang(nodes, on: fleet), in: fleet).slowdown
      }
      #expect(slowdowns == slowdowns.sorted())
      #expect(slowdowns[0] == 0)
      #expect(mix == .everybody || slowdowns[0] < slowdowns[1])
    }
  }
}
