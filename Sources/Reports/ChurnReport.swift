public import Foundation
import Printing
public import Simulation

/// What came of pods that come and go, for people and for programs.
public struct ChurnReport {
  private let subject: String
  private let placement: String
  private let result: ChurnResult
  private let podsPerSecond: Double

  /// A report on one run.
  ///
  /// - Parameters:
  ///   - subject: the pods and their order.
  ///   - placement: the method.
  ///   - podsPerSecond: how many pods a CPU second placed, those before the measuring too.
  public init(subject: String, placement: String, result: ChurnResult, podsPerSecond: Double) {
    self.subject = subject
    self.placement = placement
    self.result = result
    self.podsPerSecond = podsPerSecond
  }

  /// What was allocated and refused, in a few lines.
  public func summary() -> String {
    var table = Table(headings: ["of the accelerators", "mean"])
    table.add(["asked for", percent(ofCapacity(result.offered))])
    table.add(["allocated", percent(ofCapacity(result.allocated))])
    return """
      \(subject), \(placement)

      \(table.text)
      \(Wording.number(result.pods)) pods came, \(Wording.number(result.failed)) were refused, \
      \(percent(refused)) of the accelerators asked for; \(Wording.number(podsPerSecond)) pods a \
      CPU second

      """
  }

  private func percent(_ fraction: Double) -> String {
    Wording.number(fraction * 100, decimals: 2) + " %"
  }

  private func ofCapacity(_ amount: Int128) -> Double {
    Double(amount) / Double(result.capacity) / Double(max(1, result.milliseconds))
  }

  private var refused: Double { Double(result.refused) / Double(max(1, result.asked)) }

  private struct Figures: Encodable {
    var pods_and_order: String
    var placement: String
    var offered_fraction: Double
    var allocated_fraction: Double
    var refused_fraction: Double
    var pods: Int
    var failed: Int
    var measured_s: Double
    var pods_per_cpu_s: Double
  }

  /// The same as JSON; fractions of the fleet's accelerators over time, refused of those asked for.
  public func json() throws -> Data {
    let figures = Figures(
      pods_and_order: subject, placement: placement,
      offered_fraction: ofCapacity(result.offered),
      allocated_fraction: ofCapacity(result.allocated), refused_fraction: refused,
      pods: result.pods, failed: result.failed, measured_s: Double(result.milliseconds) / 1000,
      pods_per_cpu_s: podsPerSecond)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(figures) + Data("\n".utf8)
  }
}
