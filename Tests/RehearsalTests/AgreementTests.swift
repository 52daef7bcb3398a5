import Rehearsal
import Testing

@Suite(.serialized) struct `The daemon and the simulator` {
  /// The whole of it is `./dev agree`: 5,000 jobs.
  @Test(.timeLimit(.minutes(5))) func `decide the same`() throws {
    var options = Agreement.Options()
    options.jobs = 500
    options.seconds = 10
    options.seed = 7
    let report = try Agreement.run(options) { _ in }
    #expect(report.isSame, "\(report.words)")
    let contents = report.contents
    #expect(contents.jobs >= 500 && contents.policies == 1 && contents.fleets == 1)
    #expect(contents.evictions > 0 && contents.failures > 0 && contents.controllers == 3)
    for constant in Agreement.Constant.allCases {
      #expect(try report.differs(with: constant), "\(constant)")
    }
    #expect(try !report.differs(with: nil))
  }
}
