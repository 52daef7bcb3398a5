import ArgumentParser
import Fleet
import Foundation
import PolicyFiles
import Printing
import Simulation

/// `packing gangs`: every way to place gangs of whole nodes on the large fleets.
struct GangTableCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gangs",
    abstract: "Let gangs come and go by every method; print Markdown tables of what came of it.",
    discussion: """
      Refused: percent of the accelerators asked for. In one block, leaf or pod: percent of the \
      gangs of several nodes that could be. F: percent of what is free there. The mean of several \
      seeds; 100,000 gangs each. It is run in the folder of the repository.
      """)

  @Option(help: "What is asked for on average, in percent of the fleet.")
  var load = 90

  @Option(help: "How many seeds, from 1 on.")
  var seeds = 5

  func validate() throws {
    guard (1...1000).contains(load) else {
      throw ValidationError("--load \(load): give 1 to 1000 percent")
    }
    guard (1...1000).contains(seeds) else {
      throw ValidationError("--seeds \(seeds): give 1 to 1000")
    }
  }

  private static let methods: [(name: String, method: GangMethod)] = [
    ("first-fit", .firstFit), ("most-free", .mostFree), ("best-fit-domain", .bestFitDomain),
    ("lifted", .lifted), ("muster", .muster),
  ]

  private struct Outcome: Sendable {
    var method: Int
    var result: GangResult
  }

  func run() async throws {
    for name in ["bench-100k", "gigafactory"] {
      let path = "Policies/fleets/\(name).yaml"
      guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
        throw PackingFailure("\(path) can't be read: run this in the folder of the repository")
      }
      let topology = try FleetFile.decode(text, file: path)
      for isStrict in [false, true] {
        let outcomes = try await outcomes(on: topology, isStrict: isStrict)
        print("\(name)\(isStrict ? ", strict" : "")\n")
        print(Self.table(outcomes).text)
      }
    }
  }

  private func outcomes(on topology: Topology, isStrict: Bool) async throws -> [Outcome] {
    struct Run: Sendable {
      var method: Int
      var gangs: GangProtocol
    }
    let runs = (1...UInt64(seeds)).flatMap { seed in
      Self.methods.indices.map { method in
        var options = GangProtocol.Options()
        options.loadPercent = load
        options.isStrict = isStrict
        options.seed = seed
        return Run(
          method: method, gangs: GangProtocol(topology: topology, options: options))
      }
    }
    return try await inParallel(runs) { run in
      Outcome(method: run.method, result: run.gangs.run(Self.methods[run.method].method))
    }
  }

  private static func table(_ outcomes: [Outcome]) -> MarkdownTable {
    let levels = [DomainLevel.block, .leaf, .pod].filter { level in
      outcomes.contains { $0.result[level].could > 0 }
    }
    var table = MarkdownTable(
      headings: ["Placement", "refused", "allocated", "slowdown"]
        + levels.map { "in one \($0)" } + levels.map { "F, \($0)" })
    for (index, method) in methods.enumerated() {
      let results = outcomes.filter { $0.method == index }.map(\.result)
      func mean(_ figure: (GangResult) -> Double) -> String {
        percentage(results.reduce(0) { $0 + figure($1) } / Double(results.count))
      }
      table.add(
        ["`\(method.name)`", mean { Double($0.refused) / Double($0.asked) }, mean(allocated)]
          + [mean(slowdown)]
          + levels.map { level in
            mean { Double($0[level].inside) / Double($0[level].could) }
          }
          + levels.map { level in mean { Double($0[level].lost) / Double($0[level].free) } })
    }
    return table
  }

  private static func allocated(_ result: GangResult) -> Double {
    Double(result.allocated) / Double(result.capacity) / Double(result.milliseconds)
  }

  private static func slowdown(_ result: GangResult) -> Double {
    Double(result.slowdown) / Double(NetworkModel.one) / Double(result.asked - result.refused)
  }
}
