import Foundation

/// What was measured of one benchmark, and what its gate says.
struct Outcome {
  enum Verdict: String, Encodable {
    case passed
    /// Passed by so much that the gate should be lowered.
    case loose
    case overInstructions = "over instructions"
    case overMemory = "over memory"
    /// Measured, but there is nothing to hold it against.
    case ungated
    /// Its instructions were not counted; its memory is within the gate.
    case uncounted
    /// Not run: its trace is not there.
    case skipped
  }

  var benchmark: Benchmark
  var plain: ChildReport?
  var instructions: Int?
  var gate: Gate?

  var verdict: Verdict {
    guard let plain else { return .skipped }
    guard let gate else { return .ungated }
    if let most = gate.peakMegabytes, plain.peakBytes > most * 1_000_000 { return .overMemory }
    guard let instructions else { return .uncounted }
    let above = gate.percentAbove(instructions)
    if above > gate.tolerancePercent { return .overInstructions }
    return above < -Gate.suggestionPercent ? .loose : .passed
  }
}

/// One call of the benchmark program.
struct Session {
  private let gateFile: GateFile
  private let valgrind: String?

  init(gatesFile: String, countsInstructions: Bool) throws {
    gateFile = try GateFile(path: gatesFile)
    valgrind = countsInstructions ? Child.findValgrind() : nil
    if countsInstructions, valgrind == nil {
      say("valgrind is not installed: no instructions are counted, and no gate is held")
      say("install it (./dev setup, or apt-get install valgrind) to have the gates")
    }
  }

  func measure(_ benchmarks: [Benchmark]) throws -> [Outcome] {
    try benchmarks.map { benchmark in
      var outcome = Outcome(benchmark: benchmark, gate: gateFile.gates[benchmark.name])
      guard benchmark.tracePath != nil else {
        say("\(benchmark.name): skipped, as \(missing(benchmark))")
        return outcome
      }
      say("\(benchmark.name): running")
      let child = Child(benchmark: benchmark)
      outcome.plain = try child.measurePlainly()
      if let valgrind {
        say("\(benchmark.name): counting instructions")
        outcome.instructions = try child.countInstructions(by: valgrind)
      }
      return outcome
    }
  }

  /// Rewrites the gates of what was counted; all others stay.
  func updateGates(with outcomes: [Outcome]) throws {
    var file = gateFile
    for outcome in outcomes {
      guard let count = outcome.instructions else { continue }
      file.update(outcome.benchmark.name, instructions: count)
    }
    try file.write()
    say("\(file.path): rewritten")
  }

  private func missing(_ benchmark: Benchmark) -> String {
    guard ProcessInfo.processInfo.environment["MUSTER_TRACES"] != nil else {
      return "MUSTER_TRACES is not set; set it to the folder of public traces"
    }
    return "MUSTER_TRACES has no \(benchmark.trace ?? "trace")"
  }

  private func say(_ text: String) {
    FileHandle.standardError.write(Data("bench: \(text)\n".utf8))
  }
}
