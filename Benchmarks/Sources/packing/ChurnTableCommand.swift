import ArgumentParser
import Foundation
import Printing
import Simulation
import Traces

/// `packing churn`: every method on every list, where pods also leave.
struct ChurnTableCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "churn",
    abstract: "Let pods come and go by every method; print a Markdown table of what was refused.",
    discussion: """
      Percent of the accelerators asked for that were refused, and percent of the fleet that was \
      allocated, on average over time; 400,000 pods for each order. Nodes stand by name, \
      but where the heading says shuffled.
      """)

  @Option(help: "What is asked for on average, in percent of the fleet.")
  var load = 92

  @Option(help: "How many arrival orders, of those of the seeds from 42 on.")
  var orders = 1

  func validate() throws {
    guard (1...1000).contains(load) else {
      throw ValidationError("--load \(load): give 1 to 1000 percent")
    }
    guard (1...OpenbFolder.seeds.count).contains(orders) else {
      throw ValidationError("--orders \(orders): give 1 to \(OpenbFolder.seeds.count)")
    }
  }

  private struct Outcome: Sendable {
    var list: String
    var contender: Int
    var result: ChurnResult
  }

  func run() async throws {
    let folder = try OpenbFolder()
    let outcomes = try await Self.outcomes(load: load, orders: orders, folder)
    var table = MarkdownTable(
      headings: ["List", "Figure", "asked for"] + Contender.all.map(\.name))
    for list in OpenbFolder.lists {
      let mine = outcomes.filter { $0.list == list }
      func mean(_ contender: Int, _ figure: (ChurnResult) -> Double) -> String {
        let values = mine.filter { $0.contender == contender }.map { figure($0.result) }
        return percentage(values.reduce(0, +) / Double(values.count))
      }
      let all = Contender.all.indices
      table.add(
        [list, "refused", ""]
          + all.map { mean($0) { Double($0.refused) / Double($0.asked) } })
      table.add(
        [list, "allocated", mean(0) { Self.level($0.offered, $0) }]
          + all.map { mean($0) { Self.level($0.allocated, $0) } })
    }
    print(table.text, terminator: "")
  }

  private static func level(_ amount: Int128, _ result: ChurnResult) -> Double {
    Double(amount) / Double(result.capacity) / Double(result.milliseconds)
  }

  private static func outcomes(
    load: Int, orders: Int, _ folder: OpenbFolder
  ) async throws -> [Outcome] {
    struct Run: Sendable {
      var list: String
      var contender: Int
      var churn: ChurnProtocol
    }
    let nodes = try folder.nodes()
    var runs: [Run] = []
    for list in OpenbFolder.lists {
      let pods = try folder.pods(list)
      for seed in OpenbFolder.seeds.prefix(orders) {
        let order = try folder.order(list, seed: seed, of: pods.count)
        var options = ChurnProtocol.Options(loadPercent: load)
        options.seed = UInt64(seed)
        for (index, contender) in Contender.all.enumerated() {
          let churn = try ChurnProtocol(
            nodes: nodes, pods: pods, order: order, nodeOrder: contender.nodeOrders[0],
            options: options)
          runs.append(Run(list: list, contender: index, churn: churn))
        }
      }
    }
    return try await inParallel(runs) { run in
      Outcome(
        list: run.list, contender: run.contender,
        result: run.churn.run(Contender.all[run.contender].method))
    }
  }
}
