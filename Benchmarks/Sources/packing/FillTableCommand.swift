import ArgumentParser
import Fleet
import Foundation
import Printing
import Simulation
import Traces

/// `packing fill`: every method on every list, beside the bounds.
struct FillTableCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fill",
    abstract: "Fill the fleet by every method and print a Markdown table of what was allocated.",
    discussion: """
      Percent of the fleet's accelerators, the mean over the arrival orders of the seeds 42 to \
      46, and, where nodes are shuffled, over three shuffles. Takes minutes, on all cores.
      """)

  @Option(parsing: .upToNextOption, help: "Which lists; all where none is named.")
  var lists: [String] = []

  func validate() throws {
    for list in lists where !OpenbFolder.lists.contains(list) {
      let all = OpenbFolder.lists.joined(separator: ", ")
      throw ValidationError("there is no list '\(list)'; there are \(all)")
    }
  }

  func run() async throws {
    let folder = try OpenbFolder()
    let solver = try Glpsol()
    let chosen = lists.isEmpty ? OpenbFolder.lists : lists
    let bounds = try Self.bounds(chosen, folder, solver)
    let outcomes = try await Self.outcomes(of: try Self.runs(chosen, folder))
    var table = MarkdownTable(
      headings: ["List", "Arrived"] + Contender.all.map(\.name)
        + ["bound, all shares", "bound, choosing"])
    for (list, bound) in zip(chosen, bounds) {
      for (place, percent) in ListBounds.percents.enumerated() {
        let figures = Contender.all.indices.map { contender in
          let values = outcomes.filter { $0.list == list && $0.contender == contender }
            .compactMap { $0.allocated[percent] }
          return percentage(values.reduce(0, +) / Double(values.count))
        }
        // With more pods than fit, refusing shares pays: the first bound no longer is one.
        let accepting = percent == 100 ? percentage(bound.acceptingAllShares[place]) : "–"
        table.add(
          [list, "\(percent) %"] + figures + [accepting, percentage(bound.choosing[place])])
      }
    }
    print(table.text, terminator: "")
  }

  private static func bounds(
    _ lists: [String], _ folder: OpenbFolder, _ solver: borrowing Glpsol
  ) throws -> [ListBounds] {
    let accelerators = try folder.nodes().reduce(0) { $0 + $1.accelerators }
    var bounds: [ListBounds] = []
    for list in lists {
      bounds.append(try ListBounds(list, in: folder, accelerators: accelerators, by: solver))
    }
    return bounds
  }

  private struct Run: Sendable {
    var list: String
    var contender: Int
    var seed: Int
    var filling: FillProtocol
  }

  private struct Outcome: Sendable {
    var list: String
    var contender: Int
    /// By percent arrived, a fraction of the fleet.
    var allocated: [Int: Double]
  }

  private static func runs(_ lists: [String], _ folder: OpenbFolder) throws -> [Run] {
    let nodes = try folder.nodes()
    var runs: [Run] = []
    for list in lists {
      let pods = try folder.pods(list)
      for seed in OpenbFolder.seeds {
        let order = try folder.order(list, seed: seed, of: pods.count)
        for (index, contender) in Contender.all.enumerated() {
          for nodeOrder in contender.nodeOrders {
            let filling = try FillProtocol(
              nodes: nodes, pods: pods, order: order, nodeOrder: nodeOrder)
            runs.append(Run(list: list, contender: index, seed: seed, filling: filling))
          }
        }
      }
    }
    return runs
  }

  private static func outcomes(of runs: [Run]) async throws -> [Outcome] {
    try await inParallel(runs) { run in
      let result = run.filling.run(Contender.all[run.contender].method, seed: UInt64(run.seed))
      let allocated = result.samples.map {
        ($0.percent, Double($0.allocated) / Double(result.capacity))
      }
      return Outcome(
        list: run.list, contender: run.contender,
        allocated: Dictionary(uniqueKeysWithValues: allocated))
    }
  }
}

/// A method, and the orders of the nodes that it is tried on.
struct Contender: Sendable {
  let name: String
  let method: PackingMethod
  let nodeOrders: [FillProtocol.NodeOrder]

  private static let shuffles = (1...3).map { FillProtocol.NodeOrder.shuffled(seed: $0) }

  static let all = [
    Contender(name: "random", method: .random, nodeOrders: [.name]),
    Contender(name: "best-fit", method: .bestFit, nodeOrders: [.name]),
    Contender(name: "first-fit", method: .firstFit, nodeOrders: [.name]),
    Contender(name: "first-fit, shuffled", method: .firstFit, nodeOrders: shuffles),
    Contender(name: "fgd", method: .fgd(ties: .first), nodeOrders: [.name]),
    Contender(name: "fgd, random ties", method: .fgd(ties: .random), nodeOrders: [.name]),
    Contender(
      name: "epsilon-fgd 0.15, shuffled", method: .epsilonFGD(thousandths: 150),
      nodeOrders: shuffles),
    Contender(name: "muster", method: .muster, nodeOrders: [.name]),
    Contender(name: "muster, shuffled", method: .muster, nodeOrders: shuffles),
  ]
}
