import Foundation
import TestFiles
import Testing

/// Two nodes of four accelerators, 500 W each.
private let hall = """
  fleet: hall
  node-types:
    box: {accelerators: 4, model: m, watts: 500 W}
  sites:
    - name: hall
      type: box
      nodes: n[0-1]
  """

/// Half for each of two members; what is reclaimed is told a minute before, and has a minute more.
private let halves = """
  policy: halves
  order: fair-share
  backfill: reserving
  accounts:
    name: both
    members:
      a: {entitlement: 50 %}
      b: {entitlement: 50 %}
  modes:
    regular: {undisturbed: 10 min, notice: 1 min, grace: 1 min}
  preemption: {}
  power:
    hall: {budget: 100 kW, pue: 1.5, factor: 80 %, node-watts: 200 W}
  """

/// A holds everything until b, an hour later, wants its half for an hour.
private let returns = """
  scenario: returns
  fleet: hall.yaml
  policy: halves.yaml
  span: 2 h
  streams:
    first:
      account: a
      arrivals: {at: [0 s]}
      sizes: {8: 1}
      durations: {fixed: 2 h}
      checkpoints: {every: 30 min, restart: 6 min}
    second:
      account: b
      arrivals: {at: [1 h]}
      sizes: {4: 1}
      durations: {fixed: 1 h}
  """

/// What can be reckoned by hand. A's gang runs from 0:00, is told at 1:00 and signalled at 1:01,
/// when it keeps its work; it goes at 1:02. B runs from then to 2:02, and a again until 3:07: six
/// minutes to be where it was, and 59 that are left of two hours.
@Suite struct `How a policy shared a fleet, in JSON` {
  private static let output = Result { try replay() }

  private static func replay() throws -> Data {
    let folder = try TemporaryFolder()
    let files = [("hall.yaml", hall), ("halves.yaml", halves), ("returns.yaml", returns)]
    for (name, text) in files {
      try text.write(toFile: folder / name, atomically: true, encoding: .utf8)
    }
    let outcome = try GSimProcess.run(["replay", folder / "returns.yaml", "--json", "-"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    return Data(outcome.output.utf8)
  }

  private func expect(
    _ key: String, _ expected: Double, _ place: SourceLocation = #_sourceLocation
  ) throws {
    var value: Any? = try JSONSerialization.jsonObject(with: try Self.output.get())
    for part in key.split(separator: ".") { value = (value as? [String: Any])?[String(part)] }
    let number = try #require(value as? Double, "\(key)", sourceLocation: place)
    #expect(abs(number - expected) < 1e-9, "\(key) is \(number)", sourceLocation: place)
  }

  /// In minutes, over the first two hours: the span of the scenario.
  private static let held: [(key: String, a: Double, b: Double, both: Double)] = [
    ("entitled_accelerator_hours", 480, 480, 960), ("used", 496, 232, 728),
    ("charged", 496, 232, 728), ("borrowed", 248, 0, 0), ("lent", 0, 248, 0),
  ]

  @Test(arguments: held.indices)
  func `tells what accounts were promised, held, borrowed and lent`(row: Int) throws {
    let (key, a, b, both) = Self.held[row]
    try expect("accounts.a.\(key)", a / 60)
    try expect("accounts.b.\(key)", b / 60)
    try expect("accounts.both.\(key)", both / 60)
  }

  @Test func `tells how long their jobs waited in all, to their ends`() throws {
    try expect("accounts.a.wait_s.mean", 3600)
    try expect("accounts.b.wait_s.mean", 120)
    try expect("accounts.both.wait_s.mean", 1860)
    try expect("accounts.both.wait_s.p50", 120)
    try expect("accounts.both.wait_s.p95", 3600)
    try expect("accounts.a.bounded_slowdown.max", 187 / 127.0)
    try expect("accounts.b.bounded_slowdown.max", 62 / 60.0)
  }

  /// B held 58 minutes of the hour that it asked for; a held more than it was entitled to.
  @Test func `tells how fair that was`() throws {
    let ratio = 58 / 60.0
    try expect("fairness.jain", (1 + ratio) * (1 + ratio) / (2 * (1 + ratio * ratio)))
    let error = 496.0 / 728 - 0.5
    try expect("fairness.max_share_error", error)
    try expect("accounts.a.share_error", error)
    try expect("accounts.b.share_error", -error)
    try expect("fairness.worst_guarantee_delay_s", 120)
  }

  /// Of a's work a minute was lost after the signal, and six are needed to be there again.
  @Test func `tells what preemption cost`() throws {
    try expect("preemption.claims", 1)
    try expect("preemption.evictions", 1)
    try expect("preemption.lost_accelerator_hours", 8 * 7 / 60.0)
    for key in ["shrinks", "useless_evictions", "dissolved_by_cancel_or_fault"] {
      try expect("preemption.\(key)", 0)
    }
    try expect("preemption.evictions_too_early", 0)
  }

  /// A node that is held draws (4 × 500 W × 80 % + 200 W) × 1.5 = 2.7 kW.
  @Test func `tells what was drawn, to the last end`() throws {
    try expect("energy.sites.hall", 2.7 * (2 * 127 / 60.0 + 1))
    try expect("energy.accounts.a", 2.7 * 2 * 127 / 60)
    try expect("energy.accounts.b", 2.7)
  }
}
