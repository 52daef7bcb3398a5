import Fleet
import Policy
import Testing
import Units

@Suite struct `Two windows` {
  private static func window(
    _ name: String, _ nodes: String, _ from: Int64, _ until: Int64, every: Int64? = nil
  ) -> CapacityWindow {
    var window = CapacityWindow(
      name: name, places: [nodes], from: Instant(milliseconds: from),
      until: Instant(milliseconds: until))
    window.every = every.map { TimeSpan(milliseconds: $0) }
    return window
  }

  private static func isOpen(_ window: CapacityWindow, at now: Int64) -> Bool {
    let lag = now - window.from.milliseconds
    guard lag >= 0 else { return false }
    let length = (window.until - window.from).milliseconds
    return (window.every.map { lag % $0.milliseconds } ?? lag) < length
  }

  /// All of a few milliseconds, against a walk over time that is long enough for each pair.
  @Test func `meet where an instant finds both open`() {
    var all: [CapacityWindow] = []
    for from in 0..<5 as Range<Int64> {
      for length in 1...3 as ClosedRange<Int64> {
        all.append(Self.window("a", "n0", from, from + length))
        for every in length...6 {
          all.append(Self.window("a", "n0", from, from + length, every: every))
        }
      }
    }
    for one in all {
      for other in all {
        let meet = (0..<80).contains { Self.isOpen(one, at: $0) && Self.isOpen(other, at: $0) }
        #expect(one.meets(other) == meet, "\(one) \(other)")
      }
    }
  }

  @Test(arguments: [
    ("n[0-2]", "n[2-3]", 5, "'b' keeps node 'n2' while 'a' does"), ("n[0-1]", "n[2-3]", 5, ""),
    ("n[0-2]", "n[2-3]", 10, ""),
  ])
  func `keep no node at once`(a: String, b: String, from: Int64, what: String) throws {
    let fleet = try Topology.flat(nodes: 4, accelerators: 1)
    var policy = ClusterPolicy(name: "p")
    policy.backfill = .reserving
    policy.windows = [Self.window("a", a, 0, 10), Self.window("b", b, from, 20)]
    var found = ""
    do throws(PolicyFault) { try policy.check(against: fleet) } catch { found = error.what }
    #expect(what.isEmpty ? found == "" : found.contains(what))
  }
}
