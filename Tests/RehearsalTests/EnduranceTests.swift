import Foundation
import Rehearsal
import Testing

/// One after the other: each keeps the machine busy.
@Suite(.serialized) struct `The real programs` {}

extension `The real programs` {
  @Suite struct `with a daemon that is killed over and over` {
    /// The whole of it is `./dev endure`: 200 kills under 2,000 jobs.
    @Test(.timeLimit(.minutes(20))) func `lose nothing, and start nothing twice`() async throws {
      var options = Endurance.Options()
      options.jobs = 150
      options.kills = 25
      options.nodes = 4
      options.seed = UInt64.random(in: 1...999_999)
      let report = try await apart { [options] in try Endurance.run(options) { _ in } }
      #expect(report.findings == [], "--seed \(options.seed)")
      #expect(report.daemonKills >= 25 && report.jobs >= 150 && report.processes > 50)
    }
  }
}
