public import Foundation
import Printing
public import Simulation

/// What came of filling a fleet, for people and for programs.
public struct FillReport {
  private let subject: String
  private let placement: String
  private let result: FillResult
  private let cpuSeconds: Double

  /// A report on one run.
  ///
  /// - Parameters:
  ///   - subject: the pods and their order.
  ///   - placement: the method.
  ///   - cpuSeconds: what the placing took.
  public init(subject: String, placement: String, result: FillResult, cpuSeconds: Double) {
    self.subject = subject
    self.placement = placement
    self.result = result
    self.cpuSeconds = cpuSeconds
  }

  /// A table of what was allocated and fragmented on the way.
  public func summary() -> String {
    var table = Table(headings: ["arrived", "allocated", "fragmented"])
    for sample in result.samples {
      table.add([
        "\(sample.percent) %", percent(sample.allocated), percent(sample.fragmented),
      ])
    }
    return """
      \(subject), \(placement)

      \(table.text)
      \(Wording.number(result.pods)) pods came, \(Wording.number(result.failed)) were dropped; \
      \(Wording.number(rate)) pods a CPU second

      """
  }

  private func percent(_ amount: Int) -> String {
    Wording.number(fraction(amount) * 100, decimals: 2) + " %"
  }

  private func fraction(_ amount: Int) -> Double { Double(amount) / Double(result.capacity) }

  private var rate: Double { Double(result.pods) / max(cpuSeconds, 1e-6) }

  private struct Figures: Encodable {
    var pods_and_order: String
    var placement: String
    var allocated_fraction_at: [String: Double]
    var fragmentation_fraction_at: [String: Double]
    var pods: Int
    var failed: Int
    var pods_per_cpu_s: Double
  }

  /// The same as JSON; fractions of the fleet's accelerators.
  public func json() throws -> Data {
    func byPercent(_ amount: (FillResult.Sample) -> Int) -> [String: Double] {
      Dictionary(
        uniqueKeysWithValues: result.samples.map { ("\($0.percent)", fraction(amount($0))) })
    }
    let figures = Figures(
      pods_and_order: subject, placement: placement,
      allocated_fraction_at: byPercent(\.allocated),
      fragmentation_fraction_at: byPercent(\.fragmented),
      pods: result.pods, failed: result.failed, pods_per_cpu_s: rate)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(figures) + Data("\n".utf8)
  }
}
