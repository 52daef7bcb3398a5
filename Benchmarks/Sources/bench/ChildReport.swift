import Foundation

/// What a process says of the one benchmark it ran; a line of JSON on its standard output.
struct ChildReport: Codable {
  var jobs: Int
  var digest: String
  /// What the work measured of itself.
  var remark: String?
  /// User and system time of everything up to the end of the work: reading is part of it.
  var cpuSeconds: Double
  /// The most memory the process held, in bytes.
  var peakBytes: Int
  /// CPU seconds of the calibration loop, run afterwards; 0 where instructions are counted.
  var calibrationSeconds: Double

  /// Runs a benchmark in this process.
  static func measure(_ benchmark: Benchmark, _ size: Benchmark.Size) throws -> ChildReport {
    guard let path = benchmark.tracePath else {
      throw BenchFailure("\(benchmark.name): MUSTER_TRACES has no \(benchmark.trace ?? "trace")")
    }
    let work = try benchmark.prepare(path, size)
    let product = try countedWork(work)
    let cpuSeconds = processorSeconds()
    let peak = peakBytes()
    let calibration = size == .full ? Calibration.seconds() : 0
    return ChildReport(
      jobs: product.jobs, digest: product.digest, remark: product.remark, cpuSeconds: cpuSeconds,
      peakBytes: peak,
      calibrationSeconds: calibration)
  }

  func write() throws {
    FileHandle.standardOutput.write(try JSONEncoder().encode(self))
  }

  /// The high-water mark of resident memory, as Linux keeps it.
  private static func peakBytes() -> Int {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let match = status.firstMatch(of: /VmHWM:\s*([0-9]+) kB/), let kilobytes = Int(match.1)
    else { return 0 }
    return kilobytes * 1024
  }
}

/// The work whose instructions count: callgrind counts from its call to its return.
///
/// What comes before, the start of the process and the reading of a trace, is left out, and so are
/// the length of paths and the size of the environment. Callgrind finds it by its name, so it must
/// stay a function, and no other may have this name in its own.
@inline(never)
func countedWork(_ work: Benchmark.Work) throws -> Benchmark.Product {
  try work()
}

/// The CPU seconds that this process has used, user and system.
func processorSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

/// A fixed loop that says how fast a machine is, so that figures of two machines compare.
enum Calibration {
  private static let steps = 100_000_000
  private static let slots = 1 << 14

  /// The CPU seconds of the loop: a generator that steers additions to a table of 128 KiB, as a C
  /// program would do it: no allocation, no reference counts, dependent loads.
  static func seconds() -> Double {
    var table = [UInt64](repeating: 1, count: slots)
    var span = table.mutableSpan
    let start = processorSeconds()
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    for _ in 0..<steps {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      let slot = Int(state & UInt64(slots - 1))
      span[slot] &+= state
      state ^= span[slot] & 1
    }
    let seconds = processorSeconds() - start
    precondition(state != 0 || seconds < 0, "the generator stood still")
    return seconds
  }
}
