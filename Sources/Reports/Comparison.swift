public import Foundation
import Printing
import Simulation

/// The same workload under several policies, side by side: what differs, and by how much.
public struct Comparison: Sendable {
  private let reports: [ReplayReport]
  private let groups: GroupComparison?

  /// A comparison with the first report as the measure of the others.
  ///
  /// - Parameter groups: who gains and who loses, where that is known.
  /// - Precondition: at least one report.
  public init(_ reports: [ReplayReport], _ groups: GroupComparison?) {
    precondition(!reports.isEmpty, "nothing to compare")
    self.reports = reports
    self.groups = groups
  }

  /// The comparison as JSON, keys sorted; see Documentation/Reference/CompareJSON.md.
  public func json() throws -> Data {
    try ReplayReport.json(ComparisonDocument(reports, groups))
  }

  /// All of it, for people.
  public func text() -> String {
    "\(heading)\n\n\(table())" + (groups?.text() ?? "")
  }

  /// What is compared, in a line.
  private var heading: String {
    let jobs = Wording.number(reports[0].total.counts.submitted)
    return "\(jobs) jobs of \(reports[0].subject.trace) on \(reports[0].fleet)"
  }

  /// An aligned table: a figure a row, a policy a column, with its ratio to the first policy.
  private func table() -> String {
    var headings = ["", reports[0].policy]
    for report in reports.dropFirst() { headings += [report.policy, "ratio"] }
    var table = Table(headings: headings)
    func add(
      _ name: String, _ figure: (ReplayReport.Figures) -> Double, _ word: (Double) -> String
    ) {
      let base = figure(reports[0].total)
      var cells = [name, word(base)]
      for report in reports.dropFirst() {
        let value = figure(report.total)
        let ratio = base == 0 ? "-" : "×" + Wording.number(value / base, decimals: 2)
        cells += [word(value), ratio]
      }
      table.add(cells)
    }
    let time = { Wording.time(seconds: $0) }
    let count = { Wording.number($0, decimals: 2) }
    add("mean wait", { $0.wait.mean }, time)
    add("median wait", { $0.wait.p50 }, time)
    add("p90 wait", { $0.wait.p90 }, time)
    add("p99 wait", { $0.wait.p99 }, time)
    add("longest wait", { $0.wait.max }, time)
    add("mean slowdown", { $0.boundedSlowdown.mean }, count)
    add("mean completion", { $0.completion.mean }, time)
    add("makespan", { $0.makespanSeconds }, time)
    add("allocated", { $0.allocatedFraction }, Wording.percent)
    addSharing(to: &table)
    return table.text
  }

  /// Rows for what policies with such rules have to say, where all have.
  private func addSharing(to table: inout Table) {
    let all = reports.compactMap(\.sharing)
    guard all.count == reports.count else { return }
    func add(_ name: String, _ figure: (PolicyMetrics) -> Double, _ word: (Double) -> String) {
      let base = figure(all[0])
      var cells = [name, word(base)]
      for sharing in all.dropFirst() {
        let value = figure(sharing)
        cells += [word(value), base == 0 ? "-" : "×" + Wording.number(value / base, decimals: 2)]
      }
      table.add(cells)
    }
    let count = { Wording.number($0, decimals: 0) }
    add("evictions", { Double($0.preemption.evictions) }, count)
    add("useless evictions", { Double($0.preemption.useless) }, count)
    add("accelerator-hours lost", { $0.preemption.lostHours }, count)
  }
}
