import Foundation
import Testing

@Suite struct `gnoded as a person starts it` {
  private struct Outcome {
    var code: Int32
    var words: String
  }

  /// Runs gnoded to its end; once it has said `cue`, it is sent SIGTERM.
  private func run(_ arguments: [String], endAfter cue: String? = nil) async throws -> Outcome {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: product("gnoded"))
    process.arguments = arguments
    process.standardError = pipe
    process.standardOutput = pipe
    try process.run()
    var words = ""
    while true {
      let bytes = pipe.fileHandleForReading.availableData
      if bytes.isEmpty { break }
      words += String(decoding: bytes, as: UTF8.self)
      if let cue, words.contains(cue) { process.terminate() }
    }
    process.waitUntilExit()
    return Outcome(code: process.terminationStatus, words: words)
  }

  @Test func `stops well when it is asked to, though nobody answers`() async throws {
    let folder = try TemporaryFolder()
    let outcome = try await run(
      [
        "--controller", "unix:\(folder.url.path)/none", "--state", "\(folder.url.path)/state",
        "--name", "n1", "--accelerators", "4", "--model", "h100",
      ], endAfter: "can't be reached")
    #expect(outcome.code == 0, "\(outcome.words)")
    #expect(outcome.words.contains("tasks run on"))
  }

  @Test(arguments: [
    (["--time-scale", "0"], "a number above 0"),
    (["--accelerators", "65"], "0 to 64"),
    (["--faults", "f"], "add --emulate"),
    (["--key-file", "k"], "give both"),
    (["--controller", "ftp://x"], "begins with none of"),
    (["--emulate", "/no/such/fleet.yaml", "--controller", "unix:/x"], "fleet.yaml"),
    (["--shim", "/no/shim", "--controller", "unix:/x"], "/no/shim"),
  ])
  func `says what is wrong with its options`(arguments: [String], words: String) async throws {
    let folder = try TemporaryFolder()
    let outcome = try await run(arguments + ["--state", folder.url.path])
    #expect(outcome.code == 1 || outcome.code == 2)
    #expect(outcome.words.contains(words), "\(outcome.words)")
  }
}
