import Foundation
import Printing
import Reports

/// The figures of all benchmarks, for people and for programs.
struct BenchReport {
  let outcomes: [Outcome]
  /// Whether the gates were rewritten: then nothing is held against the old ones.
  let isUpdate: Bool

  /// Memory is gated also where the counts are rewritten.
  var hasFailed: Bool {
    outcomes.contains {
      $0.verdict == .overMemory || $0.verdict == .overInstructions && !isUpdate
    }
  }

  /// A table, then a line for each benchmark about which there is something to say.
  var text: String {
    var table = Table(headings: [
      "benchmark", "jobs", "CPU s", "× loop", "jobs/CPU s", "peak MB", "M instr.", "vs. gate", "",
    ])
    for outcome in outcomes { table.add(cells(outcome)) }
    let remarks =
      outcomes.compactMap { remark($0).map { $0 + "\n" } }
      + outcomes.compactMap { outcome in
        outcome.plain?.remark.map { "\(outcome.benchmark.name): \($0)\n" }
      }
    return "\n" + table.text + (remarks.isEmpty ? "" : "\n" + remarks.joined())
  }

  private func cells(_ outcome: Outcome) -> [String] {
    let name = outcome.benchmark.name
    guard let plain = outcome.plain else {
      return [name] + [String](repeating: "-", count: 7) + [outcome.verdict.rawValue]
    }
    let rate = Double(plain.jobs) / max(plain.cpuSeconds, 1e-6)
    let ratio = plain.cpuSeconds / max(plain.calibrationSeconds, 1e-6)
    let millions = outcome.instructions.map { decimal(Double($0) / 1e6, 1) }
    return [
      name, "\(plain.jobs)", decimal(plain.cpuSeconds, 2), decimal(ratio, 2), decimal(rate, 0),
      decimal(Double(plain.peakBytes) / 1e6, 0), millions ?? "-", distance(outcome) ?? "-",
      outcome.verdict.rawValue,
    ]
  }

  private func distance(_ outcome: Outcome) -> String? {
    guard let gate = outcome.gate, let count = outcome.instructions else { return nil }
    return String(format: "%+.2f %%", gate.percentAbove(count))
  }

  private func remark(_ outcome: Outcome) -> String? {
    let name = outcome.benchmark.name
    switch outcome.verdict {
    case .passed, .uncounted, .skipped:
      return nil
    case .ungated:
      guard !isUpdate else { return nil }
      return "\(name): has no gate yet; bench --update \(name) sets it"
    case .loose:
      guard let distance = distance(outcome), !isUpdate else { return nil }
      return "\(name): \(distance) against its gate; bench --update \(name) lowers it"
    case .overInstructions:
      guard let gate = outcome.gate, let count = outcome.instructions, !isUpdate else {
        return nil
      }
      return "\(name): FAILED: \(count) instructions, \(distance(outcome) ?? "") against the gate "
        + "of \(gate.instructions), which allows \(decimal(gate.tolerancePercent, 1)) %"
    case .overMemory:
      guard let most = outcome.gate?.peakMegabytes, let plain = outcome.plain else { return nil }
      return "\(name): FAILED: a peak of \(decimal(Double(plain.peakBytes) / 1e6, 0)) MB; "
        + "the gate is \(most) MB"
    }
  }

  private func decimal(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }

  // MARK: For programs

  private struct Row: Encodable {
    var name: String
    var verdict: Outcome.Verdict
    var jobs: Int?
    var digest: String?
    var remark: String?
    var cpu_s: Double?
    var calibration_s: Double?
    var peak_rss_bytes: Int?
    var instructions: Int?
    var gate: Gate?
  }

  func writeJSON(to path: String) throws {
    let rows = outcomes.map {
      Row(
        name: $0.benchmark.name, verdict: $0.verdict, jobs: $0.plain?.jobs,
        digest: $0.plain?.digest, remark: $0.plain?.remark, cpu_s: $0.plain?.cpuSeconds,
        calibration_s: $0.plain?.calibrationSeconds, peak_rss_bytes: $0.plain?.peakBytes,
        instructions: $0.instructions, gate: $0.gate)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    var text = try encoder.encode(rows)
    text.append(0x0A)
    guard path != "-" else { return FileHandle.standardOutput.write(text) }
    try text.write(to: URL(filePath: path))
  }
}
