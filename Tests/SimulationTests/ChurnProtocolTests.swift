import Fleet
import Simulation
import TestFiles
import Testing
import Traces
import Units

@Suite struct `Pods that come and go` {
  /// Nodes of so many accelerators each, with cores in plenty.
  private static func nodes(_ sizes: [Int]) throws -> [OpenbNode] {
    let lines = sizes.enumerated().map { "n\($0.offset),96000,1048576,\($0.element),T4" }
    return try read("sn,cpu_milli,memory_mib,gpu,model", lines) { path throws(TraceError) in
      try OpenbNode.read(path: path)
    }
  }

  /// A pod: accelerators, thousandths of each, seconds.
  private typealias Pod = (accelerators: Int, milli: Int, stay: Int?)

  private static func list(_ pods: [Pod]) throws -> [OpenbPod] {
    let lines = pods.enumerated().map { index, pod in
      let times = pod.stay.map { "100,\(100 + $0)" } ?? ","
      return "p\(index),100,1,\(pod.accelerators),\(pod.milli),\(times)"
    }
    let header = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,creation_time,deletion_time"
    return try read(header, lines) { path throws(TraceError) in try OpenbPod.read(path: path) }
  }

  private static func read<Value>(
    _ header: String, _ lines: [String], _ read: (String) throws(TraceError) -> Value
  ) throws -> Value {
    let file = TemporaryFile(text: ([header] + lines).joined(separator: "\n"))
    return try read(file.path)
  }

  private static func churn(
    _ nodes: [Int], _ pods: [Pod], load: Int, seed: UInt64 = 1, measured: Int = 40_000
  ) throws -> ChurnProtocol {
    var options = ChurnProtocol.Options(loadPercent: load)
    options.measured = measured
    options.seed = seed
    return try ChurnProtocol(
      nodes: try Self.nodes(nodes), pods: try list(pods), order: Array(pods.indices),
      nodeOrder: .name, options: options)
  }

  private static let mixed: [Pod] = [
    (1, 1000, 600), (1, 300, 60), (1, 700, 5), (1, 500, 9000), (4, 1000, 40), (0, 0, 80),
  ]

  /// Erlang 1917: the part of calls lost by so many lines, offered so much work.
  private static func lost(lines: Int, offered: Double) -> Double {
    (1...lines).reduce(1) { lost, line in
      offered * lost / (Double(line) + offered * lost)
    }
  }

  /// The formula holds whatever the distribution of the stays.
  @Test(
    arguments: [(1, 100), (4, 90), (8, 130)], [[nil], [600], [1, 10, 4000]] as [[Int?]])
  func `whole accelerators are refused as Erlang's formula says`(
    lines: (count: Int, load: Int), stays: [Int?]
  ) throws {
    let pods = stays.map { (1, 1000, $0) as Pod }
    let churn = try Self.churn([lines.count], pods, load: lines.load)
    let result = churn.run(.firstFit)
    let offered = Double(lines.count * lines.load) / 100
    let expected = Self.lost(lines: lines.count, offered: offered)
    #expect(abs(Double(result.refused) / Double(result.asked) - expected) < 0.02)
    let held = Double(result.allocated) / Double(result.milliseconds) / 1000
    #expect(abs(held - offered * (1 - expected)) < 0.04 * offered)
  }

  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func `every method gets the same pods, and none holds more than there is`(seed: UInt64) throws {
    let churn = try Self.churn(
      [1, 2, 4, 8], Self.mixed, load: 95, seed: seed, measured: 5000)
    let results = [PackingMethod.random, .firstFit, .bestFit, .fgd(ties: .first), .muster]
      .map { churn.run($0) }
    for result in results {
      #expect(result.offered == results[0].offered)
      #expect(result.asked == results[0].asked)
      #expect(result.pods == 5000)
      #expect(result.refused > 0 && result.allocated < result.offered)
      #expect(result.allocated <= Int128(result.capacity) * Int128(result.milliseconds))
    }
  }

  @Test func `where there is room for all, what is asked for is held`() throws {
    let result = try Self.churn([8, 8, 8, 8], Self.mixed, load: 5).run(.muster)
    #expect(result.failed == 0)
    #expect(result.allocated == result.offered)
    let held = Double(result.allocated) / Double(result.milliseconds) / Double(result.capacity)
    #expect(abs(held - 0.05) < 0.003)
  }

  @Test func `the same seed gives the same result, another one another`() throws {
    func result(seed: UInt64) throws -> ChurnResult {
      try Self.churn([2, 8], Self.mixed, load: 90, seed: seed, measured: 5000)
        .run(.random)
    }
    #expect(try result(seed: 1) == result(seed: 1))
    #expect(try result(seed: 1) != result(seed: 2))
  }
}
