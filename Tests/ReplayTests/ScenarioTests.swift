import Simulation
import Testing
import Units

@Suite struct `Scenarios` {
  /// Two points where jobs are as large as half of the fleet, one elsewhere.
  @Test(arguments: [("saturated-flat", 0.01), ("saturated-tree", 0.01), ("saturated-large", 0.02)])
  func `give every member that always has work its part, and that within the bound`(
    name: String, most: Double
  ) throws {
    let sharing = try #require(try play(name).sharing)
    let members = sharing.accounts.figures.filter(\.isMember)
    #expect(members.count >= 3)
    for member in members { #expect(abs(member.shareError) < most, "\(member.path)") }
    // 20 min undisturbed, 5 min of notice, 5 of grace, and a cycle of 5.
    #expect(sharing.guarantees.worst <= .seconds(35 * 60))
    #expect(sharing.preemption.evictions > 0)
    #expect(sharing.preemption.useless == 0 && sharing.preemption.tooEarly == 0)
  }

  @Test func `give an idle member's part to the others, and back`() throws {
    let accounts = try #require(try play("idle-member-returns").sharing).accounts
    let figures = accounts.figures
    let works = try #require(figures.firstIndex { $0.path == "works" })
    // From the eleventh day on, when the last of its jobs are over; days begin at a sample each.
    let idle = accounts.parts(from: 12, to: 20)
    #expect(idle[works] < 0.001)
    for (path, weight) in [("state", 4.0), ("uni", 2), ("lab", 1)] {
      let index = try #require(figures.firstIndex { $0.path == path })
      #expect(abs(idle[index] - weight / 7) < 0.03, "\(path)")
    }
    #expect(accounts.parts(from: 20, to: 21)[works] > 0.27)
  }
}

@Suite(.enabled(if: RecordedTraces.areThere, RecordedTraces.skipped))
struct `Scenarios of recorded jobs` {
  @Test func `lose least work where that is what victims are chosen by`() throws {
    func lost(_ policy: String?) throws -> Double {
      let preemption = try #require(try play("two-tiers", policy: policy).sharing).preemption
      #expect(preemption.evictions > 1000)
      #expect(preemption.useless == 0 && preemption.tooEarly == 0)
      return preemption.lostHours
    }
    let least = try lost(nil)
    for rule in ["youngest-first", "fewest-victims"] {
      #expect(least < 0.5 * (try lost("policies/two-tiers-\(rule).yaml")), "\(rule)")
    }
  }
}
