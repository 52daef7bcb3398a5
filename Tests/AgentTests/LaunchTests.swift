import Agent
import Foundation
import Testing
import Wire

@Suite struct `A member of real processes` {
  @Test(arguments: [(0, nil), (3, nil), (143, "TERM"), (139, "SEGV")] as [(Int, String?)])
  func `ends with its code, or its signal`(code: Int, signal: String?) async throws {
    let bench = try await AgentBench()
    let script = signal.map { "kill -\($0) $$" } ?? "exit \(code)"
    let end = try await bench.run(bench.gang(7, script))
    #expect(end.exitCode == code)
    #expect(end.signal == signal)
    #expect(!end.isTerminated)
  }

  @Test func `takes its children with it`() async throws {
    let bench = try await AgentBench()
    let script = "setsid sleep 1000 & echo $! > child; (sleep 1000 & echo $! > other) ; exit 0"
    _ = try await bench.run(bench.gang(7, script))
    for file in ["child", "other"] {
      let child = try #require(bench.text(file).flatMap { Int32($0.dropLast()) })
      #expect(kill(child, 0) == -1, "\(file) \(child) lives")
    }
  }
}
