import Foundation
import Units
import Wire

extension MemberName {
  /// As it stands in names of files: `17.1.0` is member 0 of the first attempt at job 17.
  var fileName: String { "\(job).\(attempt).\(member)" }

  init?(fileName: String) {
    let parts = fileName.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let job = UInt32(parts[0]), let attempt = UInt16(parts[1]),
      let member = Int(parts[2]), member >= 0
    else { return nil }
    self.init(job: job, attempt: attempt, member: member)
  }
}

/// The folder in which an agent and a member's shim leave each other files.
///
///     orders    agent   what it was told, for the shim and for its successor
///     script    agent   the job's script
///     members   agent   a line for each member of the gang: its node
///     marker    either  who creates the tasks, or sees to it that nobody does
///     started   shim    the tasks run
///     news      shim    what they have said so far
///     end       shim    how they ended
///     told      agent   what the controller has acknowledged
struct MemberDirectory {
  let name: String
  let path: String

  init(_ member: MemberName, in folder: String) {
    name = member.fileName
    path = "\(folder)/\(name)"
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

  func text(_ name: String) -> String? {
    // A shim may have cut a text within a letter.
    (try? Data(contentsOf: URL(filePath: file(name)))).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The lines of a file, each a word and the text behind it.
  func lines(_ name: String) -> [String: String]? {
    guard let text = text(name) else { return nil }
    var lines: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
      lines[String(parts[0])] = parts.count == 2 ? String(parts[1]) : ""
    }
    return lines
  }

  /// Writes a file that nobody reads before the marker is taken.
  func lay(_ name: String, _ bytes: Data, mode: Int32 = 0o644) throws {
    try Linux.write(file(name), bytes, mode: mode, whole: false)
  }

  /// Writes a file that is there whole or not at all.
  func write(_ name: String, _ bytes: Data) throws {
    try Linux.write(file(name), bytes, whole: true)
  }

  /// Removes the folder: at once for whoever looks for it, and its files as far as they can be.
  ///
  /// A shim may still be taking its own files out, at which `FileManager` stops half way.
  func remove() {
    let folder = (path as NSString).deletingLastPathComponent
    let gone = "\(folder)/\(Self.gonePrefix)\(name)"
    guard Linux.move(path, gone) else { return }
    for _ in 0..<3 where FileManager.default.fileExists(atPath: gone) {
      try? FileManager.default.removeItem(atPath: gone)
    }
  }

  /// Begins the names of folders that are being removed; they may be left by an agent that died.
  static let gonePrefix = ".gone-"
}

/// A process that can be told from any other with its number: by when it started, and when the
/// machine did.
struct ProcessIdentity: Equatable {
  var process: Int32
  var startTime: Int64
  var boot: String

  /// Reads a marker.
  init?(marker: String) {
    let parts = marker.split(whereSeparator: \.isWhitespace)
    guard parts.count == 3, let process = Int32(parts[0]), let start = Int64(parts[1]) else {
      return nil
    }
    self.process = process
    startTime = start
    boot = String(parts[2])
  }

  /// A descriptor of the process, or nil where it is gone.
  func open() -> Int32? {
    guard boot == Linux.bootIdentity, let descriptor = try? Linux.openProcess(process) else {
      return nil
    }
    // Asked for in this order: what the descriptor stands for can't change any more.
    guard Linux.startTime(of: process) == startTime else {
      Linux.closeDescriptor(descriptor)
      return nil
    }
    return descriptor
  }
}

/// What a shim left behind when all was over.
struct ShimEnd {
  var code: Int
  var signal: String?
  var isOutOfMemory: Bool
  var isTerminated: Bool
  var at: Moment
  var cpuMs: Int64
  var memoryKib: Int64
  /// Why the tasks were never created.
  var trouble: String?

  init?(_ lines: [String: String]) {
    guard let code = lines["code"].flatMap({ Int($0) }), let at = lines["at"].flatMap({ Int64($0) })
    else { return nil }
    self.code = code
    self.at = Moment(Instant(milliseconds: at))
    signal = lines["signal"].flatMap { Int32($0) }.flatMap { Linux.signalName($0) }
    isOutOfMemory = lines["oom"] == "1"
    isTerminated = lines["terminated"] == "1"
    cpuMs = lines["cpu"].flatMap { Int64($0) } ?? 0
    memoryKib = lines["memory"].flatMap { Int64($0) } ?? 0
    trouble = lines["trouble"]
  }

  /// The same as it is reported.
  var taskEnd: TaskEnd {
    var end = TaskEnd(exitCode: code, at: at)
    end.signal = signal
    end.isOutOfMemory = isOutOfMemory
    end.isTerminated = isTerminated
    end.cpuMs = cpuMs
    end.mostMemoryMib = Int((memoryKib + 1023) / 1024)
    return end
  }
}
