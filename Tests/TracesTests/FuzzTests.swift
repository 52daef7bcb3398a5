import TestFiles
import Testing
import Traces
import Units

@Suite struct `Any mutilated trace` {
  /// What must hold of every outcome: jobs in order, or an error that names the file.
  static func check(_ bytes: [UInt8], as format: TraceFormat?, _ comment: Comment) {
    let file = TemporaryFile(bytes)
    do throws(TraceError) {
      let trace = try Trace.read(path: file.path, format: format)
      let times = trace.jobs.map(\.submitted)
      #expect(!times.isEmpty && times == times.sorted(), comment)
      #expect(trace.jobs.allSatisfy { $0.size > 0 && $0.runTime >= .zero }, comment)
    } catch {
      switch error {
      case .unreadable, .noJobs: #expect("\(error)".contains(file.path), comment)
      case .malformed(let trace):
        #expect(trace.faults.count == min(trace.total, MalformedTrace.shown), comment)
        for fault in trace.faults { #expect(fault.line > 0 && fault.column > 0, comment) }
        #expect("\(error)".hasPrefix("\(file.path):\(trace.faults[0].line):"), comment)
        #expect("\(error)".utf8.allSatisfy { $0 >= 0x20 || $0 == 0x0A }, comment)
      }
    }
  }

  @Test(arguments: TraceFormat.allCases)
  func `gives jobs in order or an error with a place`(format: TraceFormat) {
    for seed in 0..<400 as Range<UInt64> {
      var mutator = Mutator(generator: SeededGenerator(seed: seed))
      let bytes = mutator.mutated(Array(samples[format]!.utf8))
      Self.check(bytes, as: format, "seed \(seed)")
      Self.check(bytes, as: nil, "seed \(seed)")
    }
  }

  @Test(arguments: TraceFormat.allCases)
  func `is survived when it is compressed, too`(format: TraceFormat) {
    for seed in 0..<400 as Range<UInt64> {
      var mutator = Mutator(generator: SeededGenerator(seed: seed))
      let bytes = mutator.mutated(StoredGzip.stream(of: Array(samples[format]!.utf8)))
      Self.check(bytes, as: nil, "seed \(seed)")
    }
  }
}
