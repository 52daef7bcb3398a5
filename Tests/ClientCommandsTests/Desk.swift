import ClientCommands
import FakeController
import Foundation
import Synchronization
import Units

/// A place to type commands at: a fake controller, a folder, a clock that stands still.
final class Desk: Sendable {
  /// What came of a command.
  struct Outcome {
    var code: Int32
    var output: String
    var errors: String
  }

  private struct Said {
    var output = ""
    var errors: [String] = []
  }

  let fake: FakeController
  let folder: URL

  /// A desk whose controller answers so.
  init(_ routes: [(String, Answer)] = []) throws {
    fake = FakeController(routes: routes)
    folder = FileManager.default.temporaryDirectory.appending(path: "muster-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  init(answer: @escaping @Sendable (Asked) -> Answer) throws {
    fake = FakeController(answer)
    folder = FileManager.default.temporaryDirectory.appending(path: "muster-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Puts a file into the folder.
  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  /// Puts a file into the folder that nobody else may read.
  func write(secret text: String, to name: String) throws {
    try write(text, to: name)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: folder.appending(path: name).path)
  }

  /// Types a command.
  func type(
    _ words: String..., input: String = "", terminal: Bool = false,
    environment: [String: String] = [:]
  ) -> Outcome {
    run(words, input: input, terminal: terminal, environment: environment)
  }

  func run(
    _ words: [String], input: String = "", terminal: Bool = false,
    environment: [String: String] = [:]
  ) -> Outcome {
    let said = Mutex(Said())
    let box = Box(said)
    var variables = ["MUSTER_CONTROLLER": "unix:\(fake.path)", "HOME": "/home/ana"]
    variables.merge(environment) { $1 }
    var world = Surroundings(environment: variables, directory: folder.path, user: "ana")
    // 2026-03-01T12:00:00Z, an hour later on the wall.
    world.now = { Instant(milliseconds: 1_772_366_400_000) }
    world.zone = { TimeZone(secondsFromGMT: 3600) ?? .gmt }
    world.isTerminal = terminal
    world.input = { Data(input.utf8) }
    world.output = { bytes in
      box.said.withLock { $0.output += String(decoding: bytes, as: UTF8.self) }
      return true
    }
    world.errors = { text in box.said.withLock { $0.errors.append(text) } }
    let code = MusterCommands.run(words, in: world)
    return box.said.withLock {
      // What differs from run to run has names.
      let hide = { (text: String) in
        text.replacingOccurrences(of: self.folder.path, with: "FOLDER")
          .replacingOccurrences(of: self.fake.path, with: "SOCKET")
      }
      return Outcome(
        code: code, output: hide($0.output),
        errors: hide($0.errors.map { $0 + "\n" }.joined()))
    }
  }

  private final class Box: Sendable {
    let said: Mutex<Said>
    init(_ said: consuming Mutex<Said>) { self.said = said }
  }
}
