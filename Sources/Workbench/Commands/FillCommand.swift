import ArgumentParser
import Fleet
import Foundation
import Reports
import Simulation
import Traces

/// `gsim fill`: how much of a fleet can be allocated, by the method that nodes are chosen by.
struct FillCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fill",
    abstract: "Fill an empty fleet with pods and say how much of it could be allocated.",
    discussion: """
      The protocol of Weng et al. 2023: pods arrive one by one, none leaves, one that does not \
      fit is dropped. The files are those of Alibaba's cluster-trace-gpu-v2023, plain or gzip; \
      a line of the order file is a pod's place in the list, with a + where it is a copy. \
      With --departures pods also leave: they come in that order again and again, 400,000 of them \
      while it is measured, and stay as long as those of the list did.

      With --fleet and --gangs, gangs of whole nodes come and go in their place: 100,000 of them \
      while it is measured. One that does not fit when it comes is refused.
      """)

  /// How the node of a pod is chosen, as the command line names it.
  enum Method: String, CaseIterable, ExpressibleByArgument {
    case random
    case firstFit = "first-fit"
    case bestFit = "best-fit"
    case fgd
    case epsilonFGD = "epsilon-fgd"
    case bestFitDomain = "best-fit-domain"
    case mostFree = "most-free"
    case lifted
    case muster
  }

  enum Ties: String, CaseIterable, ExpressibleByArgument {
    case name, random
  }

  @Option(help: ArgumentHelp("The nodes.", valueName: "file"))
  var nodes: String?

  @Option(help: ArgumentHelp("The pods.", valueName: "file"))
  var pods: String?

  @Option(help: ArgumentHelp("In which order they arrive.", valueName: "file"))
  var order: String?

  @Option(
    help: ArgumentHelp(
      "The fleet that gangs come to: nodes by accelerators, such as 66x8, or a fleet file.",
      valueName: "file|NxA"))
  var fleet: FleetArgument?

  @Option(
    help: ArgumentHelp(
      "Let gangs come, of so many nodes with such shares: 1:50,8:12.",
      valueName: "typical|nodes:share,..."))
  var gangs: GangMixArgument?

  @Flag(help: "Refuse a gang where no one domain of the lowest level that could hold it has room.")
  var strict = false

  @Option(help: "How a node is chosen, or the nodes of a gang.")
  var placement = Method.muster

  @Option(help: "Which of equal nodes FGD takes: the first by name, or any.")
  var ties = Ties.name

  @Option(help: ArgumentHelp("How much worse epsilon-fgd may be, in accelerators.", valueName: "ε"))
  var epsilon = 0.15

  @Option(
    help: ArgumentHelp("The nodes by name, or shuffled by a seed.", valueName: "name|shuffle:SEED"))
  var nodeOrder = NodeOrderArgument(order: .name)

  @Option(help: "Until how many percent have arrived.")
  var until = 130

  @Option(
    help: ArgumentHelp(
      "Let pods leave too, and ask for so much of the fleet on average. Gangs leave always, and "
        + "ask for 90.", valueName: "percent"))
  var departures: Int?

  @Option(help: "What random choices are drawn from.")
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp("Write the figures as JSON; - for standard output.", valueName: "file|-"))
  var json: String?

  /// The files of a list of pods.
  struct PodFiles {
    var nodes: String
    var pods: String
    var order: String

    var all: [String] { [nodes, pods, order] }
    var subject: String { "\(pods), \(order)" }
  }

  func validate() throws {
    guard (1...10_000).contains(until) else {
      throw ValidationError("--until \(until): give 1 to 10000 percent")
    }
    if let departures, !(1...1000).contains(departures) {
      throw ValidationError("--departures \(departures): give 1 to 1000 percent")
    }
    guard (0...8).contains(epsilon) else {
      throw ValidationError("--epsilon \(epsilon): give 0 to 8 accelerators")
    }
    _ = try workload()
  }

  func run() throws {
    switch try workload() {
    case .pods(let files, let method): try runPods(files, by: method)
    case .gangs(let mix, let fleet, let method): try run(mix, on: fleet, by: method)
    }
  }

  private func runPods(_ files: PodFiles, by method: PackingMethod) throws {
    let output = try JSONOutput(json, inputs: files.all)
    let podList = try read { () throws(TraceError) in try OpenbPod.read(path: files.pods) }
    let nodeList = try read { () throws(TraceError) in try OpenbNode.read(path: files.nodes) }
    try check(nodeList, of: files)
    let arrivals = try read { () throws(TraceError) in
      try OpenbPod.readOrder(path: files.order, of: podList.count)
    }
    if let departures {
      let run = try churn(departures, files, nodeList, podList, arrivals)
      let (result, seconds) = measure("pods come and go", of: run.arrivals) { progress in
        run.run(method, progress: progress)
      }
      let report = ChurnReport(
        subject: files.subject, placement: placement.rawValue, result: result,
        podsPerSecond: Double(result.earlier + result.pods) / max(seconds, 1e-6))
      try write(report.summary(), try report.json(), to: output)
    } else {
      let run = try fill(files, nodeList, podList, arrivals)
      let (result, seconds) = measure("filling", of: run.arrivals) { progress in
        run.run(method, seed: seed, until: until, progress: progress)
      }
      let report = FillReport(
        subject: files.subject, placement: placement.rawValue, result: result,
        cpuSeconds: seconds)
      try write(report.summary(), try report.json(), to: output)
    }
  }

  private func fill(
    _ files: PodFiles, _ nodeList: [OpenbNode], _ podList: [OpenbPod], _ arrivals: [Int]
  ) throws -> FillProtocol {
    do {
      return try FillProtocol(
        nodes: nodeList, pods: podList, order: arrivals, nodeOrder: nodeOrder.order)
    } catch {
      throw CommandFailure("\(files.nodes): \(error)")
    }
  }

  /// The packers tell models apart by the bits of a word, less the one for no model.
  private static let mostModels = 63

  private func check(_ list: [OpenbNode], of files: PodFiles) throws {
    let models = Set(list.lazy.filter { $0.accelerators > 0 }.map(\.model)).count
    guard models > 0 else {
      throw CommandFailure("\(files.nodes): no node has accelerators: name a list of nodes that do")
    }
    guard models <= Self.mostModels else {
      throw CommandFailure(
        "\(files.nodes): \(models) models of accelerators, at most \(Self.mostModels): "
          + "leave some out"
      )
    }
  }

  private func churn(
    _ load: Int, _ files: PodFiles, _ nodeList: [OpenbNode], _ podList: [OpenbPod],
    _ arrivals: [Int]
  ) throws -> ChurnProtocol {
    let asking = podList.indices.filter { podList[$0].accelerators > 0 }
    guard arrivals.contains(where: Set(asking).contains) else {
      throw CommandFailure("\(files.order): no pod of it asks for accelerators")
    }
    var options = ChurnProtocol.Options(loadPercent: load)
    options.seed = seed
    do {
      return try ChurnProtocol(
        nodes: nodeList, pods: podList, order: arrivals, nodeOrder: nodeOrder.order,
        options: options)
    } catch {
      throw CommandFailure("\(files.nodes): \(error)")
    }
  }

  /// The summary, unless JSON takes its place.
  func write(_ summary: String, _ json: Data, to output: JSONOutput) throws {
    if !output.takesStandardOutput { try StandardOutput.write(summary) }
    try output.write(json)
  }

  /// Runs it with a line of progress; what came of it, and the CPU seconds that it took.
  func measure<Result>(
    _ what: String, of total: Int, _ run: ((Int) -> Void) -> Result
  ) -> (Result, Double) {
    let progress = Progress("\(what) by \(placement.rawValue)", total: total)
    let start = ReplayReport.Cost.ofThisProcess.cpuSeconds
    let part = progress.part()
    let result = run { part.show($0) }
    let seconds = ReplayReport.Cost.ofThisProcess.cpuSeconds - start
    progress.clear()
    return (result, seconds)
  }

  private func read<Value>(_ read: () throws(TraceError) -> Value) throws -> Value {
    do {
      return try read()
    } catch {
      throw CommandFailure("\(error)")
    }
  }
}

/// The order that nodes stand in: `name`, or `shuffle:SEED`.
struct NodeOrderArgument: ExpressibleByArgument {
  let order: FillProtocol.NodeOrder

  /// How the help names it where it is the default.
  var defaultValueDescription: String {
    switch order {
    case .name: "name"
    case .shuffled(let seed): "shuffle:\(seed)"
    }
  }

  init(order: FillProtocol.NodeOrder) { self.order = order }

  init?(argument: String) {
    if argument == "name" {
      order = .name
      return
    }
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "shuffle", let seed = UInt64(parts[1]) else { return nil }
    order = .shuffled(seed: seed)
  }
}
