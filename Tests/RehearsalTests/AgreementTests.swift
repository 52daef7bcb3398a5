import Rehearsal
import Testing

extension `The real programs` {
  @Suite struct `and the simulator` {
    /// The whole of it is `./dev agree`: 5,000 jobs.
    @Test(.timeLimit(.minutes(20))) func `decide the same`() async throws {
      var options = Agreement.Options()
      options.jobs = 500
      options.seconds = 10
      options.seed = 7
      let report = try await apart { [options] in try Agreement.run(options) { _ in } }
      #expect(report.isSame, "\(report.words)")
      let contents = report.contents
      #expect(contents.jobs >= 500 && contents.policies == 1 && contents.fleets == 1)
      #expect(contents.evictions > 0 && contents.failures > 0 && contents.controllers == 3)
      for constant in Agreement.Constant.allCases {
        let differs = try await apart { try report.differs(with: constant) }
        #expect(differs, "\(constant)")
      }
      let differs = try await apart { try report.differs(with: nil) }
      #expect(!differs)
    }
  }
}
