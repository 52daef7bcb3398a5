import Foundation

/// A benchmark in a process of its own.
struct Child {
  let benchmark: Benchmark

  /// Runs it whole, as fast as it goes.
  func measurePlainly() throws -> ChildReport {
    let output = try Self.run(ownPath, ["--run", benchmark.name])
    return try report(output)
  }

  /// Runs it small under callgrind and counts the instructions of its work.
  func countInstructions(by valgrind: String) throws -> Int {
    let output = try Self.run(
      valgrind,
      [
        "--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*countedWork*",
        ownPath, "--run", benchmark.name, "--size", Benchmark.Size.counted.rawValue,
      ])
    _ = try report(output)
    guard let line = output.errors.firstMatch(of: /Collected : ([0-9]+)/),
      let count = Int(line.1), count > 0
    else {
      throw BenchFailure("\(benchmark.name): callgrind counted nothing:\n\(output.errors)")
    }
    return count
  }

  /// Where valgrind is, or nil where there is none.
  static func findValgrind() -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.lazy.map { "\($0)/valgrind" }.first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
  }

  private var ownPath: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? CommandLine.arguments[0]
  }

  private struct Output {
    var text: Data
    var errors: String
    var status: Int32
  }

  private func report(_ output: Output) throws -> ChildReport {
    guard output.status == 0 else {
      throw BenchFailure("\(benchmark.name) ended with \(output.status):\n\(output.errors)")
    }
    return try JSONDecoder().decode(ChildReport.self, from: output.text)
  }

  private static func run(_ executable: String, _ arguments: [String]) throws -> Output {
    let process = Process()
    process.executableURL = URL(filePath: executable)
    process.arguments = arguments
    process.environment = environment
    let text = Pipe()
    // Whatever it has to say must not fill a pipe that nobody empties yet.
    let errorFile = FileManager.default.temporaryDirectory
      .appending(path: "bench-\(UUID().uuidString)")
    guard FileManager.default.createFile(atPath: errorFile.path, contents: nil) else {
      throw BenchFailure("\(errorFile.path): cannot be written")
    }
    defer { try? FileManager.default.removeItem(at: errorFile) }
    process.standardOutput = text
    process.standardError = try FileHandle(forWritingTo: errorFile)
    try process.run()
    let output = try text.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let errors = try String(contentsOf: errorFile, encoding: .utf8)
    return Output(text: output, errors: errors, status: process.terminationStatus)
  }

  /// Only what the child needs, and hash tables that come out the same every time.
  private static var environment: [String: String] {
    let kept = ["PATH", "LD_LIBRARY_PATH", "MUSTER_TRACES"]
    var environment = ProcessInfo.processInfo.environment.filter { kept.contains($0.key) }
    environment["SWIFT_DETERMINISTIC_HASHING"] = "1"
    return environment
  }
}

/// The measuring itself failed; the text says what, where, and what to do.
struct BenchFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
