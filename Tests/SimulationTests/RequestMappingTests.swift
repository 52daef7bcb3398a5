import Fleet
import Jobs
import Simulation
import Testing
import Traces
import Units

@Suite struct `What a trace's job asks of a fleet` {
  /// Two blocks of two nodes each; those of the second have four accelerators of another model.
  private static func fleet() throws -> Topology {
    var builder = TopologyBuilder(name: "mixed")
    for (block, model, count) in [("b0", "big", 8), ("b1", "small", 4)] {
      var type = NodeType(name: model, accelerators: count)
      type.acceleratorModel = model
      try builder.open(.block, block)
      try builder.addNodes(
        (0..<2).map { NodeName("\(block)n\($0)") }, type: type)
      try builder.close()
    }
    return try builder.build()
  }

  private func request(
    _ size: UInt32, _ within: TraceDomain = .any, _ change: (inout TraceTerms) -> Void
  ) throws -> JobRequest {
    var terms = TraceTerms()
    change(&terms)
    var mapping = RequestMapping(topology: try Self.fleet(), overruns: .raise)
    mapping.terms = [TraceTerms(), terms]
    var job = TraceJob(
      submitted: Instant(milliseconds: 0), runTime: .seconds(60), requestedTime: nil, size: size)
    (job.terms, job.within) = (2, within)
    return mapping.job(job).request
  }

  @Test func `has the models that it names, and is split as their nodes are`() throws {
    let small = try request(8) { $0.models = ["small"] }
    #expect(small.shape.nodeCount == 2 && small.shape.member.accelerators == 4)
    #expect(small.shape.eligibility?.models == ["small"])
    // Whichever of the two it gets, a member must fit.
    let either = try request(8) { $0.models = ["big", "small"] }
    #expect(either.shape.member.accelerators == 4)
    #expect(either.shape.eligibility?.models == ["big", "small"])
    let partly = try request(8) { $0.models = ["gone", "big"] }
    #expect(partly.shape.nodeCount == 1 && partly.shape.eligibility?.models == ["big"])
    let unknown = try request(8) { $0.models = ["gone"] }
    #expect(unknown.shape.nodeCount == 1 && unknown.shape.eligibility == nil)
  }

  @Test func `has so many nodes together as divide the gang`() throws {
    let segment = TraceTerms.Segment(nodes: 2, domain: .block)
    let whole = try request(32, .site) { $0.segment = segment }
    #expect(whole.shape.closeness.segments[.block] == 2)
    #expect(whole.shape.closeness.required == .site)
    #expect(try request(24) { $0.segment = segment }.shape.closeness == .closest)
  }

  @Test func `keeps its work as it says`() throws {
    let safe = try request(8) { $0.checkpointEvery = .seconds(600) }
    #expect(safe.terms?.checkpoints == Checkpoints(every: .seconds(600)))
    let slow = try request(8) {
      ($0.checkpointEvery, $0.restart) = (.seconds(600), .seconds(60))
    }
    #expect(slow.terms?.checkpoints == Checkpoints(every: .seconds(600), restart: .seconds(60)))
    #expect(try request(8) { $0.models = ["big"] }.terms == nil)
  }
}
