import Foundation
import Glibc

/// A process that appends to a journal until it is killed.
final class WriterProcess {
  private let process = Process()
  private let output = Pipe()

  /// Where the program was built: beside the tests.
  static func find() throws -> URL {
    var folder = Bundle.main.bundleURL
    for _ in 0..<3 {
      let program = folder.appending(path: "store-writer")
      if FileManager.default.isExecutableFile(atPath: program.path) { return program }
      folder.deleteLastPathComponent()
    }
    throw CocoaError(.fileNoSuchFile)
  }

  init(_ program: URL, _ arguments: [String]) throws {
    process.executableURL = program
    process.arguments = arguments
    process.standardOutput = output
    try process.run()
  }

  /// Waits until it ends by itself, which it must not do well; gives the last number told.
  func waitForEnd() throws -> UInt64? {
    let told = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 1 else { return nil }
    return Self.last(of: told)
  }

  /// Kills it, as nobody can who asks first, once it has told so many numbers; gives the last told.
  func kill(after count: Int) throws -> UInt64? {
    var told = Data()
    var lines = 0
    while lines < count {
      let more = output.fileHandleForReading.availableData
      guard !more.isEmpty else { break }
      lines += more.count { $0 == 0x0A }
      told += more
    }
    Glibc.kill(process.processIdentifier, SIGKILL)
    // What it had written into the pipe before was told as well.
    told += try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return Self.last(of: told)
  }

  private static func last(of told: Data) -> UInt64? {
    let numbers = String(decoding: told, as: UTF8.self).split(separator: "\n")
    // The last line may be cut off.
    let whole = told.last == 0x0A ? numbers[...] : numbers.dropLast()
    return whole.last.flatMap { UInt64($0) }
  }
}
