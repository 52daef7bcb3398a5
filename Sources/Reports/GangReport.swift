import Fleet
public import Foundation
import Printing
public import Simulation

/// What came of gangs that come and go, for people and for programs.
public struct GangReport {
  private let fleet: String
  private let placement: String
  private let isStrict: Bool
  private let result: GangResult
  private let gangsPerSecond: Double

  /// A report on one run.
  ///
  /// - Parameters:
  ///   - placement: the method.
  ///   - isStrict: whether gangs had to be in one domain.
  ///   - gangsPerSecond: how many a CPU second placed, those before the measuring too.
  public init(
    fleet: String, placement: String, isStrict: Bool, result: GangResult, gangsPerSecond: Double
  ) {
    self.fleet = fleet
    self.placement = placement
    self.isStrict = isStrict
    self.result = result
    self.gangsPerSecond = gangsPerSecond
  }

  /// The levels that gangs of several nodes could be in, the lowest first.
  private var levels: [DomainLevel] {
    DomainLevel.allCases.reversed().filter { result[$0].could > 0 }
  }

  /// What was refused, how close the others are and what they leave, in a few lines.
  public func summary() -> String {
    var table = Table(headings: ["", "mean"])
    table.add(["asked for", percent(ofCapacity(result.offered)) + " of the fleet"])
    table.add(["allocated", percent(ofCapacity(result.allocated)) + " of the fleet"])
    table.add(["refused", percent(refused) + " of what was asked for"])
    table.add(["slowdown", percent(slowdown)])
    for level in levels {
      table.add(["inside one \(level)", percent(inside(level)) + " of the gangs that could be"])
    }
    for level in levels {
      table.add(["lost in each \(level)", percent(lost(level)) + " of the free nodes"])
    }
    return """
      \(fleet), \(placement)\(isStrict ? ", strict" : "")

      \(table.text)
      \(Wording.number(result.gangs)) gangs came, \(Wording.number(result.failed)) were refused; \
      \(Wording.number(gangsPerSecond)) gangs a CPU second

      """
  }

  private func percent(_ fraction: Double) -> String {
    Wording.number(fraction * 100, decimals: 2) + " %"
  }

  private func ofCapacity(_ amount: Int128) -> Double {
    Double(amount) / Double(result.capacity) / Double(max(1, result.milliseconds))
  }

  private var refused: Double { Double(result.refused) / Double(max(1, result.asked)) }

  private var slowdown: Double {
    Double(result.slowdown) / Double(NetworkModel.one)
      / Double(max(1, result.asked - result.refused))
  }

  private func inside(_ level: DomainLevel) -> Double {
    Double(result[level].inside) / Double(result[level].could)
  }

  private func lost(_ level: DomainLevel) -> Double {
    Double(result[level].lost) / Double(max(1, result[level].free))
  }

  private struct Figures: Encodable {
    var fleet: String
    var placement: String
    var strict: Bool
    var offered_fraction: Double
    var allocated_fraction: Double
    var refused_fraction: Double
    var slowdown: Double
    var inside_one_fraction: [String: Double]
    var fragmentation_fraction: [String: Double]
    var gangs: Int
    var failed: Int
    var measured_s: Double
    var gangs_per_cpu_s: Double
  }

  /// The same as JSON; by level where there is one figure for each.
  public func json() throws -> Data {
    func byLevel(_ figure: (DomainLevel) -> Double) -> [String: Double] {
      Dictionary(uniqueKeysWithValues: levels.map { ($0.description, figure($0)) })
    }
    let figures = Figures(
      fleet: fleet, placement: placement, strict: isStrict,
      offered_fraction: ofCapacity(result.offered),
      allocated_fraction: ofCapacity(result.allocated), refused_fraction: refused,
      slowdown: slowdown, inside_one_fraction: byLevel(inside),
      fragmentation_fraction: byLevel(lost), gangs: result.gangs, failed: result.failed,
      measured_s: Double(result.milliseconds) / 1000, gangs_per_cpu_s: gangsPerSecond)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(figures) + Data("\n".utf8)
  }
}
