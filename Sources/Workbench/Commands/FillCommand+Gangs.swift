import ArgumentParser
import Fleet
import Reports
import Simulation

extension FillCommand {
  /// What comes, and how places for it are chosen.
  enum Work {
    case pods(PodFiles, PackingMethod)
    case gangs(GangMix, FleetArgument, GangMethod)
  }

  /// What the options ask for together.
  func workload() throws -> Work {
    guard fleet != nil || gangs != nil || strict else { return try podWork() }
    guard let fleet, let gangs else {
      throw ValidationError("--fleet and --gangs go together, and --strict with them")
    }
    guard nodes == nil, pods == nil, order == nil else {
      throw ValidationError("--gangs: leave out --nodes, --pods and --order")
    }
    guard let method = gangMethod else {
      throw ValidationError(
        "--placement \(placement.rawValue) is not for gangs: give first-fit, best-fit-domain, "
          + "most-free, lifted or muster")
    }
    return .gangs(gangs.mix, fleet, method)
  }

  private func podWork() throws -> Work {
    guard let nodes, let pods, let order else {
      let missing = nodes == nil ? "nodes" : pods == nil ? "pods" : "order"
      throw ValidationError(
        "Missing expected argument '--\(missing) <file>'; or give --fleet and --gangs")
    }
    guard let method = packingMethod else {
      throw ValidationError("--placement \(placement.rawValue) is for gangs: give --gangs too")
    }
    return .pods(PodFiles(nodes: nodes, pods: pods, order: order), method)
  }

  /// Lets gangs come and go.
  func run(_ mix: GangMix, on fleet: FleetArgument, by method: GangMethod) throws {
    let output = try JSONOutput(json, inputs: [fleet.written])
    let topology = try fleet.topology()
    let most = GangProtocol.mostNodes(of: topology)
    guard most > 0 else {
      throw CommandFailure("--fleet \(fleet.written): no node has accelerators")
    }
    guard mix.largest <= most else {
      throw CommandFailure(
        "--gangs: \(mix.largest) nodes for one gang, and no model has more than \(most)")
    }
    var options = GangProtocol.Options()
    options.mix = mix
    options.loadPercent = departures ?? options.loadPercent
    options.isStrict = strict
    options.seed = seed
    let gangs = GangProtocol(topology: topology, options: options)
    let (result, seconds) = measure("gangs come and go", of: gangs.arrivals) { progress in
      gangs.run(method, progress: progress)
    }
    let report = GangReport(
      fleet: topology.name, placement: placement.rawValue, isStrict: strict, result: result,
      gangsPerSecond: Double(result.earlier + result.gangs) / max(seconds, 1e-6))
    try write(report.summary(), try report.json(), to: output)
  }

  private var gangMethod: GangMethod? {
    switch placement {
    case .firstFit: .firstFit
    case .bestFitDomain: .bestFitDomain
    case .mostFree: .mostFree
    case .lifted: .lifted
    case .muster: .muster
    case .random, .bestFit, .fgd, .epsilonFGD: nil
    }
  }

  private var packingMethod: PackingMethod? {
    switch placement {
    case .random: .random
    case .firstFit: .firstFit
    case .bestFit: .bestFit
    case .fgd: .fgd(ties: ties == .name ? .first : .random)
    case .epsilonFGD: .epsilonFGD(thousandths: Int((epsilon * 1000).rounded()))
    case .muster: .muster
    case .bestFitDomain, .mostFree, .lifted: nil
    }
  }
}

/// Which gangs come: `typical`, or sizes with shares such as `1:50,8:12`.
struct GangMixArgument: ExpressibleByArgument {
  let mix: GangMix

  init?(argument: String) {
    if argument == "typical" {
      mix = .typical
      return
    }
    var entries: [GangMix.Entry] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let numbers = part.split(separator: ":", omittingEmptySubsequences: false)
      guard numbers.count == 2, let nodes = Int(numbers[0]), let share = Int(numbers[1]),
        (1...GangMix.most).contains(nodes), (1...GangMix.most).contains(share),
        !entries.contains(where: { $0.nodes == nodes })
      else { return nil }
      entries.append(GangMix.Entry(nodes: nodes, share: share))
    }
    mix = GangMix(entries)
  }
}
