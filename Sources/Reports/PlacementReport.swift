public import Fleet
public import Foundation
import Printing
import Units

/// Where gangs would go, for people and for programs.
public struct PlacementReport {
  private let fleet: Topology
  private let occupancy: Occupancy
  private let requests: [(written: String, shape: GangShape)]
  private let joint: JointPlacement
  private let nanoseconds: [Int]?

  /// A report on gangs placed together.
  ///
  /// - Parameters:
  ///   - occupancy: what was free before.
  ///   - nanoseconds: how long each decision took, least first; nil where none was timed.
  public init(
    fleet: Topology, occupancy: Occupancy, requests: [(written: String, shape: GangShape)],
    joint: JointPlacement, nanoseconds: [Int]?
  ) {
    self.fleet = fleet
    self.occupancy = occupancy
    self.requests = requests
    self.joint = joint
    self.nanoseconds = nanoseconds
  }

  /// A paragraph for each request, and how long a decision took.
  public func summary() -> String {
    var text = ""
    for (index, (written, shape)) in requests.enumerated() {
      text += "\(written)\n  \(shape)\n"
      guard let placement = joint.placements[index] else {
        text += "  does not fit now: \(shortage(of: shape))\n"
        continue
      }
      text += describe(placement)
    }
    if requests.count > 1 {
      text +=
        "\ntogether they lose \(accelerators(joint.totalCost)) accelerators to slowdown, in turn "
      text += "\(accelerators(joint.greedyTotalCost)); "
      text += "\(joint.improvements) of \(joint.trials) exchanges kept\n"
    }
    if let median = percentile(50), let high = percentile(99) {
      text += "  decided in \(microseconds(median)), 99 of 100 times within \(microseconds(high))"
      text += " (\(Wording.number(nanoseconds?.count ?? 0)) decisions)\n"
    }
    return text
  }

  private func describe(_ placement: Placement) -> String {
    let cost = placement.cost
    let levels = DomainLevel.allCases.filter { !fleet.domains(at: $0).isEmpty }
    let touched = levels.map { level in
      let count = cost.domainsTouched[level]
      return count == 1 ? "1 \(level)" : "\(count) \(level == .leaf ? "leaves" : "\(level)s")"
    }
    var lines = ["on \(hostlist(placement.allocation))"]
    if !touched.isEmpty { lines.append("in \(touched.joined(separator: ", "))") }
    let slowdown = Wording.percent(Double(cost.slowdown) / Double(NetworkModel.one))
    let fragmentation = Wording.number(Double(cost.fragmentationAdded) / 1000, decimals: 1)
    lines.append(
      "slowdown \(slowdown), \(cost.spineCrossings) spine crossings, "
        + "fragmentation \(fragmentation) accelerators")
    return lines.map { "  \($0)\n" }.joined()
  }

  private func hostlist(_ allocation: Allocation) -> String {
    var writer = HostlistWriter()
    var text: [UInt8] = []
    for slice in allocation.slices {
      writer.add(fleet.nodes[fleet.index(of: slice.node)].name, to: &text)
    }
    writer.finish(&text)
    return String(decoding: text, as: UTF8.self)
  }

  private func shortage(of shape: GangShape) -> String {
    guard let shortage = occupancy.shortage(of: shape) else { return "others took its room" }
    let place = shortage.level.map { " of one \($0)" } ?? ""
    return "\(shortage.nodes) nodes\(place) must have room for \(shortage.member), "
      + "\(shortage.nodesThatFit) have"
  }

  private func accelerators(_ cost: Int) -> String {
    Wording.number(Double(cost) / Double(NetworkModel.one), decimals: 1)
  }

  private func percentile(_ percent: Int) -> Int? {
    guard let nanoseconds, !nanoseconds.isEmpty else { return nil }
    return nanoseconds[min(nanoseconds.count - 1, nanoseconds.count * percent / 100)]
  }

  private func microseconds(_ nanoseconds: Int) -> String {
    Wording.number(Double(nanoseconds) / 1000, decimals: 2) + " µs"
  }
}

extension PlacementReport {
  private struct Domain: Encodable {
    var level: String
    var path: String
    var nodes: Int
  }

  private struct Cost: Encodable {
    var slowdown: Double
    var spine_crossings: Int
    var nvlink_domains: Int
    var fragmentation_added: Double
  }

  private struct Request: Encodable {
    var request: String
    var placed: Bool
    var hostlist: String?
    var domains: [Domain]
    var cost: Cost?
    var reason: String?
  }

  private struct Together: Encodable {
    var accelerators_lost_in_turn: Double
    var accelerators_lost: Double
    var trials: Int
    var kept: Int
  }

  private struct Figures: Encodable {
    var together: Together?
    var fleet: String
    var nodes: Int
    var accelerators: Int
    var free_accelerators: Int
    var requests: [Request]
    var median_ns: Int?
    var p99_ns: Int?
  }

  /// The same as JSON; times in nanoseconds.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let one = Double(NetworkModel.one)
    let together = Together(
      accelerators_lost_in_turn: Double(joint.greedyTotalCost) / one,
      accelerators_lost: Double(joint.totalCost) / one, trials: joint.trials,
      kept: joint.improvements)
    let figures = Figures(
      together: requests.count > 1 ? together : nil, fleet: fleet.name, nodes: fleet.nodes.count,
      accelerators: fleet.acceleratorCount,
      free_accelerators: occupancy.freeAccelerators,
      requests: requests.indices.map(request), median_ns: percentile(50), p99_ns: percentile(99))
    return try encoder.encode(figures) + Data("\n".utf8)
  }

  private func request(_ index: Int) -> Request {
    let (written, shape) = requests[index]
    guard let placement = joint.placements[index] else {
      return Request(
        request: written, placed: false, domains: [], reason: shortage(of: shape))
    }
    let cost = placement.cost
    return Request(
      request: written, placed: true, hostlist: hostlist(placement.allocation),
      domains: domains(of: placement.allocation),
      cost: Cost(
        slowdown: Double(cost.slowdown) / Double(NetworkModel.one),
        spine_crossings: cost.spineCrossings, nvlink_domains: cost.nvlinkDomains,
        fragmentation_added: Double(cost.fragmentationAdded) / 1000))
  }

  /// The innermost domains it touches, and how many nodes it has in each.
  private func domains(of allocation: Allocation) -> [Domain] {
    var domains: [Domain] = []
    var last: Int?
    for slice in allocation.slices {
      guard let domain = fleet.nodes[fleet.index(of: slice.node)].domain else { return [] }
      if domain == last {
        domains[domains.count - 1].nodes += 1
      } else {
        domains.append(
          Domain(
            level: "\(fleet.domains[domain].level)", path: path(of: domain), nodes: 1))
      }
      last = domain
    }
    return domains
  }

  private func path(of domain: Int) -> String {
    var names: [String] = []
    var index: Int? = domain
    while let next = index {
      names.insert(fleet.domains[next].name, at: 0)
      index = fleet.domains[next].parent
    }
    return names.joined(separator: "/")
  }
}
