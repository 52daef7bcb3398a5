import Foundation
import Wire

/// What an emulated member does: for how long it runs, and how it ends.
struct EmulatedRun: Sendable {
  var seconds: Double
  var exitCode: Int
  var checkpointSeconds: Double?
  var checkpointSignal: String?

  init(_ task: TaskSpec) {
    let number = { (name: String) in
      task.environment[name].flatMap { Double($0) }.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
    }
    seconds = number("MUSTER_EMULATE_SECONDS") ?? Self.sleep(in: task.script) ?? 1
    exitCode = task.environment["MUSTER_EMULATE_EXIT"].flatMap { Int($0) } ?? 0
    // Never so often that the fleet does nothing else.
    checkpointSeconds = number("MUSTER_EMULATE_CHECKPOINT").map { max($0, 1) }
    checkpointSignal = task.checkpointSignal?.signal
  }

  /// The time of the first command `sleep N` in a script, with the units of that command.
  private static func sleep(in script: String) -> Double? {
    for line in script.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
      let words = line.split { $0.isWhitespace || $0 == ";" }
      for (word, time) in zip(words, words.dropFirst()) where word == "sleep" {
        if let seconds = Self.seconds(time) { return seconds }
      }
    }
    return nil
  }

  private static func seconds(_ time: Substring) -> Double? {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    let unit = time.last.flatMap { units[$0] }
    guard let number = Double(unit == nil ? time : time.dropLast()) else { return nil }
    return number.isFinite && number >= 0 ? number * (unit ?? 1) : nil
  }
}

/// A node of an emulated fleet that fails.
public struct EmulatedFault: Hashable, Sendable {
  /// The node.
  public var node: String
  /// When, in seconds of the tasks' clock after the fleet began.
  public var afterSeconds: Double
  /// For how long; nil: for good.
  public var forSeconds: Double?

  /// A node that fails.
  public init(node: String, afterSeconds: Double, forSeconds: Double? = nil) {
    self.node = node
    self.afterSeconds = afterSeconds
    self.forSeconds = forSeconds
  }

  /// Reads a file of faults: on each line a time, a node and, if it comes back, for how long.
  ///
  /// - Throws: `FaultFileError` with the first line that is none.
  public static func decode(_ text: String, file: String) throws -> [EmulatedFault] {
    var faults: [EmulatedFault] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
      guard !words.isEmpty else { continue }
      let numbers = [words.first, words.count == 3 ? words[2] : "0"].compactMap { word in
        word.flatMap { Double($0) }.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
      }
      guard (2...3).contains(words.count), numbers.count == 2 else {
        throw FaultFileError(place: "\(file):\(index + 1)", line: String(line))
      }
      faults.append(
        EmulatedFault(
          node: String(words[1]), afterSeconds: numbers[0],
          forSeconds: words.count == 3 ? numbers[1] : nil))
    }
    return faults
  }
}

/// A line of a file of faults that is none.
public struct FaultFileError: Error, CustomStringConvertible {
  /// The file and the line's number.
  public var place: String
  /// What stands there.
  public var line: String

  public var description: String {
    "\(place): '\(line)' is no fault; write SECONDS NODE, or SECONDS NODE SECONDS"
  }
}
