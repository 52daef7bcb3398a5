public import Foundation
import Glibc
public import Units

/// All that a command sees of the machine that it runs on.
public struct Surroundings: Sendable {
  /// The environment.
  public var environment: [String: String]
  /// The folder it is started in.
  public var directory: String
  /// Who runs it.
  public var user: String
  /// The clock.
  public var now: @Sendable () -> Instant
  /// Says the zone of the times that people read and write; finding it takes a while.
  public var zone: @Sendable () -> TimeZone
  /// Whether a person reads what it prints.
  public var isTerminal: Bool
  /// All of what is piped in.
  public var input: @Sendable () -> Data
  /// Prints; false: nobody reads any more.
  public var output: @Sendable (Data) -> Bool
  /// Says what is wrong.
  public var errors: @Sendable (String) -> Void
  /// Waits for so many milliseconds before something is tried again.
  public var pause: @Sendable (Int) -> Void

  /// Surroundings where nothing is printed and no time passes.
  public init(environment: [String: String], directory: String, user: String) {
    self.environment = environment
    self.directory = directory
    self.user = user
    now = { Instant(milliseconds: 0) }
    zone = { .gmt }
    isTerminal = false
    input = { Data() }
    output = { _ in true }
    errors = { _ in }
    pause = { _ in }
  }

  /// The process that we are.
  public static var process: Surroundings {
    var process = Surroundings(
      environment: ProcessInfo.processInfo.environment,
      directory: FileManager.default.currentDirectoryPath, user: NSUserName())
    process.now = {
      Instant(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded()))
    }
    process.zone = { .current }
    process.isTerminal = isatty(STDOUT_FILENO) == 1
    process.input = { (try? FileHandle.standardInput.readToEnd()) ?? Data() }
    process.output = { (try? FileHandle.standardOutput.write(contentsOf: $0)) != nil }
    process.errors = { try? FileHandle.standardError.write(contentsOf: Data(($0 + "\n").utf8)) }
    process.pause = { Thread.sleep(forTimeInterval: Double($0) / 1000) }
    return process
  }

  /// Whether what is printed has colours: at a terminal, unless `NO_COLOR` is set.
  var hasColour: Bool { isTerminal && (environment["NO_COLOR"] ?? "").isEmpty }

  /// How many characters stand on a line at a terminal.
  var width: Int { environment["COLUMNS"].flatMap { Int($0) }.map { max(40, $0) } ?? 100 }

  /// Prints text.
  ///
  /// - Throws: `CommandFailure` where it can't be written.
  func print(_ text: String) throws(CommandFailure) {
    guard output(Data(text.utf8)) else {
      throw CommandFailure("standard output: can't be written; is the disk full?")
    }
  }
}

/// Why a command ends otherwise than well, in one paragraph.
public struct CommandFailure: Error, CustomStringConvertible, Sendable {
  public let description: String

  /// What the command ends with.
  public let exitCode: Int32

  /// A failure; 1 is that of the work, 2 that of whoever typed.
  public init(_ description: String, exitCode: Int32 = 1) {
    self.description = description
    self.exitCode = exitCode
  }
}
